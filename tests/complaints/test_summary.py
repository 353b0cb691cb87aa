"""A British complaint resolved within three business days: a summary goes instead of the final response."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.api.staff.form import Form
from chalicelib.complaints.decide import may_be_resolved
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.domain.errors import NotNow
from chalicelib.domain.local_form import LANGUAGES
from chalicelib.forms.fields import Given
from chalicelib.staff.acts import ACTS
from chalicelib.store import lenders
from chalicelib.texts import load_words
from tests.complaints.desk import ANNA, BO, NOT_UPHELD, Desk
from tests.road import DEMO_BANK
from tests.scene import Scene

OVER = datetime(2026, 11, 26, 16, tzinfo=UTC)
"""Received on Monday, 23 November in Shanghai, where he lives: over with Thursday there."""


def british(scene: Scene, language: str = "en") -> Desk:
    """A British lender's case, whose borrower lives in Shanghai, with a complaint taken up."""
    more = {"agreement_name": "loan agreement", "agreement_provision": "clause 4"}
    lenders.put(replace(DEMO_BANK, profile="GB", settings={**DEMO_BANK.settings, **more}))
    data = json.loads(scene.road.event())["data"]
    found = Desk(scene, event={"data": data | {"borrower": data["borrower"] | {"language": language}}})
    found.start()
    found.take()
    return found


@pytest.fixture
def uk(scene: Scene) -> Desk:
    return british(scene)


def _letter(desk: Desk) -> str:
    """Return the last e-mail that left, on one line."""
    desk.run()
    return " ".join(desk.scene.mail.sent[-1].text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_he_accepts_in_time_is_told_by_a_summary_that_says_all_it_must(
    scene: Scene, language: str
) -> None:
    """DISP 1.5.4R (1) to (5)."""
    uk = british(scene, language)
    assert uk.decide(accepted=True)
    said = _letter(uk)
    assert uk.told() == ["complaint_acknowledgement", "complaint_summary"]
    facts = {
        "en": ("You made a complaint", "we now consider your complaint resolved", "six months", "permission"),
        "zh-CN": ("提出了投诉", "认为您的投诉已经解决", "六个月", "不同意申诉专员受理"),
    }
    assert not [each for each in facts[language] if each not in said]
    for each in ("Financial Ombudsman Service", "www.financial-ombudsman.org.uk", uk.reference):
        assert each in said
    routes = load_words(f"gb/legal.{language}")["info"]["summary_routes"]
    assert [each for each in routes if " ".join(each.split()) not in said] == []


def test_what_he_did_not_accept_is_told_by_the_final_response(uk: Desk) -> None:
    assert uk.decide()
    assert "Your complaint is upheld" in _letter(uk)
    assert uk.told() == ["complaint_acknowledgement", "complaint_decision"]


def test_the_last_moment_of_the_term_is_by_his_own_calendar(uk: Desk) -> None:
    uk.after(seconds=(OVER - uk.now).total_seconds())
    uk.scene.road.clock.advance(microseconds=-1)
    assert may_be_resolved(uk.stands, uk.now)
    assert uk.decide(accepted=True)
    assert uk.stands.decision
    assert uk.stands.decision.summary


def test_from_the_end_of_the_term_on_the_final_response_goes(uk: Desk) -> None:
    uk.after(seconds=(OVER - uk.now).total_seconds())
    assert not may_be_resolved(uk.stands, uk.now)
    assert uk.decide(accepted=True)
    uk.to(OVER + timedelta(hours=10))  # no letter leaves at midnight
    assert uk.told() == ["complaint_acknowledgement", "complaint_decision"]
    assert not uk.decide(accepted=True)


def test_a_repeat_after_the_term_is_the_same_decision_and_another_answer_is_none(uk: Desk) -> None:
    assert uk.decide(accepted=True)
    uk.after(days=5)
    assert not uk.decide(accepted=True)
    with pytest.raises(NotNow):
        uk.decide()


def test_a_summary_is_the_letter_without_which_none_closes(uk: Desk) -> None:
    uk.decide(accepted=True)
    uk.after(days=31)
    with pytest.raises(NotNow, match="no letter"):
        uk.close()
    uk.send("complaint_summary")
    assert uk.close()
    assert uk.stands.status == ComplaintStatus.CLOSED


def test_a_review_of_it_is_told_in_full(uk: Desk) -> None:
    uk.decide(accepted=True)
    assert uk.ask_review()
    assert uk.answer_review(BO, NOT_UPHELD)
    _letter(uk)
    assert "complaint_review" in uk.told()


def test_a_lost_summary_is_set_going_by_the_repeat(uk: Desk) -> None:
    uk.decide(accepted=True)
    uk.machine.executions = {
        name: one for name, one in uk.machine.executions.items() if "summary" not in name
    }
    assert not uk.decide(accepted=True)
    assert [name for name in uk.machine.executions if "complaint_summary" in name]


def _asked(desk: Desk) -> list[str]:
    """Return the fields that the form of the decision shows now, drawn in both languages."""
    act = ACTS["decide"]
    given = Given(desk.now.date(), "", act.offered(desk.reference, desk.now, "en"))
    shown = [Form(act, given, language).drawn() for language in LANGUAGES]
    options = [
        one for form in shown for drawn in form for group in drawn["groups"] for one in group["options"]
    ]
    assert all(label != code for code, label, _ in options)
    return [one["field"].name for one in shown[0]]


def test_the_desk_asks_for_it_only_where_the_profile_has_it_and_while_it_counts(uk: Desk) -> None:
    assert _asked(uk)[-1] == "accepted"
    uk.after(days=5)
    assert "accepted" not in _asked(uk)
    # A form that was drawn before and comes after asks for the final response.
    assert "accepted" not in ACTS["decide"].page.read(
        {"outcome": ["NOT_UPHELD"], "reasons": ["So."], "accepted": ["ACCEPTED"]},
        Given(uk.now.date(), "", ACTS["decide"].offered(uk.reference, uk.now, "en")),
    )


def test_where_the_law_has_no_summary_there_is_none(desk: Desk) -> None:
    desk.start()
    desk.take(ANNA)
    assert "accepted" not in _asked(desk)
    assert desk.decide(accepted=True)
    desk.run()
    assert desk.told() == ["complaint_acknowledgement", "complaint_decision"]
