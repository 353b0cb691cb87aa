"""The scenes of the road: what came before (unharmed) and the act whose every AWS call is made to fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.store import feeds
from tests.faults.people import ROLE
from tests.faults.world import World

Act = Callable[[World], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`prepare` leads up to the act; `receipts`: never, early (before the send is answered) or late (twice).

    `to_the_end`: go on until the case is closed (a scene that ends like another one need not); `only`: the
    calls that are to fail, where the others fail in another scene just so; `reads`: calls that change nothing
    fail too, else only those after which something is torn; `sender_gone`: an UNKNOWN is due.
    """

    name: str
    prepare: Act
    act: Act
    receipts: str = "never"
    to_the_end: bool = True
    only: tuple[str, ...] = ()
    sender_gone: bool = False
    reads: bool = True

    def __str__(self) -> str:
        return self.name


def _nothing(world: World) -> None:
    pass


def _posted(world: World) -> None:
    assert world.post() == 202


def opened(world: World) -> None:
    _posted(world)
    world.consume()


def noticed(world: World) -> None:
    opened(world)
    world.run()


def _noticed_by_sms_alone(world: World) -> None:
    event = world.example("overdue")
    del event["data"]["borrower"]["email"]
    assert world.post_body(event) == 202
    world.consume()
    world.run()


def reminded(world: World) -> None:
    noticed(world)
    world.to_case_timer()
    world.run()


def _reminded_again(world: World) -> None:
    reminded(world)
    world.to_case_timer()
    world.run()


def _at_night(world: World) -> None:
    world.state.now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
    opened(world)


def _deferred(world: World) -> None:
    _at_night(world)
    world.run()


def _told(name: str, before: Act = noticed) -> Act:
    """The lender says something else of the loan."""

    def prepared(world: World) -> None:
        before(world)
        world.advance(hours=1)
        assert world.post(name, time=f"{world.now():%Y-%m-%dT%H:%M:%SZ}") == 202

    return prepared


def _held(world: World) -> None:
    """The case waits for the end of a hold that its lender laid before the first notice."""
    opened(world)
    event = world.example("hold")
    assert world.post_body(event | {"data": {"kind": "MORATORIUM", "action": "set"}}) == 202
    world.consume()
    world.run()


def _lifting(world: World) -> None:
    _held(world)
    world.advance(hours=1)
    event = world.example("hold") | {"id": "evt-hold-0002", "time": f"{world.now():%Y-%m-%dT%H:%M:%SZ}"}
    assert world.post_body(event | {"data": {"kind": "MORATORIUM", "action": "lifted"}}) == 202


def _settlement(world: World) -> None:
    noticed(world)
    assert world.post("settled") == 202


def _part_payment(world: World) -> None:
    noticed(world)
    assert world.post("payment") == 202


def _settled(world: World) -> None:
    _settlement(world)
    world.consume()
    world.run()


def _next_overdue(world: World) -> None:
    _settled(world)
    world.advance(days=1)
    assert world.post("overdue", id="evt-overdue-0002", time="2026-11-24T01:30:00Z") == 202


def form_filled(world: World) -> None:
    noticed(world)
    world.fill_form()


def _answered(world: World) -> None:
    form_filled(world)
    assert world.press_send() == 303
    world.run()


def last_window_over(world: World) -> None:
    _reminded_again(world)
    world.to_case_timer()


def _answer_time_over(world: World) -> None:
    _answered(world)
    world.to_case_timer()


def timer_due(prepare: Act) -> Act:
    def prepared(world: World) -> None:
        prepare(world)
        world.to_case_timer()

    return prepared


def patience_over(world: World) -> None:
    """Nobody has said for half an hour that the first notice arrived."""
    noticed(world)
    world.state.now = world.machine.next_timer() or world.now()


def execution_lost(prepare: Act, **late: float) -> Act:
    def prepared(world: World) -> None:
        prepare(world)
        for one in world.machine.executions.values():
            one.end("ABORTED")
        world.advance(**late)

    return prepared


def delivery_lost(**late: float) -> Act:
    """The execution that sees the first notice delivered is gone."""

    def prepared(world: World) -> None:
        noticed(world)
        for one in world.machine.of("delivery"):
            one.end("ABORTED")
        world.advance(**late)

    return prepared


def _calls_refused(world: World) -> None:
    patience_over(world)
    world.providers.refuse["VOICE"] = "ValidationException"


def _failures_waiting(world: World) -> None:
    noticed(world)
    world.state.receipts += [delivery.receipt("FAILED") for delivery in world.providers.outbox]


def _stop_waiting(world: World) -> None:
    noticed(world)
    reply = {"originationNumber": "+8613800138000", "messageBody": "退订", "inboundMessageId": "reply-1"}
    world.state.receipts.append(json.dumps(reply))


def _poisoned(world: World) -> None:
    _posted(world)
    other = world.example("overdue") | {"id": "evt-overdue-0009", "subject": "LN-2026-000009"}
    other["data"]["borrower"] |= {"phone": "+8613800138009", "email": "li@example.com"}
    assert world.post_body(other) == 202
    world.state.queue.insert(1, '{"reference": "poison"}')


def _fed(world: World) -> None:
    """An event, one that nobody can read, and the event again, from the lender's own account."""
    feeds.allow("demo-bank", ROLE)
    event = json.dumps(world.example("overdue"), ensure_ascii=False)
    for body in (event, "unreadable", event):
        world.feed(body)


def _take_feed(world: World) -> None:
    world.take_feed()


