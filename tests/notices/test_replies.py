"""What a reply changes: silence at once and for all his cases, one confirmation, nothing for strangers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib import links
from chalicelib.channels.replies import Reply
from chalicelib.domain.codes import ChannelName, FactKind, Outcome, Purpose
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.person import Contact
from chalicelib.store import cases, claims, facts, persons, strangers
from chalicelib.store.case_rows import to_row
from chalicelib.store.rows import UnmatchedRow
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

PHONE = "+8613800138000"
OTHER = CaseId(loan_key("other-bank", "LN-9"), 1)
CONFIRMATION = "opt_out_confirmation"


@pytest.fixture(autouse=True)
def _contacted(scene: Scene) -> None:
    """A borrower with a case, who was written to a minute ago."""
    scene.accept()
    _contact(scene, CASE_ID)
    scene.road.clock.advance(minutes=1)


def _contact(scene: Scene, case_id: CaseId, step: str = "first_notice") -> None:
    case = cases.get(case_id)
    contact = Contact(scene.road.clock.now, ChannelName.SMS, Purpose.STATUTORY, case.lender, case.id.loan_key)
    value = f"attempt1@{int(scene.road.clock.now.timestamp())}"
    assert claims.claim(case, persons.get(case.borrower.person), f"{step}#SMS", value, contact)


def _other_case(scene: Scene) -> None:
    """Another lender's case of the same person, contacted later."""
    to_row(replace(scene.case, id=OTHER, lender="other-bank", loan="LN-9", claims={})).save()
    _contact(scene, OTHER)


def _reply(scene: Scene, text: str, phone: str = PHONE, reply_id: str = "reply-1") -> str:
    return scene.wiring.take_receipt.replies.take(Reply("eum", phone, text, reply_id))


def _confirmations(scene: Scene) -> list[str]:
    return [name for name in scene.machine.statuses if CONFIRMATION in name]


def test_a_stop_silences_the_channel_and_is_confirmed(scene: Scene) -> None:
    assert _reply(scene, "Stop texting me") == "STOP"
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}
    assert [fact.which for fact in scene.facts(FactKind.PREFERENCE)] == [("SMS", "STOP")]
    assert _confirmations(scene) == [f"{CASE_ID}-{CONFIRMATION}"]
    given = scene.machine.inputs[f"{CASE_ID}-{CONFIRMATION}"]
    assert (given["step"], given["patience"], given["at"]) == (CONFIRMATION, 1800, "2026-11-23T04:01:00Z")


def test_the_reply_itself_is_on_record(scene: Scene) -> None:
    _reply(scene, "STOP!")
    (fact,) = scene.facts(FactKind.REPLY)
    assert fact.which == ("reply-1",)
    assert fact.detail == {"text": "STOP!", "provider": "eum", "meaning": "STOP"}


def test_a_repeated_stop_changes_nothing(scene: Scene) -> None:
    _reply(scene, "STOP")
    rows = scene.rows()
    scene.road.clock.advance(minutes=5)
    _reply(scene, "STOP")
    assert scene.rows() == rows
    assert len(_confirmations(scene)) == 1


def test_a_stop_silences_all_his_cases_and_is_confirmed_by_the_latest(scene: Scene) -> None:
    _other_case(scene)
    _reply(scene, "退订")
    for case_id in (CASE_ID, OTHER):
        assert len(facts.of(case_id, FactKind.REPLY)) == 1
        assert [fact.which for fact in facts.of(case_id, FactKind.PREFERENCE)] == [("SMS", "STOP")]
    assert _confirmations(scene) == [f"{OTHER}-{CONFIRMATION}"]


def test_a_second_stop_is_not_confirmed_by_another_case(scene: Scene) -> None:
    """By then another case may have written to him, over a channel he did not silence."""
    _reply(scene, "STOP")
    _contact(scene, CASE_ID, CONFIRMATION)
    scene.road.clock.advance(days=2)
    _other_case(scene)
    _reply(scene, "STOP I said", reply_id="reply-2")
    _reply(scene, "STOP", reply_id="reply-3")
    assert _confirmations(scene) == [f"{CASE_ID}-{CONFIRMATION}"]


