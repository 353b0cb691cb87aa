"""What is done to a complaint: `python -m infra.ops complaint take C-XXXX-XXXX …`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from chalicelib.complaints.acknowledge import Acknowledge
from chalicelib.complaints.close import Close
from chalicelib.complaints.decide import Decide
from chalicelib.complaints.escalate import Escalate
from chalicelib.complaints.extend import Extend
from chalicelib.complaints.review import Review
from chalicelib.complaints.take_up import TakeUp
from chalicelib.complaints.withdraw import Withdraw
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import ComplaintOutcome
from chalicelib.store import complaints
from chalicelib.timers import Timers
from infra.ops.command import EndpointUrl, Stage, StageName, answer, refusals
from infra.ops.machines import timers_of

Reference = Annotated[str, typer.Argument(help="C-XXXX-XXXX.")]
By = Annotated[str, typer.Option(help="Your id in the directory of sign-ins.")]
Approver = Annotated[str, typer.Option(help="The id of the supervisor who approves.")]
Words = Annotated[str, typer.Option(help="In words, as the complainant will read them.")]
Redress = Annotated[str, typer.Option(help="What is made good, when something is upheld.")]
Outcome = Annotated[ComplaintOutcome, typer.Option(help="How it is decided.")]

_HANDLER = frozenset({Role.COMPLAINT_HANDLER})
_SUPERVISOR = frozenset({Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Desk:
    """A stage's timers and its moment, for one act."""

    timers: Timers
    now: datetime


def _handler(name: str) -> Actor:
    return Actor(name, name, _HANDLER)


def _act(reference: str, stage: str, endpoint_url: str, act: Callable[[Desk], bool]) -> None:
    """Carry an act out and say how the complaint then stands."""
    with refusals(as_json=False):
        place = Stage(stage, endpoint_url)
        new = act(Desk(timers_of(place), datetime.now(UTC)))
        stands = complaints.require(reference)
        told: dict[str, Any] = {"ok": True, "new": new, "status": stands.status.value}
        said = f"{stands.reference} is {stands.status}" + ("." if new else "; that was done before.")
        answer(told, lambda console: console.print(said), as_json=False)


def acknowledge(
    reference: Reference, by: By, stage: StageName = "dev", endpoint_url: EndpointUrl = ""
) -> None:
    """Note that a stranger was told that his complaint is here."""
    act = lambda on: Acknowledge(on.timers)(reference, _handler(by), on.now)  # noqa: E731
    _act(reference, stage, endpoint_url, act)


def take(reference: Reference, by: By, stage: StageName = "dev", endpoint_url: EndpointUrl = "") -> None:
    """Take a complaint up: never one about yourself."""
    _act(reference, stage, endpoint_url, lambda on: TakeUp(on.timers)(reference, _handler(by), on.now))


def extend(
    reference: Reference,
    by: By,
    approved_by: Approver,
    reason: Words,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
) -> None:
    """Extend its time before it is over; the complainant is told the reason."""
    approver = Actor(approved_by, approved_by, _SUPERVISOR)
    _act(
        reference,
        stage,
        endpoint_url,
        lambda on: Extend(on.timers)(reference, _handler(by), approver, reason, on.now),
    )


def decide(
    reference: Reference,
    by: By,
    outcome: Outcome,
    reasons: Words,
    redress: Redress = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
) -> None:
    """Decide it; the letter goes out by itself where there is a case."""
    _act(
        reference,
        stage,
        endpoint_url,
        lambda on: Decide(on.timers)(reference, _handler(by), outcome, reasons, on.now, redress=redress),
    )


def review(
    reference: Reference,
    by: By,
    outcome: Outcome,
    reasons: Words,
    redress: Redress = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
) -> None:
    """Answer the review that the complainant asked for, as somebody other than who decided."""
    _act(
        reference,
        stage,
        endpoint_url,
        lambda on: Review(on.timers).answer(
            reference, _handler(by), outcome, reasons, on.now, redress=redress
        ),
    )


def withdraw(
    reference: Reference, by: By, words: Words, stage: StageName = "dev", endpoint_url: EndpointUrl = ""
) -> None:
    """Note that the complainant took it back in writing, in his own words."""
    _act(reference, stage, endpoint_url, lambda on: Withdraw(on.timers)(reference, words, on.now, by=by))


def letter(
    reference: Reference, by: By, how: Words, stage: StageName = "dev", endpoint_url: EndpointUrl = ""
) -> None:
    """Note that the letter of its decision was sent by hand."""
    _act(
        reference,
        stage,
        endpoint_url,
        lambda on: Close(on.timers).letter_sent(reference, _handler(by), how, on.now),
    )


def close(reference: Reference, by: By, stage: StageName = "dev", endpoint_url: EndpointUrl = "") -> None:
    """Close it, once its letter has left and no review can be asked for."""
    _act(reference, stage, endpoint_url, lambda on: Close(on.timers)(reference, _handler(by), on.now))


def escalate(
    reference: Reference, by: By, why: Words, stage: StageName = "dev", endpoint_url: EndpointUrl = ""
) -> None:
    """Let supervisors see it first."""
    _act(reference, stage, endpoint_url, lambda on: Escalate(on.timers)(reference, _handler(by), why, on.now))


ACTS = (acknowledge, take, extend, decide, review, withdraw, letter, close, escalate)
