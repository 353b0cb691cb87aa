"""Which questions the feedback asks of whom: few, and only those that make sense."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.codes import DelayReason
from chalicelib.forms.journeys.feedback import DISPUTED, FEEDBACK
from chalicelib.texts import load_words


def asked(**answers: Any) -> list[str]:
    """Return the pages asked of somebody who gives these answers."""
    answered = {
        page.name: {field.name: answers[field.name] for field in page.fields if field.name in answers}
        for page in FEEDBACK.pages
    }
    return [page.name for page in FEEDBACK.asked(answered)]


@pytest.mark.parametrize("reason", ["FORGOT", "NOT_RECEIVED", "PAYMENT_FAILURE"])
def test_a_mishap_asks_nothing_of_income(reason: str) -> None:
    assert asked(reason=reason) == ["reason", "pay", "words", "mediation", "more"]


@pytest.mark.parametrize("reason", sorted(DISPUTED))
def test_who_says_the_debt_is_wrong_is_offered_the_dispute_and_not_asked_for_money(reason: str) -> None:
    assert asked(reason=reason) == ["reason", "dispute", "words", "mediation", "more"]
    assert FEEDBACK.page("dispute", {"reason": {"reason": reason}}).link == "/my/form/dispute"


def test_hardship_asks_of_income_and_sums_only_when_it_changed() -> None:
    assert asked(reason="ILLNESS")[:3] == ["reason", "income", "pay"]
    assert "income_sums" not in asked(reason="ILLNESS", income="SAME")
    assert "income_sums" in asked(reason="ILLNESS", income="FELL")


@pytest.mark.parametrize(("pay", "page"), [("MONTHLY", "monthly"), ("LUMP_SUM", "lump")])
def test_a_sum_is_asked_of_who_can_pay(pay: str, page: str) -> None:
    assert page in asked(reason="ILLNESS", pay=pay)
    assert {"monthly", "lump"} & set(asked(reason="ILLNESS", pay="NOTHING")) == set()


def test_the_rest_is_asked_of_who_wants_to_add_it() -> None:
    assert asked(reason="FORGOT", more=["HOURS", "DOCUMENTS"])[-2:] == ["evidence", "hours"]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_field_and_code_has_its_words(language: str) -> None:
    words = load_words(f"pages/{language}/journeys/feedback")
    assert list(words["pages"]) == [page.name for page in FEEDBACK.pages]
    common = load_words(f"pages/{language}/common")
    for page in FEEDBACK.pages:
        told = words["pages"][page.name]
        assert ("link" in told) == bool(page.link)
        assert list(told.get("fields", {})) == [field.name for field in page.fields]
        for field in page.fields:
            of_field = told["fields"][field.name]
            options = of_field.get("options", {})
            named = common[options] if isinstance(options, str) else options
            assert set(named) == set(getattr(field, "codes", ()))
    assert set(common["reasons"]) == set(DelayReason)


def test_both_languages_say_the_same_things() -> None:
    def shape(value: Any) -> Any:
        return {key: shape(each) for key, each in value.items()} if isinstance(value, dict) else type(value)

    for name in ("journeys/feedback", "contact"):
        assert shape(load_words(f"pages/en/{name}")) == shape(load_words(f"pages/zh-CN/{name}"))
