"""Sets a lender up: `python -m infra.ops lender add --stage dev docs/lender.json`."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import ClientError

from chalicelib import profiles
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.offer_limits import limits_of
from chalicelib.domain.profile import Profile
from chalicelib.domain.rules import Scope
from chalicelib.intake.contract import LenderId
from chalicelib.store import lenders
from chalicelib.store.lenders import FIELDS, MORE_FIELDS, REGULATOR_FIELDS, Lender
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals

app = typer.Typer(no_args_is_help=True, help="Lenders: which rules they stand under, what their notices say.")
_OF_THE_ROW = ("lender", "profile", "live", "scope")
_LIMITS = "plan_limits"


class LenderFault(Refusal):
    """The lender's file is not complete; the message says what to change."""


def read(path: Path, at: datetime) -> Lender:
    """Return the lender a file describes; raises LenderFault with every fault in it.

    What the profile in force at `at` (aware) leaves to the lender, he has to say: its regulator, for some.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LenderFault(f"{path}: {error}") from error
    if not isinstance(given, dict):
        raise LenderFault(f"{path}: it must be one JSON object")
    try:
        TypeAdapter(LenderId).validate_python(given.get("lender", ""))
        scope = Scope(given.get("scope", Scope.CREDITOR))
        profile = profiles.current(str(given.get("profile", "")), at, scope)
    except (ValidationError, InvalidProfile, ValueError) as error:
        raise LenderFault(f"{path}: {error}") from error
    if faults := list(_faults(given, profile)):
        raise LenderFault(f"{path}: " + "; ".join(faults))
    settings = {name: value for name, value in given.items() if value and name not in _OF_THE_ROW}
    return Lender(given["lender"], given["profile"], settings, live=given.get("live", False), scope=scope)


def _faults(given: dict[str, Any], profile: Profile) -> Iterator[str]:
    """Yield what is wrong with each field of a lender's file; nothing when it is complete."""
    needed = FIELDS + (REGULATOR_FIELDS if profile.regulator_from_lender else ())
    yield from (f"{name} is missing" for name in needed if not given.get(name))
    known = (*_OF_THE_ROW, *needed, *MORE_FIELDS, _LIMITS)
    yield from (
        f"{name} is unknown under profile {profile.jurisdiction}" for name in given if name not in known
    )
    if not isinstance(given.get("live", False), bool):
        yield "live must be true or false"
    yield from _faults_of_limits(given.get(_LIMITS, {}))
    for name in (*needed, *MORE_FIELDS):
        if given.get(name) and not _is_text(given[name], profile.languages):
            yield f"{name} must be one text, or one for each of {', '.join(profile.languages)}"


def _faults_of_limits(said: Any) -> Iterator[str]:
    if not isinstance(said, dict):
        yield f"{_LIMITS} must be an object of whole numbers as texts"
        return
    try:
        limits_of(said)
    except ValueError as error:
        yield str(error)


def _is_text(value: Any, languages: tuple[str, ...]) -> bool:
    texts = value.values() if isinstance(value, dict) and set(value) == set(languages) else [value]
    return all(isinstance(text, str) and text.strip() for text in texts)


def put(lender: Lender, stage: str, client: Any, randomness: Callable[[int], bytes]) -> str | None:
    """Store the lender; returns the webhook secret when it is made now, None when there is one already."""
    lenders.put(lender)
    name = f"accord/{stage}/lender/{lender.id}"
    secret = "whsec_" + base64.b64encode(randomness(32)).decode()
    try:
        client.create_secret(Name=name, SecretString=json.dumps({"webhook_secrets": [secret]}))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        return None
    return secret


@app.callback()
def lender() -> None:
    """Lenders: which rules they stand under, what their notices say."""


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="What the lender's notices say: see docs/lender.json.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Set a lender up, or change what he says; prints the webhook secret once, when it is made."""
    with refusals(as_json=as_json):
        given = read(file, datetime.now(UTC))
        place = Stage(stage, endpoint_url)
        secret = put(given, stage, place.client("secretsmanager"), secrets.token_bytes)
        told = {"lender": given.id, "profile": given.profile, "live": given.live, "webhook_secret": secret}
        answer({"ok": True} | told, lambda console: console.print(_said(given, secret)), as_json=as_json)


def _said(given: Lender, secret: str | None) -> str:
    reach = "live: its notices reach people" if given.live else "a test lender: its notices reach nobody"
    kept = f"Its webhook secret, shown only now: {secret}" if secret else "It keeps the secret it has."
    return f"{given.id} is set up under profile {given.profile}. It is {reach}.\n{kept}"
