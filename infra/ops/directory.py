"""Who helps, and what each may do: mediators, advisers, experts: `python -m infra.ops directory list`."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from chalicelib.domain.directory import Professional, Proof, Record, unfit
from chalicelib.staff import wording
from chalicelib.store import directory
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals

app = typer.Typer(no_args_is_help=True, help="The directory: mediators, legal advisers, experts.")
PersonId = Annotated[str, typer.Argument(help="The id in the directory.")]
_TEXTS = ("name", "organisation", "qualifications")


def read(path: Path, person_id: str) -> Professional:
    """Return the entry a file holds; raises Refusal naming what to change."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        person = directory.parse(person_id, given)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Refusal(f"{path}: {type(error).__name__}: {error}; see docs/professional.json") from error
    for name in _TEXTS:
        if not {"zh-CN", "en"} <= set(getattr(person, name)):
            raise Refusal(f"{path}: {name} must have a text for zh-CN and one for en")
    return person


@app.command()
def add(
    person: PersonId,
    file: Annotated[Path, typer.Argument(help="Who it is: see docs/professional.json.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Enter somebody, or put a new entry in place of the one before."""
    with refusals(as_json=as_json):
        found = read(file, person)
        Stage(stage, endpoint_url)
        directory.put(found)
        _show([found], as_json=as_json)


@app.command("list")
def list_all(stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False) -> None:
    """List everybody with the cases that wait for them, and why they may not act today."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        _show(directory.every(), as_json=as_json)


@app.command()
def prove(
    person: PersonId,
    proof: Annotated[Proof, typer.Argument(help="TRAINING or ASSESSMENT.")],
    name: Annotated[str, typer.Argument(help="What it was.")],
    on: Annotated[str, typer.Option(help="The day it was passed: 2026-11-20.")],
    until: Annotated[str, typer.Option(help="The last day it holds.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Enter a training attended or an assessment passed."""
    with refusals(as_json=as_json):
        try:
            record = Record(proof, name, date.fromisoformat(on), date.fromisoformat(until))
        except ValueError as error:
            raise Refusal(str(error)) from error
        Stage(stage, endpoint_url)
        found = directory.get(person)
        kept = directory.entry(found)
        kept["records"] = [*kept["records"], directory.as_list(record)]
        renewed = directory.parse(person, kept)
        directory.put(renewed)
        _show([renewed], as_json=as_json)


@app.command()
def lapsing(
    days: Annotated[int, typer.Option(help="How many days ahead to look.")] = 60,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """List who may act today and may not in some days, unless something is renewed."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        today = datetime.now(UTC).date()
        then = today + timedelta(days=days)
        _show(
            [one for one in directory.every() if not unfit(one, today) and unfit(one, then)], as_json=as_json
        )


def _show(people: list[Professional], *, as_json: bool) -> None:
    today = datetime.now(UTC).date()
    told = [_told(person, today) for person in people]

    def show(console: Console) -> None:
        table = Table("id", "profession", "name", "languages", "cases", "may not act because", box=None)
        for one in told:
            table.add_row(
                one["id"],
                one["profession"],
                one["name"]["zh-CN"],
                " ".join(one["languages"]),
                f"{one['cases']} of {one['capacity']}",
                "; ".join(one["unfit"]),
            )
        console.print(table)

    answer({"ok": True, "people": told}, show, as_json=as_json)


def _told(person: Professional, today: date) -> dict[str, Any]:
    lacking = [wording.read(each, "en") for each in unfit(person, today)]
    known = {"id": person.id, "cases": directory.load_of(person.id), "unfit": lacking}
    return directory.entry(person) | known