def test_the_withdrawal_comes_before_its_confirmation_and_the_repeat_brings_it(scene: Scene) -> None:
    scene.machine.failing["start_execution"] = "InternalError"
    with pytest.raises(ClientError):
        _reply(scene, "STOP")
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}
    scene.machine.failing.clear()
    _reply(scene, "STOP")
    assert len(_confirmations(scene)) == 1


def test_who_is_somebody_else_is_neither_written_to_nor_called_any_more(scene: Scene) -> None:
    _other_case(scene)
    assert _reply(scene, "Wrong number") == "WRONG_PERSON"
    person = persons.get(scene.case.borrower.person)
    who = scene.case.borrower
    dead = {who.address_key(channel) for channel in (ChannelName.SMS, ChannelName.VOICE)}
    assert person.suppressed == dict.fromkeys(dead, "wrong_person")
    assert person.opted_out == frozenset()
    for case_id in (CASE_ID, OTHER):
        told = {fact.which for fact in facts.of(case_id, FactKind.SUPPRESSED)}
        assert told == {("SMS", "wrong_person"), ("VOICE", "wrong_person")}
    assert _confirmations(scene) == [], "nobody is to get one more message at a wrong number"


def test_anything_else_is_kept_for_a_person_to_read_and_changes_nothing(scene: Scene) -> None:
    before = persons.get(scene.case.borrower.person)
    assert _reply(scene, "昨天已经还了") == "OTHER"
    assert persons.get(scene.case.borrower.person) == before
    assert [fact.detail["text"] for fact in scene.facts(FactKind.REPLY)] == ["昨天已经还了"]
    assert [fact.kind for fact in scene.facts()] == [FactKind.REPLY]
    assert _confirmations(scene) == []


@pytest.mark.parametrize("text", ["STOP", "wrong number", "hello"])
def test_a_number_nobody_wrote_to_is_harmless(scene: Scene, text: str) -> None:
    rows = scene.rows()
    _reply(scene, text, "+447700900123")
    stranger = links.person_key("+447700900123", scene.wiring.person_key())
    assert [row for row in scene.rows() if row["pk"]["S"] not in (f"PERSON#{stranger}", "STRANGER")] == rows
    assert _confirmations(scene) == []


def test_a_stranger_who_refuses_is_remembered(scene: Scene) -> None:
    """He may become a borrower: his STOP of today holds then."""
    _reply(scene, "STOP", "+447700900123")
    stranger = links.person_key("+447700900123", scene.wiring.person_key())
    assert persons.get(stranger).opted_out == {ChannelName.SMS}


def test_a_closed_case_still_hears_a_stop(scene: Scene) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON + timedelta(minutes=1))
    _reply(scene, "STOP")
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}
    assert len(_confirmations(scene)) == 1


def test_a_text_of_somebody_nobody_wrote_to_is_kept_for_a_person_to_read(scene: Scene) -> None:
    for _ in range(2):
        assert _reply(scene, "你们是谁" * 999, phone="+8613900139000", reply_id="r-9") == "OTHER"
    kept = strangers.get("eum", "r-9")
    assert kept is not None
    assert (kept["phone"], kept["text"]) == ("+8613900139000", ("你们是谁" * 999)[:2_000])
    (row,) = UnmatchedRow.query("STRANGER")
    assert row.ttl == int((scene.road.clock.now + timedelta(days=90)).timestamp())


def test_what_is_on_a_case_or_needs_nobody_is_not_kept_twice(scene: Scene) -> None:
    _reply(scene, "昨天已经还了", reply_id="r-1")
    _reply(scene, "STOP", phone="+8613900139000", reply_id="r-2")
    assert (strangers.get("eum", "r-1"), strangers.get("eum", "r-2")) == (None, None)
