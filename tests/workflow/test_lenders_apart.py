"""Test and live lenders through the real wiring: what is sent for a test lender reaches no provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.channels import Accepted, Outgoing, Refused, Unsure
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.store import cases, facts, lenders, rows
from chalicelib.timers import Timers
from chalicelib.wiring import Wiring
from tests.road import DEMO_BANK
from tests.samples import CASE_ID
from tests.scene import Scene

PROVIDERS = {"pinpoint-sms-voice-v2", "sesv2"}
SENDS = {"SendTextMessage", "SendEmail", "SendVoiceMessage"}


@dataclass
class Calls:
    """Every AWS call by service and operation; those to message providers are answered here."""

    made: list[tuple[str, str]] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)

    def __call__(self, model: Any, params: dict[str, Any], **_: Any) -> Any:
        self.made.append((model.service_model.service_name, model.name))
        if model.name == "SendMessage":
            self.queued.append(json.loads(params["body"])["MessageBody"])
        if model.service_model.service_name not in PROVIDERS:
            return None

        class Answered:
            status_code = 200

        return Answered(), {"MessageId": f"real-{len(self.made)}"}

    @property
    def to_providers(self) -> set[str]:
        return {operation for service, operation in self.made if service in PROVIDERS}


@pytest.fixture
def wiring(scene: Scene) -> Wiring:
    """The real wiring, with its own channels; only Step Functions is a stand-in."""
    settings = scene.wiring.settings
    made = Wiring(settings, clock=scene.wiring.clock)
    arns = (
        settings.case_machine_arn,
        settings.delivery_machine_arn,
        settings.repayment_machine_arn,
        settings.complaint_machine_arn,
    )
    made.timers = Timers(scene.machine, *arns)
    return made


@pytest.fixture
def calls(wiring: Wiring) -> Iterator[Calls]:
    """The calls of every client that the wiring makes from now on."""
    recorder, session = Calls(), rows.session()
    session.register("before-call", recorder, unique_id="calls")
    yield recorder
    session.unregister("before-call", recorder, unique_id="calls")


def _lender(*, live: bool) -> None:
    lenders.put(replace(DEMO_BANK, live=live))


def _outgoing(channel: ChannelName, to: str, lender: str = "demo-bank") -> Outgoing:
    tags = {
        "case_id": str(CASE_ID),
        "step": "first_notice",
        "channel": channel.value,
        "notice_id": "x",
        "attempt": "y",
    }
    return Outgoing(to, "subject", "text", "<p>text</p>", tags, language="zh-CN", lender=lender)


RECIPIENTS = [
    (ChannelName.SMS, "+8613800138000"),
    (ChannelName.SMS, "+8613800000009"),
    (ChannelName.EMAIL, "zhangwei@example.com"),
    (ChannelName.EMAIL, "complaint@example.com"),
    (ChannelName.VOICE, "+8613800138000"),
    (ChannelName.LETTER, "张伟\n上海市世纪大道1号"),
    (ChannelName.IN_APP, "u-1"),
]


@pytest.mark.parametrize(("channel", "to"), RECIPIENTS)
def test_a_test_lenders_message_reaches_no_provider_whoever_it_is_for(
    wiring: Wiring, calls: Calls, channel: ChannelName, to: str
) -> None:
    _lender(live=False)
    result = wiring._sender.channels[channel].send(_outgoing(channel, to))
    assert isinstance(result, Accepted)
    assert result.provider == "sandbox"
    assert calls.to_providers == set()
    assert {service for service, _ in calls.made} <= {"dynamodb", "sqs"}
    assert calls.queued, "its simulator reports"


@pytest.mark.parametrize(
    ("channel", "operation"),
    [
        (ChannelName.SMS, "SendTextMessage"),
        (ChannelName.EMAIL, "SendEmail"),
        (ChannelName.VOICE, "SendVoiceMessage"),
    ],
)
def test_a_live_lenders_message_reaches_its_provider_once_and_no_simulator(
    wiring: Wiring, calls: Calls, channel: ChannelName, operation: str
) -> None:
    """Also for a magic recipient: magic is the simulator's alone."""
    _lender(live=True)
    to = "bounce@example.com" if channel == ChannelName.EMAIL else "+8613800000005"
    result = wiring._sender.channels[channel].send(_outgoing(channel, to))
    assert isinstance(result, Accepted)
    assert [made for made in calls.made if made[1] in SENDS] == [(_service(operation), operation)]
    assert calls.queued == []


def _service(operation: str) -> str:
    return "sesv2" if operation == "SendEmail" else "pinpoint-sms-voice-v2"


@pytest.mark.parametrize("channel", [ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE])
def test_a_message_of_nobody_goes_nowhere(wiring: Wiring, calls: Calls, channel: ChannelName) -> None:
    result = wiring._sender.channels[channel].send(_outgoing(channel, "+8613800138000", lender=""))
    assert result == Refused("no_lender", again=False)
    assert (calls.to_providers, calls.queued) == (set(), [])


@pytest.mark.parametrize("live", [False, True])
def test_on_the_whole_road_the_lenders_row_decides(
    scene: Scene, wiring: Wiring, calls: Calls, live: bool
) -> None:
    _lender(live=live)
    scene.accept()
    calls.queued.clear()
    wiring.take_notice(
        json.dumps({"case_id": str(CASE_ID), "stage": Stage.NOTIFY.value, "token": "t"}), "attempt-1"
    )
    assert len(facts.of(CASE_ID, FactKind.SENT)) == 2
    assert calls.to_providers == ({"SendTextMessage", "SendEmail"} if live else set())
    assert bool(calls.queued) is not live
    for body in calls.queued:
        wiring.take_receipt(body)
    assert cases.get(CASE_ID).reached == (set() if live else {"first_notice"})


@pytest.mark.parametrize(
    ("to", "result"),
    [
        ("+8613800000001", Refused("ConflictException", again=False)),
        ("+8613800000002", Refused("ThrottlingException", again=True)),
        ("+8613800000003", Unsure("InternalServerException")),
    ],
)
def test_magic_recipients_work_through_the_wiring(
    wiring: Wiring, calls: Calls, to: str, result: Refused | Unsure
) -> None:
    _lender(live=False)
    assert wiring._sender.channels[ChannelName.SMS].send(_outgoing(ChannelName.SMS, to)) == result
    assert (calls.to_providers, calls.queued) == (set(), [])
