"""The sandbox: every magic recipient does what its line says, and nothing else gets near a provider."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, Unsure
from chalicelib.channels.receipts import ProviderReceipt, parse
from chalicelib.channels.replies import parse_inbound
from chalicelib.channels.sandbox import LendersApart, Sandbox, outcome_of, recipients
from chalicelib.channels.statuses import table
from chalicelib.domain.codes import ChannelName
from infra.local.sms_api import FAILING_ENDINGS
from tests.channels.test_providers import MESSAGE, TAGS

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
OUTCOMES = recipients()["outcomes"]
TAKEN = sorted(name for name, outcome in OUTCOMES.items() if "receipts" in outcome)
MAGIC = {
    ChannelName.SMS: "+86138{ending}",
    ChannelName.VOICE: "+86138{ending}",
    ChannelName.EMAIL: "{mailbox}@simulator.accord.example",
    ChannelName.LETTER: "张伟\n示范路 1 号 {ending}",
    ChannelName.IN_APP: "user-{ending}",
}


@dataclass
class Queues:
    """What the sandbox put where, with its delay."""

    reports: list[tuple[str, int]] = field(default_factory=list)
    replies: list[tuple[str, int]] = field(default_factory=list)

    def sandbox(self) -> Sandbox:
        return Sandbox(
            lambda body, delay: self.reports.append((body, delay)),
            lambda body, delay: self.replies.append((body, delay)),
            lambda: NOW,
            lambda: "m-1",
        )

    def receipts(self) -> list[ProviderReceipt]:
        found = [parse(body) for body, _ in self.reports]
        assert all(found), "every receipt leads back to its notice"
        return [receipt for receipt in found if receipt]


def _message(channel: ChannelName, outcome: str) -> Outgoing:
    endings = {name: ending for ending, name in recipients()["endings"].items()} | {"delivered": "8000117"}
    mailboxes = {name: box for box, name in recipients()["mailboxes"].items()} | {"delivered": "zhangwei"}
    to = MAGIC[channel].format(ending=endings[outcome], mailbox=mailboxes[outcome])
    return replace(MESSAGE, to=to, tags=TAGS | {"channel": channel.value}, lender="test")


@pytest.mark.parametrize("channel", ChannelName)
@pytest.mark.parametrize("outcome", TAKEN)
def test_what_is_taken_is_reported_in_the_providers_own_words(channel: ChannelName, outcome: str) -> None:
    queues = Queues()
    assert queues.sandbox().send(_message(channel, outcome)) == Accepted("m-1", "sandbox")
    receipts, script = queues.receipts(), OUTCOMES[outcome]["receipts"][channel.value]
    assert [(receipt.word, delay) for receipt, (_, delay) in zip(receipts, queues.reports, strict=True)] == [
        (word, delay) for delay, word in script
    ]
    for receipt, (delay, word) in zip(receipts, script, strict=True):
        assert word in table()[receipt.provider], "a word its provider really uses"
        assert receipt.at == NOW + timedelta(seconds=delay)
        assert (str(receipt.case_id), receipt.step) == (TAGS["case_id"], TAGS["step"])
        assert (receipt.channel, receipt.message_id) == (channel.value, "m-1")
        assert 0 <= delay <= 900, "a queue delays no longer"


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        ("opted_out", Refused("ConflictException", again=False)),
        ("throttled", Refused("ThrottlingException", again=True)),
        ("blocked", Refused("ValidationException", again=False)),
        ("lost", Unsure("InternalServerException")),
    ],
)
@pytest.mark.parametrize("channel", ChannelName)
def test_what_is_not_taken_is_never_heard_of_again(
    channel: ChannelName, outcome: str, result: Result
) -> None:
    queues = Queues()
    assert queues.sandbox().send(_message(channel, outcome)) == result
    assert (queues.reports, queues.replies) == ([], [])


@pytest.mark.parametrize(
    ("outcome", "channel", "last", "dead"),
    [
        ("delivered", ChannelName.SMS, "DELIVERED", False),
        ("failed", ChannelName.SMS, "FAILED", False),
        ("slow", ChannelName.SMS, "DELIVERED", False),
        ("bounced", ChannelName.SMS, "FAILED", True),
        ("bounced", ChannelName.EMAIL, "FAILED", True),
        ("complained", ChannelName.EMAIL, "COMPLAINED", False),
        ("replying", ChannelName.SMS, "DELIVERED", False),
        ("bounced", ChannelName.LETTER, "FAILED", True),
    ],
)
def test_each_name_ends_as_it_is_called(outcome: str, channel: ChannelName, last: str, dead: bool) -> None:
    queues = Queues()
    queues.sandbox().send(_message(channel, outcome))
    receipt = queues.receipts()[-1]
    assert (receipt.status, receipt.meaning.dead) == (last, dead)


def test_slow_is_ten_minutes() -> None:
    queues = Queues()
    queues.sandbox().send(_message(ChannelName.SMS, "slow"))
    assert queues.reports[-1][1] == 600


def test_who_replies_sends_stop_from_his_own_number() -> None:
    queues = Queues()
    message = _message(ChannelName.SMS, "replying")
    queues.sandbox().send(message)
    ((body, delay),) = queues.replies
    reply = parse_inbound(body)
    assert reply is not None
    assert (reply.phone, reply.text, delay) == (message.to, "STOP", 10)


@pytest.mark.parametrize("channel", [name for name in ChannelName if name != ChannelName.SMS])
def test_only_an_sms_is_answered_by_sms(channel: ChannelName) -> None:
    queues = Queues()
    queues.sandbox().send(_message(channel, "replying"))
    assert queues.replies == []


def test_the_endings_mean_what_they_mean_on_the_local_provider() -> None:
    endings = recipients()["endings"]
    told = {ending: outcome for ending, outcome in endings.items() if ending in FAILING_ENDINGS}
    assert told == {"0000001": "opted_out", "0000002": "throttled", "0000003": "lost", "0000004": "blocked"}
    for ending, words in FAILING_ENDINGS.items():
        outcome = OUTCOMES[endings[ending]]
        code = outcome["unsure"] if "unsure" in outcome else outcome["refused"][0]
        assert code == words.split(" ")[0]


def test_every_outcome_says_what_it_is_and_can_be_asked_for_by_phone_and_by_mail() -> None:
    assert all(outcome["doc"] for outcome in OUTCOMES.values())
    assert all(("receipts" in o) + ("refused" in o) + ("unsure" in o) == 1 for o in OUTCOMES.values())
    for forms in (recipients()["endings"], recipients()["mailboxes"]):
        assert set(forms.values()) | {"delivered"} == set(OUTCOMES)
        assert len(set(forms.values())) == len(forms)
    assert all(set(OUTCOMES[name]["receipts"]) == set(ChannelName) for name in TAKEN)


@pytest.mark.parametrize(
    ("to", "outcome"),
    [
        ("bounce@simulator.accord.example", "bounced"),
        ("Bounce@any.example", "bounced"),
        ("bouncer@simulator.accord.example", "delivered"),
        ("a0000001@example.com", "delivered"),
        ("+8613800000010", "delivered"),
        ("+8613811000001", "delivered"),
        ("+12060000001", "opted_out"),
        ("", "delivered"),
    ],
)
def test_who_is_not_magic_is_delivered(to: str, outcome: str) -> None:
    assert outcome_of(to) == outcome


def test_a_queue_that_fails_leaves_doubt_and_no_error() -> None:
    def broken(body: str, delay: int) -> None:
        raise ClientError({"Error": {"Code": "Throttling"}}, "SendMessage")

    sandbox = Sandbox(broken, broken, lambda: NOW, lambda: "m-1")
    assert sandbox.send(_message(ChannelName.SMS, "delivered")) == Unsure("ClientError")


def test_no_receipt_on_a_queue_holds_an_address() -> None:
    queues = Queues()
    for channel in ChannelName:
        message = _message(channel, "delivered")
        queues.sandbox().send(message)
        assert not any(message.to in repr(json.loads(body)) for body, _ in queues.reports)


@dataclass
class Kept:
    """A channel that keeps what it is given."""

    sent: list[Outgoing] = field(default_factory=list)

    def send(self, message: Outgoing) -> Result:
        self.sent.append(message)
        return Accepted("m", "x")


@pytest.mark.parametrize(("lender", "counts"), [("test", (0, 1)), ("live", (1, 0)), ("", (0, 0))])
def test_test_and_live_lenders_are_apart(lender: str, counts: tuple[int, int]) -> None:
    live, sandbox = Kept(), Kept()
    apart = LendersApart(live, sandbox, lambda name: name == "test")
    result = apart.send(replace(MESSAGE, lender=lender))
    assert (len(live.sent), len(sandbox.sent)) == counts
    assert isinstance(result, Accepted) == bool(lender)
    if not lender:
        assert result == Refused("no_lender", again=False)
