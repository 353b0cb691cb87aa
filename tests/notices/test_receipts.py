"""What a receipt changes: kept as it came, true in any order, and felt by person, case and delivery."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from itertools import permutations

import pytest
from botocore.exceptions import ClientError

from chalicelib.channels.receipts import parse
from chalicelib.channels.sandbox_receipts import receipt_body
from chalicelib.domain.codes import ChannelName, ContactState, FactKind, Purpose
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.person import Contact
from chalicelib.notices.state import notice_states
from chalicelib.store import cases, claims, facts, persons, watches
from chalicelib.store.facts import Fact
from chalicelib.store.watches import Watch
from tests.road import NOON
from tests.samples import CASE_ID, KEY
from tests.scene import Scene

STEP = "first_notice"


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def _body(word: str, channel: str = "SMS", step: str = STEP, case_id: str = str(CASE_ID)) -> str:
    tags = {"case_id": case_id, "step": step, "channel": channel, "notice_id": "x", "attempt": "y"}
    return receipt_body(channel, word, tags, "m1", NOON)


def _take(scene: Scene, word: str, channel: str = "SMS", step: str = STEP) -> str:
    """Take one receipt as its provider writes it; returns its raw body."""
    body = _body(word, channel, step)
    receipt = parse(body)
    assert receipt is not None
    scene.wiring.take_receipt.receipts.take(receipt, body)
    return body


def _claim(scene: Scene, channel: ChannelName, step: str = STEP, case_id: CaseId = CASE_ID) -> str:
    """Claim a send as its sender did; returns the name of the contact it counts as."""
    case, key = cases.get(case_id), f"{step}#{channel}"
    contact = Contact(NOON, channel, Purpose.STATUTORY, case.lender, case.id.loan_key)
    person = persons.get(case.borrower.person)
    assert claims.claim(case, person, key, f"attempt1@{int(NOON.timestamp())}", contact)
    return persons.contact_name(case_id, key)


def _watch(name: str = "token-1", step: str = STEP, *, paused: bool = False) -> None:
    watches.put(Watch(CASE_ID, step, name, NOON + timedelta(minutes=30), paused=paused))


def _kept(scene: Scene, raw: str) -> bytes:
    name = hashlib.sha256(raw.encode()).hexdigest()
    return scene.wiring.archive.get(f"cases/{CASE_ID}/receipts/{name}.json")


def test_a_receipt_is_kept_byte_for_byte_under_its_hash_and_named_on_the_timeline(scene: Scene) -> None:
    raw = _take(scene, "TEXT_DELIVERED")
    assert _kept(scene, raw) == raw.encode()
    (fact,) = scene.facts(FactKind.RECEIPT)
    assert fact.which == (STEP, "SMS", "DELIVERED", "TEXT_DELIVERED")
    assert fact.detail == {
        "provider": "eum",
        "provider_message_id": "m1",
        "reason": "DELIVERED",
        "raw": hashlib.sha256(raw.encode()).hexdigest(),
    }


def test_a_receipt_for_a_case_that_is_not_there_is_somebody_elses(scene: Scene) -> None:
    receipt = parse(_body("TEXT_DELIVERED", case_id=str(CaseId(KEY, 7))))
    assert receipt is not None
    with pytest.raises(NotFound):
        scene.wiring.take_receipt.receipts.take(receipt, "{}")


@pytest.mark.parametrize(
    ("channel", "words", "state", "reached"),
    [
        ("SMS", ["TEXT_SENT", "TEXT_UNREACHABLE", "TEXT_DELIVERED"], "DELIVERED", True),
        ("EMAIL", ["Send", "DeliveryDelay", "Bounce/Transient"], "FAILED", False),
        ("EMAIL", ["Send", "Delivery", "Complaint"], "COMPLAINED", True),
        ("VOICE", ["VOICE_RINGING", "VOICE_ANSWERED", "VOICE_COMPLETED"], "DELIVERED", True),
    ],
)
def test_receipts_come_twice_and_in_any_order(
    scene: Scene, channel: str, words: list[str], state: str, reached: bool
) -> None:
    seen = set()
    for n, order in enumerate(permutations(words)):
        step = f"step_{n}"
        for late, word in enumerate((*order, *order)):
            scene.road.clock.now = NOON + timedelta(seconds=late)
            _take(scene, word, channel, step)
        own = [fact for fact in scene.facts(FactKind.RECEIPT) if fact.which[0] == step]
        assert len(own) == len(words)
        seen.add((notice_states([], own)[f"{step}#{channel}"], step in scene.case.reached))
    assert seen == {(state, reached)}


def test_a_repeat_changes_no_row(scene: Scene) -> None:
    for word, channel in (("TEXT_DELIVERED", "SMS"), ("Bounce/Permanent", "EMAIL")):
        _take(scene, word, channel)
    rows = scene.rows()
    scene.road.clock.advance(hours=1)
    for word, channel in (("TEXT_DELIVERED", "SMS"), ("Bounce/Permanent", "EMAIL")):
        _take(scene, word, channel)
    assert scene.rows() == rows


@pytest.mark.parametrize(
    ("word", "channel", "reason"),
    [
        ("Bounce/Permanent", "EMAIL", "Bounce/Permanent"),
        ("Complaint", "EMAIL", "Complaint"),
        ("TEXT_INVALID", "SMS", "TEXT_INVALID"),
        ("RETURNED", "LETTER", "RETURNED"),
        ("UNKNOWN_USER", "IN_APP", "UNKNOWN_USER"),
    ],
)
def test_a_dead_address_is_suppressed_at_once_for_the_person(
    scene: Scene, word: str, channel: str, reason: str
) -> None:
    _take(scene, word, channel)
    assert persons.get(scene.case.borrower.person).suppressed == {
        scene.case.borrower.address_key(ChannelName(channel)): reason
    }
    assert [fact.which for fact in scene.facts(FactKind.SUPPRESSED)] == [(channel, reason)]


@pytest.mark.parametrize(
    ("word", "channel"),
    [
        ("Bounce/Transient", "EMAIL"),
        ("DeliveryDelay", "EMAIL"),
        ("TEXT_UNREACHABLE", "SMS"),
        ("VOICE_BUSY", "VOICE"),
    ],
)
def test_a_passing_fault_kills_no_address(scene: Scene, word: str, channel: str) -> None:
    _take(scene, word, channel)
    assert persons.get(scene.case.borrower.person).suppressed == {}
    assert scene.facts(FactKind.SUPPRESSED) == []


def test_a_suppression_whose_record_was_lost_is_recorded_by_the_repeat(scene: Scene) -> None:
    """A death between the person's row and the timeline; the queue delivers again."""
    who = scene.case.borrower
    persons.suppress(who.person, who.address_key(ChannelName.EMAIL), "Bounce/Permanent")
    _take(scene, "Bounce/Permanent", "EMAIL")
    assert len(scene.facts(FactKind.SUPPRESSED)) == 1


