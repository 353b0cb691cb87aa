"""What an operator registers at Alibaba Cloud SMS: `python -m infra.ops alibaba setup --stage dev`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console

from chalicelib.channels.alibaba_push import path_token
from chalicelib.channels.alibaba_rules import LONGEST_VALUE, faults_of_form
from chalicelib.notices.compose import registered_form
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals
from infra.ops.notice_versions import every_template

app = typer.Typer(no_args_is_help=True, help="Alibaba Cloud SMS: what is to be registered there.")
_PROFILE = "CN"
"""It sends to mainland numbers alone, so only this profile's templates are registered."""
_CODES = ("access_code", "signing_code")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Registration:
    """One template to register: `name` is its key in `codes`, `kind` the type to choose there.

    `faults` are what review may refuse.
    """

    name: str
    kind: str
    form: str
    variables: tuple[str, ...]
    faults: tuple[str, ...]


def registrations(public_url: str) -> Iterator[Registration]:
    """Yield every SMS template of the profile as it is to be registered for links below `public_url`."""
    for profile, step, channel, language in every_template():
        if (profile, channel) == (_PROFILE, "SMS"):
            form = registered_form(profile, step, language, f"{public_url}/n/")
            yield Registration(
                name=f"{profile.lower()}/{step}/{channel}/{language}",
                kind="verification code" if step in _CODES else "notification",
                form=form,
                variables=tuple(_VARIABLE.findall(form)),
                faults=tuple(faults_of_form(form, code=step in _CODES)),
            )


def push_urls(public_url: str, reference_key: bytes, stage: str) -> dict[str, str]:
    """Return the URLs that Alibaba Cloud pushes receipts and replies to; each is as good as a password."""
    door = f"{public_url}/v1/providers/alibaba/{path_token(reference_key, stage)}"
    return {"SmsReport": f"{door}/reports", "SmsUp": f"{door}/replies"}


@app.callback()
def alibaba() -> None:
    """Alibaba Cloud SMS: what is to be registered there."""


@app.command()
def setup(
    public_url: Annotated[str, typer.Option(help="The links' address, if not the stack's PublicUrl.")] = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Print every template to register, and the two push URLs, which are secret."""
    with refusals(as_json=as_json):
        place = Stage(stage, endpoint_url)
        url = _address(public_url or place.parameters.get("PublicUrl", ""), stage)
        kept = place.client("secretsmanager").get_secret_value(SecretId=f"accord/{stage}/keys")
        urls = push_urls(url, str(json.loads(kept["SecretString"])["reference_key"]).encode(), stage)
        found = list(registrations(url))
        result = {"ok": True, "push_urls": urls, "templates": [asdict(each) for each in found]}
        answer(result, lambda console: _show(console, found, urls), as_json=as_json)


def _address(url: str, stage: str) -> str:
    """Return where links lead, without a slash at its end; raises Refusal when it is no https address."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.hostname.endswith(".invalid"):
        raise Refusal(f"Stack accord-{stage} has no https PublicUrl; deploy one, or give --public-url.")
    return url.rstrip("/")


def _show(console: Console, found: list[Registration], urls: dict[str, Any]) -> None:
    console.print(f"{len(found)} templates; each variable takes at most {LONGEST_VALUE} characters.\n")
    for each in found:
        console.print(f"{each.name} ({each.kind})\n  {each.form}\n  variables: {', '.join(each.variables)}")
        for fault in each.faults:
            console.print(f"  ! {fault}")
        console.print()
    console.print("Push URLs (HTTP batch push; keep them secret):")
    for kind, url in urls.items():
        console.print(f"  {kind}  {url}")
