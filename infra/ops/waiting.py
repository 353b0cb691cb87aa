"""What waits for an operator, by kind: read day by day, shown as lines or JSON."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console

from chalicelib.domain.codes import FactKind
from chalicelib.domain.moments import stamp
from chalicelib.store import waiting
from chalicelib.store.waiting import Waiting
from infra.ops.command import Refusal, answer

Since = Annotated[str, typer.Option(help="From this UTC day on: 2026-11-01; by default the last 30 days.")]
OfLender = Annotated[str, typer.Option("--lender", help="This lender's alone; strangers' have none.")]
_BACK = timedelta(days=30)
_FARTHEST = timedelta(days=800)


def waiting_since(kind: FactKind, since: str, lender: str, now: datetime) -> list[Waiting]:
    """Return what waits, oldest first; raises Refusal when `since` is no day to look back to."""
    try:
        first = date.fromisoformat(since) if since else now.date() - _BACK
    except ValueError:
        raise Refusal(f"--since {since!r} is no day; give one like 2026-11-01.") from None
    if not timedelta() <= now.date() - first <= _FARTHEST:
        raise Refusal(f"--since must lie at most {_FARTHEST.days} days back, and not ahead.")
    return [one for one in waiting.since(kind, first, now) if lender in ("", one.lender)]


def show_waiting(found: list[Waiting], *, as_json: bool) -> None:
    """Print what waits; ids and references only."""
    rows = [_row(one) for one in found]

    def show(console: Console) -> None:
        for row in rows:
            console.print("  ".join(str(value) for value in row.values() if value))
        console.print(f"{len(rows)} in all.")

    answer({"ok": True, "waiting": rows}, show, as_json=as_json)


def _row(one: Waiting) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "at": stamp(one.at),
        "due": one.due.isoformat() if one.due else "",
        "case": str(one.case_id or ""),
        "lender": one.lender,
    }
