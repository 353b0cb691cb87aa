"""The scenes of further providers: a second one of SMS, the print house, the lender's app."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.channels import Outgoing
from chalicelib.domain.codes import ChannelName
from tests.faults.scenarios import Act, Scenario, opened
from tests.faults.world import World

_POSTAL = ["上海市浦东新区世纪大道1号", "200120"]
_THROTTLED = "ThrottlingException"
_ENOUGH = 5  # failures that open a breaker


def two_providers(*, refuse: str = "", chance: float = 0.0) -> Act:
    """A case is open; `chance` 0 asks End User Messaging first, 0.9 Alibaba Cloud; `refuse`: who is busy."""

    def prepared(world: World) -> None:
        world.use_alibaba()
        world.state.chance = chance
        opened(world)
        if refuse:
            world.providers.refuse[refuse] = _THROTTLED if refuse == "SMS" else "isv.BUSINESS_LIMIT_CONTROL"

    return prepared


def _run(world: World) -> None:
    world.run()


def _run_with_an_open_breaker(world: World) -> None:
    """What this process sent before was refused so often that the first provider is at rest."""
    tags = dict.fromkeys(("case_id", "step", "channel", "notice_id"), "other")
    other = Outgoing("+8613900000000", "", "x", "", tags, lender="demo-bank")  # no template: for eum alone
    with world.plane.aside():
        world.providers.refuse["SMS"] = _THROTTLED
        for _ in range(_ENOUGH):
            world.wiring._sender.channels[ChannelName.SMS].send(other)
        del world.providers.refuse["SMS"]
    world.run()
    world.end_process()


def _report(world: World) -> None:
    world.push_reports()
    world.take_receipts()


def _sent_by_alibaba(world: World) -> None:
    two_providers(chance=0.9)(world)
    world.run()


def _by_letter_alone(world: World) -> None:
    """Nothing but a postal address; the first notice's delivery is about to send."""
    event = world.example("overdue")
    for name in ("phone", "email"):
        del event["data"]["borrower"][name]
    event["data"]["borrower"]["postal"] = _POSTAL
    assert world.post_body(event) == 202
    world.consume()


def _letter_waiting(world: World) -> None:
    """SMS and e-mail brought nothing, the call was refused: the letter's turn."""
    event = world.example("overdue")
    event["data"]["borrower"]["postal"] = _POSTAL
    assert world.post_body(event) == 202
    world.consume()
    world.run()
    world.providers.refuse["VOICE"] = "ValidationException"
    world.state.now = world.machine.next_timer() or world.now()


def _print_house(*words: str) -> Act:
    def prepared(world: World) -> None:
        _by_letter_alone(world)
        world.run()
        world.advance(minutes=20)
        world.print_house_tells(*words)

    return prepared


def _take_receipts(world: World) -> None:
    world.take_receipts()
    world.run()


def _app_waiting(*, refuse: str = "") -> Callable[[World], None]:
    """SMS and e-mail brought nothing; the profile's next channel is the lender's app."""

    def prepared(world: World) -> None:
        world.state.apps = True
        event = world.example("overdue")
        event["data"]["borrower"]["app_user"] = "user-7"
        assert world.post_body(event) == 202
        world.consume()
        world.run()
        if refuse:
            world.providers.refuse["IN_APP"] = refuse
        world.state.now = world.machine.next_timer() or world.now()

    return prepared


_SMS = (
    "TransactWriteItems claim",
    "GetSecretValue",
    "SendTextMessage",
    "SendSms",
    "PutItem SENT",
    "PutItem FAILED",
    "TransactWriteItems release",
)
_LETTER = (
    "TransactWriteItems claim",
    "PutObject notices",
    "PutObject letters",
    "PutObject outbox.pdf",
    "PutObject outbox.json",
    "PutItem SENT",
)
_APP = (
    "TransactWriteItems claim",
    "GetSecretValue",
    "PostNotice",
    "PutItem SENT",
    "PutItem FAILED",
    "TransactWriteItems release",
)

PROVIDER_SCENES = (
    Scenario("failover, the first busy", two_providers(refuse="SMS"), _run, to_the_end=False, only=_SMS),
    Scenario("failover, the first at fault", two_providers(), _run, to_the_end=False, only=_SMS),
    Scenario(
        "failover, the first at rest", two_providers(), _run_with_an_open_breaker, to_the_end=False, only=_SMS
    ),
    Scenario("failover, the other way", two_providers(chance=0.9), _run, to_the_end=False, only=_SMS),
    Scenario(
        "failover, the other way, receipts early",
        two_providers(chance=0.9),
        _run,
        "early",
        to_the_end=False,
        only=_SMS,
    ),
    Scenario(
        "failover back, the second busy",
        two_providers(refuse="ALIBABA", chance=0.9),
        _run,
        "late",
        to_the_end=False,
        only=_SMS,
    ),
    Scenario("Alibaba's reports", _sent_by_alibaba, _report, to_the_end=False),
    Scenario("a letter", _by_letter_alone, _run, only=_LETTER),
    Scenario("a letter as the last channel", _letter_waiting, _run, "late", to_the_end=False, only=_LETTER),
    Scenario(
        "the print house, delivered", _print_house("PRINTED", "DISPATCHED", "DELIVERED"), _take_receipts
    ),
    Scenario(
        "the print house, returned", _print_house("DISPATCHED", "RETURNED"), _take_receipts, to_the_end=False
    ),
    Scenario("in-app", _app_waiting(), _run, to_the_end=False, only=_APP),
    Scenario("in-app, receipts early", _app_waiting(), _run, "early", to_the_end=False, only=_APP),
    Scenario("in-app, refused for now", _app_waiting(refuse="503"), _run, to_the_end=False, only=_APP),
    Scenario(
        "in-app, refused for good", _app_waiting(refuse="404"), _run, "late", to_the_end=False, only=_APP
    ),
)