def _receipts_waiting(world: World) -> None:
    noticed(world)
    for word in ("DELIVERED", "ACCEPTED"):
        bodies = [delivery.receipt(word) for delivery in world.providers.outbox]
        world.state.receipts += bodies
        world.state.given_receipts += bodies


def _sender_gone(world: World) -> None:
    """The claim of the SMS stands, its sender died, nobody has heard of it."""
    from tests.faults.plane import Fault, Mode

    opened(world)
    kept = world.snapshot()
    world.restore(kept)  # a fresh process both times, so that both make the same calls
    with world.plane.armed():
        world.run()
        number = [call.operation for call in world.plane.calls].index("SendTextMessage") + 1
    world.restore(kept)
    with world.plane.armed(Fault(number, Mode.CRASH_AFTER)):
        world.run()
    world.advance(minutes=10)


def _post(world: World) -> None:
    world.post()


def _post_other(world: World) -> None:
    world.post(subject="LN-2026-000009")


def _consume(world: World) -> None:
    world.consume()


def _consume_and_run(world: World) -> None:
    world.consume()
    world.run()


def _run(world: World) -> None:
    world.run()


def _send(world: World) -> None:
    world.press_send()
    world.run()


def _send_once(world: World) -> None:
    world.state.gave_up = True
    _send(world)
    world.state.pending.clear()


def _open_link(world: World) -> None:
    if world.open_link() != 303:
        world.state.pending.append("open_link")


def _stop_sms(world: World) -> None:
    if world.press_stop("SMS") != 200:
        world.state.pending.append("press_stop")


def _sweep_alone(world: World) -> None:
    world.sweep()


def _sweep(world: World) -> None:
    world.sweep()
    world.run()


def _restart_all(world: World) -> None:
    world.restart_all()
    world.run()


def _refuse(channel: str, code: str) -> Act:
    def prepared(world: World) -> None:
        opened(world)
        world.providers.refuse[channel] = code

    return prepared


_SENDING = (
    "TransactWriteItems claim",
    "PutObject notices",
    "SendTextMessage",
    "SendEmail",
    "PutItem SENT",
    "PutItem FAILED",
)

_FALLBACK = (
    "TransactWriteItems claim",
    "SendVoiceMessage",
    "PutItem SENT",
    "PutItem FAILED",
    "PutItem WATCH",
)

SCENARIOS = (
    Scenario("intake", _nothing, _post),
    Scenario("intake, same id, other body", _posted, _post_other),
    Scenario("events from a lender's account", _fed, _take_feed),
    Scenario("open the case", _posted, _consume),
    Scenario("a batch with a poison", _poisoned, _consume),
    Scenario("first notice", opened, _run),
    Scenario("first notice, receipts early", opened, _run, "early", to_the_end=False, only=_SENDING),
    Scenario("first notice, receipts late and twice", opened, _run, "late", to_the_end=False, only=_SENDING),
    Scenario(
        "first notice, SMS refused",
        _refuse("SMS", "ValidationException"),
        _run,
        to_the_end=False,
        only=_SENDING,
    ),
    Scenario("first notice by night", _at_night, _run),
    Scenario("the window opens", timer_due(_deferred), _run, to_the_end=False, only=_SENDING),
    Scenario("first reminder", timer_due(noticed), _run),
    Scenario("second reminder", timer_due(reminded), _run, to_the_end=False, only=_SENDING),
    Scenario("part payment", _part_payment, _consume),
    Scenario("balance", _told("balance"), _consume, to_the_end=False),
    Scenario("hold", _told("hold"), _consume, to_the_end=False),
    Scenario("hold lifted", _lifting, _consume_and_run, to_the_end=False),
    Scenario("contact changed", _told("contact"), _consume, to_the_end=False),
    Scenario("reopened", _told("reopened", _settled), _consume, to_the_end=False),
    Scenario("settlement", _settlement, _consume_and_run),
    Scenario("overdue again", _next_overdue, _consume),
    Scenario("second factor", noticed, _open_link),
    Scenario("feedback", form_filled, _send),
    Scenario("feedback of one who gives up", form_filled, _send_once),
    Scenario("feedback to a dead execution", execution_lost(form_filled, minutes=1), _send),
    Scenario("opting out", form_filled, _stop_sms),
    Scenario("nobody answers", last_window_over, _run),
    Scenario("the answer lapses", _answer_time_over, _run),
    Scenario("receipts", _receipts_waiting, lambda world: world.take_receipts()),
    Scenario("sweep after a dead sender", _sender_gone, _sweep, sender_gone=True),
    Scenario("sweep, execution lost early", execution_lost(opened, minutes=10), _sweep_alone),
    Scenario("sweep, execution lost while waiting", execution_lost(noticed, days=3, minutes=10), _sweep),
    Scenario("sweep, delivery lost", delivery_lost(minutes=50), _sweep),
    Scenario("fallback", patience_over, _run, "late", to_the_end=False, only=_FALLBACK),
    Scenario("fallback refused", _calls_refused, _run, to_the_end=False, only=_FALLBACK),
    Scenario("a message that failed", _failures_waiting, lambda world: world.take_receipts()),
    Scenario("a reply that stops", _stop_waiting, lambda world: world.take_receipts()),
    Scenario("restart of all, second wait", execution_lost(reminded, hours=1), _restart_all),
    Scenario("restart of all, SMS alone", execution_lost(_noticed_by_sms_alone, hours=1), _restart_all),
    Scenario("restart of all, answered", execution_lost(_answered, hours=1), _restart_all),
)