def test_a_carriers_word_that_he_refuses_silences_the_channel(scene: Scene) -> None:
    detail = {"out_id": f"{CASE_ID}.{STEP}", "err_code": "USER_REJECT", "success": False, "biz_id": "b1"}
    raw = json.dumps({"source": "accord.alibaba", "detail": detail})
    receipt = parse(raw)
    assert receipt is not None
    scene.wiring.take_receipt.receipts.take(receipt, raw)
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("VOICE_ANSWERED", ContactState.REACHED),
        ("VOICE_COMPLETED", ContactState.REACHED),
        ("VOICE_BUSY", ContactState.FAILED),
        ("VOICE_NO_ANSWER", ContactState.FAILED),
        ("VOICE_RINGING", ContactState.PENDING),
    ],
)
def test_how_a_call_went_is_what_the_cap_counts(scene: Scene, word: str, state: ContactState) -> None:
    name = _claim(scene, ChannelName.VOICE)
    _take(scene, word, "VOICE")
    assert persons.get(scene.case.borrower.person).contacts[name].state == state


@pytest.mark.parametrize("order", list(permutations(["VOICE_BUSY", "VOICE_ANSWERED"])))
def test_a_call_that_was_answered_after_all_counts(scene: Scene, order: tuple[str, str]) -> None:
    name = _claim(scene, ChannelName.VOICE)
    for word in order:
        _take(scene, word, "VOICE")
    assert persons.get(scene.case.borrower.person).contacts[name].state == ContactState.REACHED


def test_a_channel_whose_cap_counts_attempts_costs_no_write(scene: Scene) -> None:
    _claim(scene, ChannelName.SMS)
    before = persons.get(scene.case.borrower.person)
    _take(scene, "TEXT_DELIVERED")
    assert persons.get(scene.case.borrower.person) == before


@pytest.mark.parametrize(("word", "channel"), [("TEXT_DELIVERED", "SMS"), ("Complaint", "EMAIL")])
def test_what_arrived_marks_the_step_and_ends_its_delivery(scene: Scene, word: str, channel: str) -> None:
    _watch()
    _take(scene, word, channel)
    assert scene.case.reached == {STEP}
    assert scene.machine.signals == [("token-1", "success", {})]


def test_the_step_is_marked_before_its_delivery_is_told(scene: Scene) -> None:
    _watch()
    scene.machine.failing["send_task_success"] = "InternalError"
    with pytest.raises(ClientError):
        _take(scene, "TEXT_DELIVERED")
    assert scene.case.reached == {STEP}
    scene.machine.failing.clear()
    _take(scene, "TEXT_DELIVERED")
    assert scene.machine.signals == [("token-1", "success", {})], "the queue's repeat tells it"


@pytest.mark.parametrize("word", ["TEXT_SENT", "TEXT_SUCCESSFUL", "TEXT_UNKNOWN", "TEXT_NEW_WORD"])
def test_what_says_nothing_final_wakes_nobody(scene: Scene, word: str) -> None:
    _claim(scene, ChannelName.SMS)
    _watch()
    _take(scene, word)
    assert (scene.machine.signals, scene.case.reached) == ([], frozenset())


