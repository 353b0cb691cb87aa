"""Invariant 19: who refuses mediation, or any part of it, is treated as before, and sees every other way."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.borrower import my_case
from chalicelib.borrower.apply import Apply, Withdraw, reschedule
from chalicelib.borrower.feedback import GiveFeedback
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, ChannelName, Outcome, Purpose, Stage
from chalicelib.domain.contact_rules import Question, Verdict, decide
from chalicelib.domain.progress import Doing, doings
from chalicelib.forms.journey import Submission
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.agreement.refuse import close_without_agreement
from chalicelib.mediation.schedule import Schedule
from chalicelib.mediation.standing import profile_of
from chalicelib.store import agreements, cases, persons
from chalicelib.store.heads import update
from chalicelib.store.rows import CaseRow
from tests.api.browser import Browser, text
from tests.mediation.test_road import OFFER, WED, _assign
from tests.samples import CASE_ID
from tests.scene import Scene, case_id, fresh
from tests.signing import Table

Act = Callable[[Scene], object]
OF_MEDIATION = {
    Doing.REPLY, Doing.CHOOSE, Doing.APPLY, Doing.STATE, Doing.TALK, Doing.RESCHEDULE, Doing.EXTEND,
    Doing.WITHDRAW,
}  # fmt: skip
"""What there is to do in a mediation; every other way stays open without one."""
AHEAD = (timedelta(), timedelta(hours=12), timedelta(days=3), timedelta(days=30))


def sent(scene: Scene, name: str, **answers: Any) -> Submission:
    return Submission(name, "", f"W-{name}", {"mode": "TELEPHONE"} | answers, scene.road.clock.now)


def applied(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    Apply(scene.wiring.timers)(CASE_ID, sent(scene, "a"))


def assigned(scene: Scene) -> None:
    applied(scene)
    Accept(scene.wiring.timers)(CASE_ID, "staff-1", scene.road.clock.now)
    _assign(scene)


def offered(scene: Scene) -> None:
    assigned(scene)
    Schedule(scene.wiring.timers).offer(CASE_ID, OFFER, "m-1", scene.road.clock.now)


def booked(scene: Scene) -> None:
    offered(scene)
    Schedule(scene.wiring.timers).book(CASE_ID, WED, scene.road.clock.now)


def ignored(scene: Scene) -> None:
    """Times were offered, and are over."""
    offered(scene)
    scene.road.clock.now = WED + timedelta(days=5)


class _Drafting(Table):
    """The acts around an agreement, on the case as it stands."""

    def __post_init__(self) -> None:
        changes = [CaseRow.status.set(CaseStatus.ADJOURNED.value)]
        assert update(CASE_ID, changes, CaseRow.pk.exists())


def signing(scene: Scene) -> None:
    assigned(scene)
    _Drafting(scene.wiring).frozen()


def withdraw(scene: Scene) -> object:
    return Withdraw(scene.wiring.timers)(CASE_ID, sent(scene, "w"))


def call_off(scene: Scene) -> object:
    return Schedule(scene.wiring.timers).call_off(CASE_ID, "borrower", "病了", scene.road.clock.now)


def ask_for_another_time(scene: Scene) -> object:
    return reschedule(CASE_ID, sent(scene, "r"))


def refuse(scene: Scene) -> object:
    found = agreements.get(CASE_ID)
    assert found
    now = scene.road.clock.now
    scene.wiring.refuse(CASE_ID, found.digest, Party.BORROWER, now, why="金额过高")
    return True


def let_time_pass(scene: Scene) -> object:
    """What the machine does once something is over that he did not answer."""
    return scene.wiring.steer(CASE_ID, {})


def treatment(scene: Scene, generation: int = 1) -> dict[str, Any]:
    """Return what reminders, amounts and pages of a case rest on, now and in days to come."""
    case = cases.get(case_id(generation))
    person, profile = persons.get(case.borrower.person), profile_of(case)
    now = scene.road.clock.now
    asked = {
        f"{purpose}/{channel}/{ahead}": decide(Question(case, person, channel, purpose), profile, now + ahead)
        for purpose in Purpose
        for channel in ChannelName
        for ahead in AHEAD
    }
    return {
        "amounts": (case.amount, case.balance_at, case.due_date, case.overdue_since, case.prepaid),
        "holds": (case.holds, case.laid),
        "sent": dict(case.claims),
        "caps": person,
        "rules": (case.profile_version, profile.timers),
        "asked": {name: (one.verdict, one.not_before) for name, one in asked.items()},
        "ways": set(doings(my_case.read(case, now).stand)) - OF_MEDIATION,
    }


REFUSALS: dict[str, tuple[Callable[[Scene], None], Act]] = {
    "withdraws what was not accepted yet": (applied, withdraw),
    "withdraws once a mediator is named": (assigned, withdraw),
    "withdraws with a meeting ahead": (booked, withdraw),
    "calls the meeting off": (booked, call_off),
    "wants another time": (booked, ask_for_another_time),
    "answers no offer of times": (ignored, let_time_pass),
    "refuses the text": (signing, refuse),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_invariant_19_who_refuses_is_treated_as_before(scene: Scene, name: str) -> None:
    reach, act = REFUSALS[name]
    reach(scene)
    before = treatment(scene)
    assert act(scene)
    assert scene.case.is_open
    assert treatment(scene) == before


def test_invariant_19_who_wants_no_mediation_is_treated_as_who_wants_it(scene: Scene) -> None:
    found = []
    for wish in ("YES", "NO"):
        world = fresh(scene.road)
        world.accept()
        world.run(Stage.NOTIFY, "token-1")
        GiveFeedback(world.wiring.timers)(CASE_ID, sent(world, "f", reason="OTHER", wish=wish))
        found.append(treatment(world))
    assert found[0] == found[1]


def _close(scene: Scene, stage: Stage, days: int) -> None:
    scene.road.clock.advance(days=days)
    scene.wiring.close_case(CASE_ID, stage)


def _withdrawn(scene: Scene) -> None:
    applied(scene)
    withdraw(scene)
    _close(scene, Stage.LIMIT_PASSED, 40)


def _declined(scene: Scene) -> None:
    applied(scene)
    scene.road.clock.advance(days=40)
    Accept(scene.wiring.timers).decline(CASE_ID, "staff-1", "another body's", scene.road.clock.now)


def _not_agreed(scene: Scene) -> None:
    signing(scene)
    refuse(scene)
    scene.road.clock.advance(days=40)
    close_without_agreement(CASE_ID, scene.road.clock.now, by="m-1", why="-", wake=lambda case: None)


def _silent(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    _close(scene, Stage.NO_RESPONSE, 40)


def _never_signed(scene: Scene) -> None:
    signing(scene)
    scene.road.clock.advance(days=40)
    let_time_pass(scene)


ENDS = {
    "withdrew": (_withdrawn, Outcome.WITHDRAWN),
    "another body's": (_declined, Outcome.OUT_OF_SCOPE),
    "refused the text": (_not_agreed, Outcome.NOT_AGREED),
    "never signed": (_never_signed, Outcome.NOT_AGREED),
}


@pytest.mark.parametrize("name", ENDS)
def test_invariant_19_a_case_that_ends_without_mediation_lets_nothing_more_come(
    scene: Scene, name: str
) -> None:
    end, outcome = ENDS[name]
    end(scene)
    assert scene.case.outcome == outcome
    after = treatment(scene)
    loud = (Purpose.COLLECTION, Purpose.STATUTORY, Purpose.INSTALMENT)
    asked = {verdict for name, (verdict, _) in after["asked"].items() if name.startswith(loud)}
    assert asked == {Verdict.DENY}
    assert after["ways"] >= {Doing.COMPLAIN, Doing.ASK}


@pytest.mark.parametrize("name", ENDS)
def test_invariant_19_the_next_case_of_who_refused_is_as_that_of_who_never_applied(
    scene: Scene, name: str
) -> None:
    found = []
    for end in (_silent, ENDS[name][0]):
        world = fresh(scene.road)
        end(world)
        later = datetime(2027, 1, 5, 2, tzinfo=UTC)
        world.road.clock.now = later
        data = json.loads(world.road.event())["data"]
        data |= {"due_date": "2027-01-01", "overdue_since": "2027-01-02"}
        data["amount"] |= {"as_of": "2027-01-05"}
        world.accept(id="evt-again", time=later.strftime("%Y-%m-%dT%H:%M:%SZ"), data=data)
        assert cases.get(case_id(2)).status == CaseStatus.RECEIVED
        found.append(treatment(world, 2))
    assert found[0] == found[1]


def _enter(scene: Scene) -> Browser:
    token = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert token
    browser = Browser(language="en")
    browser.enter(token.group(1))
    return browser


@pytest.mark.parametrize("name", REFUSALS)
def test_invariant_19_the_pages_hide_no_court_complaint_dispute_or_hotline(scene: Scene, name: str) -> None:
    reach, act = REFUSALS[name]
    reach(scene)
    assert act(scene)
    browser = _enter(scene)
    mine = text(browser.get("/my"))
    for path in ("complain", "dispute"):
        assert f'href="/my/form/{path}?lang=en"' in mine
        assert f'<a class="button" href="/my/form/{path}/' in text(browser.get(f"/my/form/{path}"))
    assert "12378" in mine
    assert "court" in text(browser.get("/my/info"))
