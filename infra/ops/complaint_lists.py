"""Complaints in numbers and by hours left: `python -m infra.ops complaint sla`, `complaint open`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console

from chalicelib.complaints.standing import profile_of
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.complaint_clock import limit
from chalicelib.domain.complaint_report import Line, lines
from chalicelib.store import complaint_lists
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals

Month = Annotated[str, typer.Option(help="The UTC month they were received in: 2026-11.")]


def sla(
    month: Month = "", stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Count the complaints of a month by lender, profile and category: in time, extended, upheld, late."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        now = datetime.now(UTC)
        found = lines(complaint_lists.of_month(_month(month, now)), now)
        told = [asdict(one) | {"upheld_share": round(one.upheld_share, 3)} for one in found]
        answer({"ok": True, "lines": told}, lambda console: _show(console, found), as_json=as_json)


def open_(
    handler: Annotated[str, typer.Option(help="Only those of one handler, by his id.")] = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """List the open complaints, the soonest limit first."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        now = datetime.now(UTC)
        told = [_told(one, now) for one in complaint_lists.open_ones(handler or None)]
        said = ["  ".join(map(str, one.values())) for one in told] or ["No complaint is open."]
        answer(
            {"ok": True, "complaints": told}, lambda console: console.print("\n".join(said)), as_json=as_json
        )


def _told(one: Complaint, now: datetime) -> dict[str, object]:
    running = limit(one, profile_of(one))
    hours = round((running.at - now).total_seconds() / 3600) if running else 0
    clock = running.clock.value if running else ""
    who = one.handler or "nobody"
    told = {"reference": one.reference, "status": one.status.value, "clock": clock, "hours_left": hours}
    return {**told, "handler": who, "escalated": one.escalated, "lender": one.lender}


def _show(console: Console, found: list[Line]) -> None:
    for one in found:
        who = f"{one.lender or 'no lender'} {one.profile} {one.category}"
        times = f"acknowledged {one.acknowledged_in_time}, decided {one.decided_in_time} in time"
        rest = f"extended {one.extended}, upheld {one.upheld_share:.0%}, clocks missed {one.breached}"
        console.print(f"{who}: received {one.received}, {times}, {rest}, open {sum(one.open_by_age)}")
    if not found:
        console.print("No complaint was received.")


def _month(text: str, now: datetime) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date() if text else now.date()
    except ValueError:
        raise Refusal(f"{text!r} is no month; write it like 2026-11.") from None
