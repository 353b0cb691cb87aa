"""What every operator's command shares: its options, its answer in words or JSON, its refusals."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException
from rich.console import Console

from chalicelib.domain.errors import AccordError
from chalicelib.store import rows
from chalicelib.texts.plain import plain

_STAGE = re.compile(r"[a-z][a-z0-9-]{0,19}")

StageName = Annotated[str, typer.Option("--stage", help="The deployment: dev or prod.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]
EndpointUrl = Annotated[
    str, typer.Option(help="Another AWS: the local engine's address.", envvar="AWS_ENDPOINT_URL")
]


class Refusal(Exception):
    """The command cannot be carried out; the message says what to change."""


class Stage:
    """One deployment, as an operator reaches it; making it binds the table's models to it."""

    def __init__(self, name: str, endpoint_url: str = "") -> None:
        """Raises Refusal when the name is none or no region is set."""
        if not _STAGE.fullmatch(name):
            raise Refusal(f"{name!r} is no stage; choose dev or prod.")
        if endpoint_url:
            os.environ["AWS_ENDPOINT_URL"] = endpoint_url  # the models' own session reads it too
        self.name = name
        self.session = boto3.Session()
        region = self.session.region_name or os.environ.get("AWS_REGION")
        if not region:
            raise Refusal("No AWS region is set; set AWS_REGION to the deployment's.")
        self._region = region
        rows.bind(f"accord-{name}", region)

    def client(self, service: str) -> Any:
        """Return a client of a service in the deployment's region."""
        return self.session.client(service, region_name=self._region)

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of the deployment's stack, none when there is no such stack."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._stack.get("Outputs", [])}

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters the stack was deployed with, none when there is no such stack."""
        return {each["ParameterKey"]: each["ParameterValue"] for each in self._stack.get("Parameters", [])}

    @cached_property
    def _stack(self) -> dict[str, Any]:
        try:
            found = self.client("cloudformation").describe_stacks(StackName=f"accord-{self.name}")["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return {}
            raise
        stack: dict[str, Any] = found[0]
        return stack


@contextmanager
def refusals(*, as_json: bool) -> Iterator[None]:
    """Turn what is expected to go wrong into one sentence and exit status 1; no traceback."""
    try:
        yield
    except (Refusal, AccordError, BotoCoreError, ClientError, PynamoDBException, OSError) as error:
        said = _sentence(error)
        if as_json:
            print(json.dumps({"ok": False, "error": said}, ensure_ascii=False))
        else:
            Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(plain(said))
        raise typer.Exit(1) from None


def answer(result: Mapping[str, Any], show: Callable[[Console], None], *, as_json: bool) -> None:
    """Print a result: as one JSON object, or as `show` says it."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        show(Console(file=sys.stdout, highlight=False, markup=False, soft_wrap=True))


def _sentence(error: Exception) -> str:
    if "ResourceNotFoundException" in str(error):
        return f"{error}. Is --stage right, and is that stage deployed in this region?"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
