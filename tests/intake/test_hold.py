"""Holds that a lender lays: for the profile's term, over the loan, ended by time or by his word."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName, FactKind, HoldKind, Outcome, Stage
from chalicelib.domain.errors import Held
from chalicelib.domain.profile import Profile
from chalicelib.intake.contract import HoldData
from chalicelib.intake.hold import _end
from chalicelib.store import cases, facts, holds, waits
from chalicelib.store.facts import Fact
from chalicelib.store.waits import Wait
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene, case_id

GB, CN, US = (profiles.current(name, NOON) for name in ("GB", "CN", "US"))
OVER = datetime(2026, 12, 21, 16, 0, tzinfo=UTC)  # 30 days after 21 November, midnight in Shanghai


def hold(scene: Scene, name: str = "evt-hold-0001", **changes: Any) -> str:
    """A hold event with other data or another time."""
    event = json.loads(scene.road.event("hold"))
    time = changes.pop("time", event["time"])
    reference = scene.take(scene.road.event("hold", id=name, time=time, data=event["data"] | changes))
    scene.carry_out(reference.reference)
    return reference.reference


def lift(scene: Scene, name: str = "evt-lift", time: str = "2026-11-22T04:00:00Z", **changes: Any) -> None:
    hold(scene, name, time=time, action="lifted", **changes)


def held(scene: Scene, at: datetime = NOON) -> frozenset[str]:
    return scene.case.held(at)


@pytest.mark.parametrize(
    ("profile", "data", "last"),
    [
        (CN, {"kind": "HARDSHIP"}, date(2026, 12, 21)),
        (GB, {"kind": "MORATORIUM"}, date(2027, 1, 20)),
        (GB, {"kind": "HARDSHIP"}, date(2026, 12, 21)),
        (GB, {"kind": "HARDSHIP", "extended": True}, date(2027, 1, 20)),
        (CN, {"kind": "HARDSHIP", "extended": True}, date(2026, 12, 21)),
        (GB, {"kind": "MORATORIUM", "crisis": True}, None),
        (GB, {"kind": "MORATORIUM", "crisis": True, "until": date(2027, 3, 1)}, None),
        (GB, {"kind": "MORATORIUM", "crisis": True, "treatment_ended": date(2027, 2, 1)}, date(2027, 3, 3)),
        (GB, {"kind": "MORATORIUM", "until": date(2026, 12, 1)}, date(2027, 1, 20)),
        (GB, {"kind": "MORATORIUM", "until": date(2027, 2, 1)}, date(2027, 2, 1)),
        (US, {"kind": "INSOLVENCY"}, None),
        (CN, {"kind": "MORATORIUM", "until": date(2027, 2, 1)}, date(2027, 2, 1)),
    ],
    ids=str,
)
def test_the_profile_says_until_when(profile: Profile, data: dict[str, Any], last: date | None) -> None:
    """The lender's own day lengthens a term, and never shortens the law's."""
    given = HoldData(**data, action="set")
    end = _end(given, profile.holds[HoldKind(given.kind)], profile, datetime(2026, 11, 21, 4, tzinfo=UTC))
    zone = {"CN": 8, "GB": 0, "US": -5}[profile.jurisdiction]
    assert (end + timedelta(hours=zone) if end else None) == (
        datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC) if last else None
    )


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "COMPLAINT", "action": "set"},
        {"kind": "HARDSHIP", "action": "lifted", "until": date(2027, 1, 1)},
        {"kind": "HARDSHIP", "action": "set", "crisis": True},
        {"kind": "MORATORIUM", "action": "set", "treatment_ended": date(2027, 1, 1)},
    ],
    ids=str,
)
def test_what_is_no_hold_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        HoldData(**data)


def test_a_hold_lies_until_its_term_is_over_and_no_longer(scene: Scene) -> None:
    scene.accept()
    hold(scene)
    assert held(scene) == {"HARDSHIP"}
    assert held(scene, OVER - timedelta(seconds=1)) == {"HARDSHIP"}
    assert held(scene, OVER) == frozenset()
    (fact,) = scene.facts(FactKind.HOLD)
    assert fact.detail["rule"] == "CN.hardship_hold"
    assert (fact.detail["until"], fact.detail["by"], fact.detail["applied"]) == (
        "2026-12-21T16:00:00Z",
        "LENDER",
        True,
    )


def test_a_repeat_changes_nothing(scene: Scene) -> None:
    scene.accept()
    reference = hold(scene)
    rows = scene.rows()
    scene.road.clock.advance(hours=1)
    scene.carry_out(reference)
    assert scene.rows() == rows


def test_one_that_comes_before_its_case_keeps_the_first_notice_back(scene: Scene) -> None:
    hold(scene)
    scene.accept()
    assert held(scene) == {"HARDSHIP"}
    before = len(scene.sms.sent)
    scene.run(Stage.REMIND)
    assert len(scene.sms.sent) == before


def test_invariant_10_what_waits_for_a_hold_goes_out_when_it_is_over(scene: Scene) -> None:
    """Not before its end, at a permitted hour, and with the whole time in which it is of use."""
    scene.accept()
    hold(scene, kind="MORATORIUM", until="2026-12-21")
    scene.run(Stage.NOTIFY, "token-1")
    assert scene.sms.sent == []
    token, error, cause = scene.machine.signals[-1]
    morning = datetime(2026, 12, 22, 0, 0, tzinfo=UTC)  # eight o'clock in Shanghai
    assert (token, error) == ("token-1", "Deferred")
    assert json.loads(cause) == {"stage": "Notify", "seconds": int((morning - NOON).total_seconds())}
    deferred = {fact.detail["rule"] for fact in scene.facts(FactKind.DEFERRED)}
    assert deferred == {"CN.moratorium_hold"}
    scene.road.clock.now = morning
    scene.run(Stage.NOTIFY)
    assert len(scene.sms.sent) == 1
    assert scene.facts(FactKind.DENIED) == []


def test_one_without_a_term_is_looked_at_again(scene: Scene) -> None:
    scene.accept()
    hold(scene, kind="INSOLVENCY")
    scene.run(Stage.NOTIFY)
    assert json.loads(scene.machine.signals[-1][2])["seconds"] == 30 * 86_400
    assert scene.sms.sent == []


def test_one_lifted_early_lets_what_waits_for_it_go_on_at_once(scene: Scene) -> None:
    scene.accept()
    hold(scene, kind="MORATORIUM")
    waits.put(Wait(CASE_ID, Stage.AWAIT_WINDOW, Stage.NOTIFY, "token-1", NOON + timedelta(days=30)))
    lift(scene, kind="MORATORIUM")
    assert held(scene) == frozenset()
    token, error, cause = scene.machine.signals[-1]
    assert (token, error, json.loads(cause)) == ("token-1", "Deferred", {"stage": "Notify", "seconds": 1})
    scene.run(Stage.NOTIFY)
    assert len(scene.sms.sent) == 1


def test_an_earlier_word_that_comes_late_lays_nothing_again(scene: Scene) -> None:
    scene.accept()
    lift(scene)
    hold(scene)
    assert held(scene) == frozenset()
    applied = {fact.detail["act"]: fact.detail["applied"] for fact in scene.facts(FactKind.HOLD)}
    assert applied == {"LIFTED": True, "SET": False}


def test_the_lenders_word_does_not_lift_what_the_borrower_disputes(scene: Scene) -> None:
    scene.accept()
    holds.put(CASE_ID, HoldKind.DISPUTE, Fact(CASE_ID, FactKind.HOLD, NOON, ("own",)))
    hold(scene, kind="DISPUTE")
    lift(scene, kind="DISPUTE")
    assert held(scene) == {"DISPUTE"}


def test_a_hold_goes_on_over_the_next_case(scene: Scene) -> None:
    scene.accept()
    hold(scene)
    scene.accept("settled")
    scene.accept(id="evt-2", time="2026-11-24T01:00:00Z")
    assert cases.get(case_id(2)).held(NOON) == {"HARDSHIP"}


def test_time_closes_no_case_under_a_hold_nor_before_the_whole_last_window_after_it(scene: Scene) -> None:
    scene.accept()
    hold(scene)
    close = scene.wiring.close_case
    for moment in (NOON, OVER, OVER + timedelta(days=7, seconds=-1)):
        scene.road.clock.now = moment
        with pytest.raises(Held):
            close(CASE_ID, Stage.NO_RESPONSE)
    scene.road.clock.now = OVER + timedelta(days=7)
    close(CASE_ID, Stage.NO_RESPONSE)
    assert scene.case.outcome == Outcome.NO_RESPONSE


def test_a_hold_that_comes_while_a_message_is_written_stops_it(scene: Scene) -> None:
    scene.accept()
    scene.sms.meanwhile = lambda: None
    before = cases.get(CASE_ID)
    hold(scene)
    from chalicelib.domain.codes import Purpose
    from chalicelib.domain.person import Contact
    from chalicelib.store import claims, persons

    contact = Contact(NOON, ChannelName.SMS, Purpose.COLLECTION, before.lender, CASE_ID.loan_key)
    person = persons.get(before.borrower.person)
    assert claims.claim(before, person, "reminder_1#SMS", "a@1", contact) is None
    assert facts.of(CASE_ID, FactKind.SENT) == []
