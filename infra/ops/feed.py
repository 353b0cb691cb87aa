"""Who may send events from an AWS account of his own: `python -m infra.ops feed allow demo-bank AROA…`."""

from __future__ import annotations

from typing import Annotated

import typer

from chalicelib.store import feeds, lenders
from infra.ops.command import AsJson, EndpointUrl, Stage, StageName, answer, refusals

app = typer.Typer(no_args_is_help=True, help="Feeds: which AWS principals and accounts speak for a lender.")
LenderName = Annotated[str, typer.Argument(help="The lender's id.")]
Sender = Annotated[
    str,
    typer.Argument(
        help="Who sends: to the queue a role's or user's unique id (AROA…, AIDA…), to the bus an account."
    ),
]


@app.callback()
def feed() -> None:
    """Feeds: which AWS principals and accounts speak for a lender."""


@app.command()
def allow(
    lender: LenderName,
    sender: Sender,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Let a sender speak for a lender; his account must be among the deployment's `FeedAccounts` too."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        lenders.get(lender)
        feeds.allow(lender, sender)
        _answer(lender, as_json=as_json)


@app.command()
def forbid(
    lender: LenderName,
    sender: Sender,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Let a sender speak for a lender no longer."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        feeds.forbid(lender, sender)
        _answer(lender, as_json=as_json)


@app.command()
def show(
    lender: LenderName, stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Show where events are sent to, and who speaks for a lender."""
    with refusals(as_json=as_json):
        place = Stage(stage, endpoint_url)
        lenders.get(lender)
        where = {
            "queue": place.outputs.get("FeedQueueUrl", ""),
            "bus": place.outputs.get("FeedBusArn", ""),
            "accounts": place.parameters.get("FeedAccounts", ""),
        }
        _answer(lender, where, as_json=as_json)


def _answer(lender: str, where: dict[str, str] | None = None, *, as_json: bool) -> None:
    senders = sorted(feeds.of(lender))
    said = [f"{lender} speaks through: {', '.join(senders) or 'nobody'}."]
    said += [f"{name}: {value or '-'}" for name, value in (where or {}).items()]
    told = {"lender": lender, "senders": senders} | (where or {})
    answer({"ok": True} | told, lambda console: console.print("\n".join(said)), as_json=as_json)