def test_a_failure_wakes_the_delivery_once_nothing_else_may_arrive(scene: Scene) -> None:
    for channel in (ChannelName.SMS, ChannelName.EMAIL):
        _claim(scene, channel)
    _watch()
    _take(scene, "TEXT_UNREACHABLE")
    assert scene.machine.signals == [], "the e-mail may still arrive"
    _take(scene, "Bounce/Permanent", "EMAIL")
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Undelivered")]


@pytest.mark.parametrize(
    ("word", "channel", "woken"), [("RETURNED", "LETTER", True), ("Bounce/Permanent", "EMAIL", False)]
)
def test_who_waits_longer_than_for_what_is_left_is_woken(
    scene: Scene, word: str, channel: str, woken: bool
) -> None:
    """The letter is waited for for ten days, the e-mail that went with it for half an hour."""
    for each in (ChannelName.LETTER, ChannelName.EMAIL):
        _claim(scene, each)
    watches.put(Watch(CASE_ID, STEP, "token-1", NOON + timedelta(days=10)))
    _take(scene, word, channel)
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Undelivered")] * woken


def test_only_the_watch_of_its_own_step_is_woken(scene: Scene) -> None:
    _claim(scene, ChannelName.SMS, "reminder_1")
    _watch("token-first")
    _watch("token-reminder", "reminder_1")
    _take(scene, "TEXT_UNREACHABLE", step="reminder_1")
    assert [signal[:2] for signal in scene.machine.signals] == [("token-reminder", "Undelivered")]


def test_an_earlier_step_that_arrived_does_not_hold_up_a_later_one(scene: Scene) -> None:
    _claim(scene, ChannelName.SMS)
    _take(scene, "TEXT_DELIVERED")
    _claim(scene, ChannelName.SMS, "reminder_1")
    _watch("token-reminder", "reminder_1")
    _take(scene, "TEXT_UNREACHABLE", step="reminder_1")
    assert [signal[:2] for signal in scene.machine.signals] == [("token-reminder", "Undelivered")]


def test_a_paused_delivery_is_told_of_what_arrived_and_of_nothing_else(scene: Scene) -> None:
    """`Pause` waits for permitted hours: a failure tells it nothing, and it knows no such error."""
    _claim(scene, ChannelName.SMS)
    _watch(paused=True)
    _take(scene, "TEXT_UNREACHABLE")
    assert scene.machine.signals == []
    _take(scene, "TEXT_DELIVERED")
    assert scene.machine.signals == [("token-1", "success", {})]


def test_a_receipt_before_anybody_waits_is_on_record_for_who_comes(scene: Scene) -> None:
    _claim(scene, ChannelName.SMS)
    _take(scene, "TEXT_DELIVERED")
    assert scene.machine.signals == []
    assert scene.case.reached == {STEP}


def test_a_receipt_after_the_wait_is_over_is_no_error(scene: Scene) -> None:
    _watch()
    scene.machine.dead.add("token-1")
    _take(scene, "TEXT_DELIVERED")
    assert scene.case.reached == {STEP}


@pytest.mark.parametrize("stop_after", range(4))
def test_a_death_between_any_two_parts_is_healed_by_the_repeat(
    scene: Scene, stop_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever of the four writes was the last, the same receipt again leaves what one alone leaves."""
    _claim(scene, ChannelName.EMAIL)
    _watch()
    writes = [(facts, "append"), (persons, "suppress"), (cases, "reach"), (scene.wiring.timers, "delivered")]
    module, name = writes[stop_after]

    def dies(*args: object, **kwargs: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(module, name, dies)
        with pytest.raises(MemoryError):
            _take(scene, "Complaint", "EMAIL")
    _take(scene, "Complaint", "EMAIL")
    assert [fact.kind for fact in scene.facts()] == [FactKind.RECEIPT, FactKind.SUPPRESSED]
    who = scene.case.borrower
    assert persons.get(who.person).suppressed == {who.address_key(ChannelName.EMAIL): "Complaint"}
    assert scene.case.reached == {STEP}
    assert scene.machine.signals == [("token-1", "success", {})]


def test_a_receipt_of_an_unknown_word_is_kept_and_changes_nothing(scene: Scene) -> None:
    raw = _take(scene, "TEXT_NEW_WORD")
    assert _kept(scene, raw) == raw.encode()
    assert [fact.which[2:] for fact in scene.facts(FactKind.RECEIPT)] == [("OTHER", "TEXT_NEW_WORD")]


def test_a_receipt_settles_what_would_be_unknown(scene: Scene) -> None:
    _claim(scene, ChannelName.SMS)
    facts.append(Fact(CASE_ID, FactKind.UNKNOWN, NOON, (STEP, "SMS")))
    _take(scene, "TEXT_SENT")
    assert notice_states([], scene.facts()) == {f"{STEP}#SMS": "ACCEPTED"}
