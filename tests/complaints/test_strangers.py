"""A stranger is told how his complaint stands: each letter at most once, and none is lost unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chalicelib import links
from chalicelib.channels import Outgoing, Refused, Result, Unsure
from chalicelib.complaints.letters import State, by_hand, letters, way_to
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.domain.moments import stamp
from chalicelib.domain.person import AddressKey
from chalicelib.store import complaint_steps, complaints, persons
from tests.complaints.desk import Desk
from tests.fakes import FakeChannel
from tests.faults.plane import Crash
from tests.scene import Scene

MAIL, MOBILE, LANDLINE = "he@example.com", "13900001234", "0101234567"


def stranger(desk: Desk, contact: str = MAIL) -> Desk:
    """Let a stranger complain, with his clocks running."""
    desk.reference = desk.complain(stranger=True, contact=contact)
    desk.start()
    return desk


def became(desk: Desk) -> dict[str, str]:
    """Return what became of each letter that is owed now."""
    steps = [step for _, step in complaint_steps.of(desk.stands)]
    return {one.kind: one.state.value for one in letters(desk.stands, steps)}


def left_to_staff(desk: Desk) -> list[str]:
    """Return the letters that the desk shows as left to staff."""
    return [one.kind for one in by_hand(desk.stands, [step for _, step in complaint_steps.of(desk.stands)])]


def subjects(channel: FakeChannel) -> list[str]:
    return [message.subject.split(" · ")[1] for message in channel.sent]


def test_he_is_told_over_his_address_from_the_receipt_to_the_review(desk: Desk) -> None:
    stranger(desk)
    assert desk.stands.status == ComplaintStatus.ACKNOWLEDGED
    for act in (desk.take, desk.extend, desk.decide, desk.ask_review, desk.answer_review):
        assert act()
        desk.run()
    told = [each.replace(desk.reference, "X") for each in subjects(desk.scene.mail)]
    assert told == [
        "We have your complaint X",
        "We need more time for your complaint X",
        "Our decision on your complaint X",
        "The review of your complaint X",
    ]
    assert {message.to for message in desk.scene.mail.sent} == {MAIL}
    assert desk.scene.sms.sent == []
    assert left_to_staff(desk) == []
    decision = desk.scene.mail.sent[2].text
    for said in ("The call was at 23:10.", "An apology.", "投诉成立", "12378", "/open/complaint"):
        assert said in decision
    desk.to(desk.now + timedelta(days=2))
    assert not desk.stands.is_open


def test_what_was_typed_stays_text_in_the_letter(desk: Desk) -> None:
    stranger(desk).take()
    desk.decide(redress="{url} <b>{{7*7}}</b>")
    desk.run()
    sent = desk.scene.mail.sent[-1]
    assert "{url} <b>{{7*7}}</b>" in sent.text
    assert "{url} &lt;b&gt;{{7*7}}&lt;/b&gt;" in sent.html


def test_a_mobile_gets_a_text_and_no_other_number_does(desk: Desk) -> None:
    stranger(desk, MOBILE)
    (text,) = desk.scene.sms.sent
    assert (text.to, text.tags) == (f"+86{MOBILE}", {})
    assert desk.reference in text.text
    assert [way_to(each) for each in ("0101234567", "+4479460018", "+15550100199", "12345678")] == [None] * 4
    for typed in ("+8613900001234", "008613900001234", "8613900001234"):
        assert way_to(typed) == (ChannelName.SMS, "+8613900001234")


def test_whom_nothing_reaches_is_left_to_staff_and_the_desk_says_so(desk: Desk) -> None:
    stranger(desk, LANDLINE)
    assert desk.stands.status == ComplaintStatus.RECEIVED
    desk.acknowledge()
    assert left_to_staff(desk) == ["complaint_acknowledgement"]
    desk.take()
    desk.decide()
    desk.run()
    assert left_to_staff(desk) == ["complaint_decision"]
    assert desk.scene.mail.sent == desk.scene.sms.sent == []
    assert desk.letter_sent()
    assert desk.stands.letter_at


def test_nothing_leaves_by_night(desk: Desk) -> None:
    desk.after(hours=12)  # midnight in Shanghai
    stranger(desk)
    assert desk.scene.mail.sent == []
    desk.to(desk.now + timedelta(hours=7, minutes=59))
    assert desk.scene.mail.sent == []
    desk.to(desk.now + timedelta(hours=1))
    assert len(desk.scene.mail.sent) == 1


@pytest.mark.parametrize("how", ["opted out", "dead"])
def test_a_silenced_or_dead_address_stays_silent(desk: Desk, how: str) -> None:
    key = desk.scene.wiring.person_key()
    person = links.person_key(MAIL, key)
    if how == "dead":
        persons.suppress(person, AddressKey(ChannelName.EMAIL, links.address_digest(MAIL, key)), "bounced")
    else:
        persons.opt_out(person, ChannelName.EMAIL)
    stranger(desk)
    assert desk.scene.mail.sent == []
    assert left_to_staff(desk) == ["complaint_acknowledgement"]


def test_nobody_floods_an_address_that_is_not_his(desk: Desk) -> None:
    for _ in range(7):
        stranger(desk)
    assert len(desk.scene.mail.sent) == 5
    assert left_to_staff(desk) == ["complaint_acknowledgement"]
    desk.after(days=1, minutes=1)
    stranger(desk)
    assert len(desk.scene.mail.sent) == 6


def test_a_busy_provider_is_asked_again_and_an_unwilling_one_is_not(desk: Desk) -> None:
    desk.scene.mail.answers = [Refused("Throttling", again=True), Refused("MessageRejected", again=False)]
    stranger(desk)
    assert became(desk) == {"complaint_acknowledgement": "OPEN"}
    desk.to(desk.now + timedelta(minutes=16))
    assert became(desk) == {"complaint_acknowledgement": "FAILED"}
    desk.to(desk.now + timedelta(days=2))
    assert len(desk.scene.mail.sent) == 2
    assert left_to_staff(desk) == ["complaint_acknowledgement"]


def test_a_letter_in_doubt_is_never_sent_again_and_is_no_letter_of_the_decision(desk: Desk) -> None:
    stranger(desk).take()
    desk.scene.mail.answers = [Unsure("ReadTimeout")]
    desk.decide()
    desk.run()
    desk.to(desk.now + timedelta(minutes=3))
    assert became(desk) == {"complaint_decision": "UNKNOWN"}
    desk.to(desk.now + timedelta(days=40))
    assert len(desk.scene.mail.sent) == 2
    assert left_to_staff(desk) == ["complaint_decision"]
    assert desk.stands.status == ComplaintStatus.DECIDED  # invariant 11
    assert desk.letter_sent()


def test_who_acts_while_a_letter_is_on_its_way_loses_no_record_of_it(desk: Desk) -> None:
    stranger(desk).take()
    desk.scene.mail.meanwhile = lambda: (desk.escalate() and None) or None
    desk.decide()
    desk.run()
    assert became(desk) == {"complaint_decision": "SENT"}
    assert desk.stands.letter_at
    assert desk.stands.escalated


def test_a_letter_of_the_first_decision_is_none_of_the_review_asked_for_meanwhile(desk: Desk) -> None:
    stranger(desk).take()
    desk.scene.mail.meanwhile = lambda: (desk.ask_review() and None) or None
    desk.decide()
    desk.run()
    assert desk.stands.status == ComplaintStatus.REVIEW
    assert desk.stands.letter_at is None


def test_a_repeated_extension_is_known_whatever_letter_left_since(desk: Desk) -> None:
    stranger(desk).take()
    assert desk.extend()
    desk.run()
    assert not desk.extend()


def test_neither_executions_nor_logs_hold_his_address(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    stranger(desk).take()
    desk.decide()
    desk.run()
    assert len(desk.scene.mail.sent) == 2
    assert MAIL not in json.dumps([one.data for one in desk.executions], default=str)
    told = capsys.readouterr()
    assert MAIL not in told.out + told.err


# --- each call fails or dies, before its effect and after it ------------------------------------------


class _Faults:
    """Lets the `at`-th call of one look fail, before its effect or after it."""

    def __init__(self, at: int, how: str) -> None:
        self.at, self.how, self.made, self.dead = at, how, 0, False

    def around(self, call: Callable[[], Any], *, sends: bool = False) -> Any:
        if self.dead:
            raise Crash  # nothing that a dead process still tries gets out
        self.made += 1
        if self.made != self.at:
            return call()
        self.dead = self.how.startswith("dies")
        if self.how == "dies before":
            raise Crash
        if self.how == "fails before":
            if sends:
                return Refused("EndpointConnectionError", again=True)
            raise EndpointConnectionError(endpoint_url="https://aws")
        call()
        if self.how == "fails after":
            if sends:
                return Unsure("ReadTimeoutError")
            raise ReadTimeoutError(endpoint_url="https://aws")
        raise Crash


@contextmanager
def _faulty(desk: Desk, faults: _Faults) -> Iterator[None]:
    make, send = BaseClient._make_api_call, FakeChannel.send
    with pytest.MonkeyPatch.context() as patch:

        def called(self: BaseClient, name: str, values: Any) -> Any:
            return faults.around(lambda: make(self, name, values))

        def sent(self: FakeChannel, message: Outgoing) -> Result:
            result: Result = faults.around(lambda: send(self, message), sends=True)
            return result

        patch.setattr(BaseClient, "_make_api_call", called)
        patch.setattr(FakeChannel, "send", sent)
        yield


def _look(desk: Desk) -> None:
    """One look of the machine; a failed one is taken again by the machine, as after any fault."""
    found = desk.stands
    payload = {"complaint": found.reference, "id": found.id, "leg": 1, "rounds": 0, "began": stamp(desk.now)}
    desk.scene.wiring.steer_complaint(payload)


def _lives_through(desk: Desk, faults: _Faults) -> None:
    before = len(desk.scene.mail.sent)
    with _faulty(desk, faults), suppress(Crash, Exception):  # whatever it was, it is looked at again
        _look(desk)
    for seconds in (100, 1000):
        desk.after(seconds=seconds)
        _look(desk)
    sent, states = len(desk.scene.mail.sent) - before, became(desk)
    assert sent <= 1, "a letter left twice"
    assert set(states.values()) <= {State.SENT, State.FAILED, State.UNKNOWN}, states
    assert sent == 1 or left_to_staff(desk), "a letter was lost unseen"
    assert sent == 0 or set(states.values()) & {State.SENT, State.UNKNOWN}


@pytest.mark.parametrize(
    ("letter", "how"),
    [
        *(("acknowledgement", how) for how in ("dies before", "dies after", "fails before", "fails after")),
        *(("decision", how) for how in ("dies after", "fails after")),
    ],
)
def test_whatever_call_fails_a_letter_leaves_once_at_most_and_is_never_lost_unseen(
    scene: Scene, letter: str, how: str
) -> None:
    desk = Desk(scene)
    calls = 0
    for at in range(1, 60):
        desk.reference = desk.complain(stranger=True, contact=f"he{at}@example.com")
        if letter == "decision":
            _look(desk)
            desk.take()
            desk.decide()
        faults = _Faults(at, how)
        _lives_through(desk, faults)
        calls = max(calls, faults.made)
        if at > faults.made:
            break
    assert calls >= 8, "the sweep went through nothing"
    assert at > calls
    assert complaints.find(desk.reference)
