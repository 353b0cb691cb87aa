"""Complaints for their handlers: `python -m infra.ops complaint list`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.store import complaints
from chalicelib.texts.plain import plain
from infra.ops import complaint_acts, complaint_lists
from infra.ops.command import AsJson, EndpointUrl, Stage, StageName, answer, refusals
from infra.ops.waiting import OfLender, Since, show_waiting, waiting_since

app = typer.Typer(no_args_is_help=True, help="Complaints: which came in, and by when each is acknowledged.")


@app.command(name="list")
def list_complaints(
    since: Since = "",
    lender: OfLender = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """List the complaints that came in, oldest first, each with the day it must be acknowledged by."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        show_waiting(waiting_since(FactKind.COMPLAINT, since, lender, datetime.now(UTC)), as_json=as_json)


@app.command()
def show(
    reference: Annotated[str, typer.Argument(help="C-XXXX-XXXX.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Show a complaint as it was made. It holds personal data."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        found = complaints.find(reference.upper())
        if not found:
            raise NotFound(f"There is no complaint {reference}.")
        told = [
            {"reference": one.reference, "status": one.status.value, "category": one.category.value}
            | {"acknowledge_by": one.acknowledge_by.isoformat(), "decide_by": one.decide_by.isoformat()}
            | {"case": str(one.case_id or ""), "contact": one.contact}
            | {name: str(value) for name, value in one.said.items()}
            for one in found
        ]
        lines = [f"{name}: {value}" for one in told for name, value in one.items() if value]
        answer(
            {"ok": True, "complaints": told},
            lambda console: console.print("\n".join(map(plain, lines))),
            as_json=as_json,
        )


for _each in complaint_acts.ACTS:
    app.command()(_each)
app.command(name="sla")(complaint_lists.sla)
app.command(name="open")(complaint_lists.open_)
