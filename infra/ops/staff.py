"""Who of the staff may sign in: `python -m infra.ops staff invite`, `list`, `remove`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from chalicelib.domain.actor import Role
from chalicelib.store import staff_sessions
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals
from infra.ops.staff_pool import Invited, StaffPool

app = typer.Typer(no_args_is_help=True, help="Who of the staff may sign in, and in which roles.")
Ident = Annotated[str, typer.Argument(help="The sign-in name; a mediator's is his id in the directory.")]


@app.callback()
def staff() -> None:
    """Who of the staff may sign in, and in which roles."""


@app.command()
def invite(
    ident: Ident,
    name: Annotated[str, typer.Option(help="The name others see.")],
    email: Annotated[str, typer.Option(help="Where the first password goes, and the codes that sign.")],
    role: Annotated[list[str], typer.Option(help="MEDIATOR, CASE_STAFF, …; give it once for each role.")],
    lender: Annotated[str, typer.Option(help="Whose cases a bank's representative sees.")] = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Let somebody in, or bring somebody to these roles; he sets up his authenticator when he signs in."""
    with refusals(as_json=as_json):
        if unknown := sorted(set(role) - set(Role)):
            raise Refusal(f"{', '.join(unknown)} is no role; choose among {', '.join(Role)}.")
        if (Role.BANK_REPRESENTATIVE.value in role) != bool(lender):
            raise Refusal("A bank's representative needs --lender, and nobody else has one.")
        new = _pool(stage, endpoint_url).invite(Invited(ident, name, email, role, lender))
        said = f"{ident} was {'invited' if new else 'brought up to date'}: {', '.join(role)}."
        answer({"ok": True, "new": new}, lambda console: console.print(said), as_json=as_json)


@app.command("list")
def everybody(stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False) -> None:
    """List who may sign in."""
    with refusals(as_json=as_json):
        found = _pool(stage, endpoint_url).everybody()
        said = [f"{one.id}  {one.name}  {', '.join(one.roles)}  {one.lender}".rstrip() for one in found]
        told = {"ok": True, "staff": [asdict(one) for one in found]}
        answer(told, lambda console: console.print("\n".join(said) or "Nobody."), as_json=as_json)


@app.command()
def remove(
    ident: Ident, stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Let somebody sign in no more, and end where he is signed in now."""
    with refusals(as_json=as_json):
        _pool(stage, endpoint_url).remove(ident)
        staff_sessions.end_all(ident)
        answer({"ok": True}, lambda console: console.print(f"{ident} signs in no more."), as_json=as_json)


def _pool(name: str, endpoint_url: str) -> StaffPool:
    stage = Stage(name, endpoint_url)
    pool = stage.outputs.get("StaffPoolId")
    if pool is None:
        raise Refusal(f"There is no stack accord-{name} with a user pool in this region.")
    return StaffPool(stage.client("cognito-idp"), pool)
