"""One send: claimed before it goes, recorded after, and left claimed when nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.channels import Refused, Result, Unsure
from chalicelib.domain.codes import ChannelName, FactKind, Outcome
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.notices.compose import Message
from chalicelib.notices.send import LEASE, Notice, Sending, claim_value, lease_over
from chalicelib.store import cases
from tests.road import NOON
from tests.samples import CASE_ID, amount
from tests.scene import Scene

MESSAGE = Message("SMS", "zh-CN", "", "text", "", "cn/first_notice/SMS/zh-CN@1", "ab" * 32)
ALLOWED = Decision(Verdict.ALLOW, "CN.contact_window", "CN@1")
NOTICE = Notice("0f" * 12, "first_notice", ChannelName.SMS, MESSAGE, ALLOWED, "https://accord.example/n/t")


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def _send(scene: Scene, attempt: str = "attempt-1") -> Sending:
    return scene.wiring._sender.send(scene.case, NOTICE, attempt)


def test_an_accepted_message_is_claimed_and_on_record(scene: Scene) -> None:
    assert _send(scene) == Sending.SENT
    assert scene.case.claims == {"first_notice#SMS": f"attempt-@{int(NOON.timestamp())}"}
    assert scene.facts(FactKind.SENT)[0].detail == {
        "notice_id": "0f" * 12,
        "template": "cn/first_notice/SMS/zh-CN@1",
        "digest": "ab" * 32,
        "rule": "CN.contact_window",
        "profile_version": "CN@1",
        "provider_message_id": "sms-1",
    }


def test_the_claim_is_on_record_while_the_message_is_on_its_way(scene: Scene) -> None:
    claims: list[set[str]] = []
    scene.sms.meanwhile = lambda: claims.append(set(scene.case.claims))
    _send(scene)
    assert claims == [{"first_notice#SMS"}]


@pytest.mark.parametrize(
    ("answer", "became", "claimed", "facts"),
    [
        (Refused("ThrottlingException", again=True), Sending.AGAIN, False, []),
        (Refused("ValidationException", again=False), Sending.FAILED, True, [FactKind.FAILED]),
        (Unsure("ReadTimeoutError"), Sending.UNSURE, True, []),
    ],
)
def test_what_the_provider_says_decides(
    scene: Scene, answer: Result, became: Sending, claimed: bool, facts: list[FactKind]
) -> None:
    scene.sms.answers = [answer]
    assert _send(scene) == became
    assert bool(scene.case.claims) is claimed
    assert [fact.kind for fact in scene.facts()] == facts


def _settle(scene: Scene) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)


def _restate(scene: Scene) -> None:
    cases.restate(CASE_ID, amount(5), None, NOON)


def _silence(scene: Scene) -> None:
    cases.opt_out(CASE_ID, ChannelName.SMS)


def _rival(scene: Scene) -> None:
    assert _send(scene, "rival") == Sending.SENT


@pytest.mark.parametrize("before", [_settle, _restate, _silence, _rival])
def test_a_send_loses_to_what_came_after_its_case_was_read(
    scene: Scene, before: Callable[[Scene], None]
) -> None:
    read = scene.case
    before(scene)
    sent = len(scene.sms.sent)
    assert scene.wiring._sender.send(read, NOTICE, "attempt-1") == Sending.LOST
    assert len(scene.sms.sent) == sent


def test_two_attempts_send_once(scene: Scene) -> None:
    assert [_send(scene, "first"), _send(scene, "second")] == [Sending.SENT, Sending.LOST]
    assert len(scene.sms.sent) == 1


def test_after_a_throttle_another_attempt_may_send(scene: Scene) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    assert [_send(scene, "first"), _send(scene, "second")] == [Sending.AGAIN, Sending.SENT]


def test_a_lease_ends_after_any_sender_must_have_ended() -> None:
    value = claim_value("attempt-1", NOON)
    assert not lease_over(value, NOON + LEASE)
    assert lease_over(value, NOON + LEASE + timedelta(seconds=1))


def test_the_stop_address_of_the_mail_is_the_borrowers_own_link(scene: Scene) -> None:
    _send(scene)
    assert scene.sms.sent[0].unsubscribe_url == "https://accord.example/n/t?stop=EMAIL"
