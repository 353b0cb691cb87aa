"""Feedback through its pages: what is sent, what takes effect with it, and where it leads on."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.preferences import Preferences, Span
from chalicelib.store import persons
from tests.api.browser import Browser, goes_to, text
from tests.api.inside import inside
from tests.scene import Scene

__all__ = ["inside"]

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

FULL: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reason", {"reason": "UNEMPLOYMENT"}),
    ("income", {"income": "FELL"}),
    ("income_sums", {"income_before": "8,000", "income_now": "￥3500.50"}),
    ("pay", {"pay": "MONTHLY"}),
    (
        "monthly",
        {
            "monthly_sum": "500",
            "monthly_from-year": "2026",
            "monthly_from-month": "12",
            "monthly_from-day": "18",
        },
    ),
    ("words", {"text": "公司裁员"}),
    ("mediation", {"wish": "YES"}),
    ("mode", {"mode": "TELEPHONE"}),
    ("more", {"more": ["DOCUMENTS", "CHANNEL", "HOURS", "LANGUAGE"]}),
    ("evidence", {}),
    ("channel", {"channel": "EMAIL"}),
    ("hours", {"parts": ["EVENING"]}),
    ("language", {"language": "en"}),
)


def test_everything_answered_is_kept_in_minor_units_and_iso_days(scene: Scene, inside: Browser) -> None:
    check = text(inside.answer("feedback", *FULL))
    for shown in ("减少了", "3,500.50", "每月还一部分", "2026年12月18日", "电子邮件", "晚上"):
        assert shown in check, shown
    inside.post("/my/form/feedback/check")
    detail = dict(scene.facts(FactKind.FEEDBACK)[0].detail)
    assert detail.pop("reference").startswith("F-")
    assert detail == {
        "reason": "UNEMPLOYMENT",
        "income": "FELL",
        "income_before": 800_000,
        "income_now": 350_050,
        "pay": "MONTHLY",
        "monthly_sum": 50_000,
        "monthly_from": "2026-12-18",
        "text": "公司裁员",
        "wish": "YES",
        "mode": "TELEPHONE",
        "more": ["DOCUMENTS", "CHANNEL", "HOURS", "LANGUAGE"],
        "channel": "EMAIL",
        "parts": ["EVENING"],
        "language": "en",
    }


def test_hours_channel_and_language_take_effect_with_the_answer(scene: Scene, inside: Browser) -> None:
    inside.answer("feedback", *FULL)
    person = scene.case.borrower.person
    assert persons.get(person).preferences == Preferences()
    inside.post("/my/form/feedback/check")
    wanted = Preferences((Span(frozenset(range(7)), 1080, 1260),), ChannelName.EMAIL, "en")
    assert persons.get(person).preferences == wanted


def test_five_taps_answer_a_notice(scene: Scene, inside: Browser) -> None:
    """Only the reason and the wish need an answer; every other page is left with Continue."""
    pages: tuple[tuple[str, dict[str, Any]], ...] = (
        ("pay", {}),
        ("words", {}),
        ("mediation", {"wish": "NO"}),
        ("more", {}),
    )
    inside.answer("feedback", ("reason", {"reason": "FORGOT"}), *pages)
    assert goes_to(inside.post("/my/form/feedback/check")) == "/my/form/feedback/done"
    detail = dict(scene.facts(FactKind.FEEDBACK)[0].detail)
    assert {name: detail[name] for name in detail if name != "reference"} == {
        "reason": "FORGOT",
        "wish": "NO",
    }


def test_who_wants_mediation_may_go_on_to_it(inside: Browser) -> None:
    inside.answer("feedback", *FULL)
    inside.post("/my/form/feedback/check")
    done = text(inside.get("/my/form/feedback/done"))
    assert "/my/form/apply?lang=zh-CN" in done
    assert "/my/evidence?lang=zh-CN" in done


def test_who_says_he_paid_is_offered_the_dispute_and_may_go_on(inside: Browser) -> None:
    assert goes_to(inside.post("/my/form/feedback/reason", {"reason": "ALREADY_PAID"})).endswith("/dispute")
    page = text(inside.get("/my/form/feedback/dispute"))
    assert "/my/form/dispute?" in page
    assert goes_to(inside.post("/my/form/feedback/dispute")).endswith("/words")


def test_a_day_that_is_over_is_refused(inside: Browser) -> None:
    inside.answer("feedback", ("reason", {"reason": "FORGOT"}), ("pay", {"pay": "LUMP_SUM"}))
    day = {"lump_on-year": "2026", "lump_on-month": "11", "lump_on-day": "22"}
    page = inside.post("/my/form/feedback/lump", day)
    assert page.status_code == 400
    assert "日期不能早于今天" in text(page)
