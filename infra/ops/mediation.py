"""Mediations for their staff: accept, offer times, adjourn, end: `python -m infra.ops mediation list`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import Mode, Outcome
from chalicelib.domain.directory import unfit
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import CASE_STAFF
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.assign import Reassign
from chalicelib.mediation.extend import Extend
from chalicelib.mediation.schedule import Offer, Schedule
from chalicelib.mediation.session import ENDINGS, Session
from chalicelib.mediation.statements import state as put_statement
from chalicelib.store import cases, directory
from chalicelib.store.standing import worklist
from chalicelib.timers import Timers
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals
from infra.ops.machines import timers_of

app = typer.Typer(no_args_is_help=True, help="Mediations: who is awaited, accept, offer times, meet, end.")
CaseName = Annotated[str, typer.Argument(help="The case's id: LOANKEY-1.")]
By = Annotated[str, typer.Option(help="Who acts, by his id in the directory.")]
Reason = Annotated[str, typer.Option(help="Why; both sides may read it.")]


@app.command("list")
def list_all(
    of: Annotated[str, typer.Option(help="Whose: a mediator's id; without it, the case staff's.")] = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """List the cases that wait for somebody, the most urgent first, with the hours left."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        now, found = datetime.now(UTC), [*worklist(of or CASE_STAFF)]
        told = [_told(case, now) for case in found]
        answer({"ok": True, "cases": told}, lambda console: _table(console, told), as_json=as_json)


@app.command()
def accept(
    case: CaseName, by: By, stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Accept an application; the mediation's time limit runs from now."""
    _act(stage, endpoint_url, as_json, case, lambda timers, it, now: Accept(timers)(it, by, now))


@app.command()
def decline(
    case: CaseName,
    by: By,
    reason: Reason,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Close an application that mediation cannot decide."""
    _act(
        stage,
        endpoint_url,
        as_json,
        case,
        lambda timers, it, now: Accept(timers).decline(it, by, reason, now),
    )


@app.command()
def assign(
    case: CaseName,
    mediator: Annotated[str, typer.Argument(help="His id in the directory.")],
    by: By,
    reason: Reason,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Assign a mediator by hand, where nobody fits by itself or somebody else fits better."""

    def act(timers: Timers, it: CaseId, now: datetime) -> bool:
        return Reassign(timers).override(it, mediator, by, reason, now)

    _act(stage, endpoint_url, as_json, case, act)


@app.command("open")
def open_session(
    case: CaseName,
    by: By,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Open the session that was booked; its own mediator alone may, while nothing of his has lapsed."""
    _act(stage, endpoint_url, as_json, case, lambda timers, it, now: _session(timers).open(it, by, now))


@app.command()
def offer(
    case: CaseName,
    by: By,
    time: Annotated[
        list[str], typer.Option(help="A time (UTC): 2026-12-02T06:00:00Z; as often as you like.")
    ],
    mode: Annotated[Mode, typer.Option(help="How it meets.")],
    mediator: Annotated[str, typer.Option(help="How the mediator is introduced to the borrower.")],
    organisation: Annotated[str, typer.Option(help="Who sends him.")] = "",
    place: Annotated[str, typer.Option(help="The address, for a meeting on site.")] = "",
    link: Annotated[str, typer.Option(help="Where an online meeting is joined.")] = "",
    dial_in: Annotated[str, typer.Option(help="The number to ring.")] = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Offer times for the borrower to choose from; he is told."""

    def act(timers: Timers, it: CaseId, now: datetime) -> bool:
        ways = {"place": place, "link": link, "dial_in": dial_in}
        times = tuple(from_stamp(each) for each in time)
        given = Offer(times=times, mode=mode, mediator=mediator, organisation=organisation, ways=ways)
        return Schedule(timers).offer(it, given, by, now)

    _act(stage, endpoint_url, as_json, case, act)


@app.command()
def book(
    case: CaseName,
    time: Annotated[str, typer.Argument(help="One of the times offered (UTC): 2026-12-02T06:00:00Z.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Book a time for a borrower who says on the telephone which suits him."""

    def act(timers: Timers, it: CaseId, now: datetime) -> object:
        return Schedule(timers).book(it, from_stamp(time), now)

    _act(stage, endpoint_url, as_json, case, act)


@app.command("call-off")
def call_off(
    case: CaseName,
    by: By,
    reason: Reason,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Call the meeting ahead off; the borrower is told."""
    _act(
        stage,
        endpoint_url,
        as_json,
        case,
        lambda timers, it, now: Schedule(timers).call_off(it, by, reason, now),
    )


@app.command()
def adjourn(
    case: CaseName,
    by: By,
    reason: Reason,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Adjourn a session, or note that somebody did not come."""
    _act(
        stage,
        endpoint_url,
        as_json,
        case,
        lambda timers, it, now: _session(timers).adjourn(it, by, reason, now),
    )


@app.command()
def end(
    case: CaseName,
    by: By,
    reason: Reason,
    outcome: Annotated[Outcome, typer.Option(help=f"One of {', '.join(ENDINGS)}.")] = Outcome.NOT_AGREED,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """End a mediation that came to no agreement."""

    def act(timers: Timers, it: CaseId, now: datetime) -> bool:
        return _session(timers).end(it, outcome, by, reason, now)

    _act(stage, endpoint_url, as_json, case, act)


@app.command()
def extend(
    case: CaseName,
    by: By,
    side: Annotated[Party, typer.Option(help="Which side asks for more time; both must.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Note that a side wants the mediation extended; with both sides' wish it is."""
    _act(stage, endpoint_url, as_json, case, lambda timers, it, now: Extend(timers)(it, side, by, now))


@app.command()
def statement(
    case: CaseName,
    by: By,
    text: Annotated[str, typer.Option(help="The lender's own words on the case; the borrower reads them.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Put the lender's statement on record, open to both sides."""

    def act(_: Timers, it: CaseId, now: datetime) -> bool:
        return put_statement(it, Party.CREDITOR, text, stamp(now), by, now)

    _act(stage, endpoint_url, as_json, case, act)


def _act(
    stage: str,
    endpoint_url: str,
    as_json: bool,
    case: str,
    act: Callable[[Timers, CaseId, datetime], object],
) -> None:
    """Carry an act out and say where the case stands after it."""
    with refusals(as_json=as_json):
        deployment, now = Stage(stage, endpoint_url), datetime.now(UTC)
        try:
            case_id = CaseId.parse(case)
            new = act(timers_of(deployment), case_id, now)
        except ValueError as error:
            raise Refusal(str(error)) from error
        told = _told(cases.get(case_id), now) | {"new": bool(new)}
        answer({"ok": True} | told, lambda console: _table(console, [told]), as_json=as_json)


def _session(timers: Timers) -> Session:
    return Session(timers, lambda person, on: unfit(directory.get(person), on))


def _told(case: Case, now: datetime) -> dict[str, Any]:
    left = int((case.due_at - now).total_seconds() // 3_600) if case.due_at else None
    return {
        "case_id": str(case.id),
        "lender": case.lender,
        "status": case.status.value,
        "turn": case.worklist,
        "due_at": stamp(case.due_at) if case.due_at else None,
        "hours_left": left,
    }


def _table(console: Console, told: list[dict[str, Any]]) -> None:
    table = Table("case", "lender", "stands at", "whose turn", "by", "hours left", box=None)
    for one in told:
        names = ("case_id", "lender", "status", "turn", "due_at", "hours_left")
        table.add_row(*("" if one[name] is None else str(one[name]) for name in names))
    console.print(table)
