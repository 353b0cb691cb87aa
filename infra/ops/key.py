"""The secrets a lender signs his events with: `python -m infra.ops key rotate demo-bank`."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Annotated, Any

import typer

from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals

app = typer.Typer(no_args_is_help=True, help="Keys: the secrets a lender signs his events with.")
LenderName = Annotated[str, typer.Argument(help="The lender's id.")]
LIVE, TEST = "webhook_secrets", "webhook_test_secrets"
SOON = "Every function knows it within five minutes."


class Keyring:
    """A lender's secret; every change is one write of the whole, read just before."""

    def __init__(self, client: Any, stage: str, lender: str, randomness: Callable[[int], bytes]) -> None:
        self._client = client
        self._name = f"accord/{stage}/lender/{lender}"
        self._randomness = randomness

    def rotate(self) -> str:
        """Make a new secret, which signs beside the one that is there; returns it. Raises Refusal."""
        kept = self._kept()
        if len(kept[LIVE]) > 1:
            raise Refusal("Two secrets are good already; `key retire` drops the older one first.")
        made = self._made()
        self._keep(kept | {LIVE: [made, *kept[LIVE]]})
        return made

    def retire(self) -> None:
        """Let the older of two secrets sign no longer; raises Refusal when there is one alone."""
        kept = self._kept()
        if len(kept[LIVE]) < 2:
            raise Refusal("One secret alone is good; `key rotate` makes another one first.")
        self._keep(kept | {LIVE: kept[LIVE][:1]})

    def for_tests(self) -> str:
        """Make the secret that only tries things out, in place of the one before; returns it."""
        made = self._made()
        self._keep(self._kept() | {TEST: [made]})
        return made

    def _made(self) -> str:
        return "whsec_" + base64.b64encode(self._randomness(32)).decode()

    def _kept(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._client.get_secret_value(SecretId=self._name)["SecretString"])
        return found

    def _keep(self, whole: dict[str, Any]) -> None:
        self._client.put_secret_value(SecretId=self._name, SecretString=json.dumps(whole))


@app.callback()
def key() -> None:
    """Keys: the secrets a lender signs his events with."""


@app.command()
def rotate(
    lender: LenderName, stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Make a new secret, shown once; the old one signs as well until `retire`."""
    with refusals(as_json=as_json):
        made = _ring(lender, stage, endpoint_url).rotate()
        said = f"The new secret of {lender}, shown only now: {made}\nThe old one is still good. {SOON}"
        _answer({"lender": lender, "webhook_secret": made}, said, as_json=as_json)


@app.command()
def retire(
    lender: LenderName, stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Drop the older of two secrets, once the lender signs with the new one."""
    with refusals(as_json=as_json):
        _ring(lender, stage, endpoint_url).retire()
        _answer(
            {"lender": lender}, f"The older secret of {lender} is no longer good. {SOON}", as_json=as_json
        )


@app.command("test")
def for_tests(
    lender: LenderName, stage: StageName = "dev", endpoint_url: EndpointUrl = "", as_json: AsJson = False
) -> None:
    """Make a secret that tries events out and changes nothing, shown once."""
    with refusals(as_json=as_json):
        made = _ring(lender, stage, endpoint_url).for_tests()
        said = f"The test secret of {lender}, shown only now: {made}\n{SOON}"
        _answer({"lender": lender, "webhook_test_secret": made}, said, as_json=as_json)


def _ring(lender: str, stage: str, endpoint_url: str) -> Keyring:
    place = Stage(stage, endpoint_url)
    return Keyring(place.client("secretsmanager"), stage, lender, secrets.token_bytes)


def _answer(told: dict[str, str], said: str, *, as_json: bool) -> None:
    answer({"ok": True} | told, lambda console: console.print(said), as_json=as_json)
