"""Deploys a stage: `python -m infra.deploy --stage dev --bucket B --parameters EmailFrom=…`."""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.package import PROJECT, STAGES, Packaged, PackagingError, package
from infra.resources.parameters import UNSET_URL
from infra.stack import Change, Stack, StackError

KEYS = ("link_pepper", "session_key", "reference_key", "person_key")
"""What `accord/{stage}/keys` must hold."""
Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Deployment:
    """Where a packaged stage goes, and how the deployer agrees to it."""

    stage: str
    bucket: str
    clients: Clients
    agreed: Callable[[list[Change]], bool]
    pause: float = 3.0

    def run(self, packaged: Packaged, parameters: Mapping[str, str]) -> dict[str, str]:
        """Deploy and return the outputs. StackError (or botocore's ClientError) if AWS refuses."""
        stack = Stack(self.clients("cloudformation"), f"accord-{self.stage}", self.pause)
        url = self._upload(packaged)
        wanted = chosen(packaged.template, parameters, stack.parameters())
        self._change(stack, url, wanted)
        outputs = stack.outputs()
        if stack.parameters().get("PublicUrl") == UNSET_URL and "ApiUrl" in outputs:
            # The API's own address is known only now; a domain of one's own is given as PublicUrl instead.
            self._change(stack, url, {**dict.fromkeys(wanted), "PublicUrl": outputs["ApiUrl"]})
        complete_keys(self.clients("secretsmanager"), self.stage, secrets.token_urlsafe)
        return stack.outputs()

    def _change(self, stack: Stack, url: str, parameters: Mapping[str, str | None]) -> None:
        name = f"accord-{time.time_ns()}"
        changes = stack.propose(name, url, parameters)
        if not changes:
            return
        if not self.agreed(changes):
            stack.withdraw(name)
            raise StackError("not agreed to; nothing was changed")
        stack.execute(name)

    def _upload(self, packaged: Packaged) -> str:
        """Put zips and template under keys that name their content, so that an old stack's files stay."""
        text = packaged.template.read_text()
        for path in packaged.artefacts:
            key = self._put(path.read_bytes(), path.name)
            text = text.replace(f'"./{path.name}"', json.dumps(f"s3://{self.bucket}/{key}"))
        key = self._put(text.encode(), packaged.template.name)
        return f"{self.clients('s3').meta.endpoint_url}/{self.bucket}/{key}"

    def _put(self, body: bytes, name: str) -> str:
        key = f"accord/{self.stage}/{hashlib.sha256(body).hexdigest()}-{name}"
        self.clients("s3").put_object(Bucket=self.bucket, Key=key, Body=body)
        return key


def chosen(template: Path, given: Mapping[str, str], present: Mapping[str, str]) -> dict[str, str | None]:
    """The stack's parameters: what is given, else what the stack has (None), else the template's default.

    StackError for an unknown name or a value still missing.
    """
    known: dict[str, dict[str, Any]] = json.loads(template.read_text())["Parameters"]
    unknown = sorted(given.keys() - known.keys())
    if unknown:
        raise StackError(
            f"unknown parameters {', '.join(unknown)}; the template knows {', '.join(sorted(known))}"
        )
    missing = [name for name in known if "Default" not in known[name] and name not in {*given, *present}]
    if missing:
        lines = [f"  {name}=…  {known[name]['Description']}" for name in missing]
        raise StackError("give these with --parameters:\n" + "\n".join(lines))
    kept: dict[str, str | None] = dict.fromkeys(known.keys() & present.keys())
    return kept | dict(given)


def complete_keys(client: Any, stage: str, new_key: Callable[[], str]) -> list[str]:
    """Add the keys that the stage's secret lacks, never replacing one; returns the names added."""
    name = f"accord/{stage}/keys"
    held: dict[str, str] = json.loads(client.get_secret_value(SecretId=name)["SecretString"])
    added = [key for key in KEYS if not held.get(key)]
    if added:
        held |= {key: new_key() for key in added}
        client.put_secret_value(SecretId=name, SecretString=json.dumps(held))
    return added


def asked(changes: list[Change]) -> bool:
    """Show the changes and ask on the terminal."""
    shown(changes)
    return input("Carry these changes out? [y/N] ").strip().lower() in ("y", "yes")


def shown(changes: list[Change]) -> bool:
    """Show the changes and agree (--yes)."""
    print("\n".join(str(change) for change in changes))
    return True


def pair(text: str) -> tuple[str, str]:
    """`K=V` as (K, V)."""
    key, separator, value = text.partition("=")
    if not (key and separator):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return key, value


def main(arguments: list[str] | None = None) -> int:
    """The command line; prints the outputs."""
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stage", required=True, choices=STAGES)
    parser.add_argument("--bucket", required=True, help="S3 bucket of the same region for the zips")
    parser.add_argument("--parameters", nargs="*", type=pair, default=[], metavar="NAME=VALUE")
    parser.add_argument("--endpoint-url", help="another engine than AWS, for a rehearsal")
    parser.add_argument("--yes", action="store_true", help="do not ask before executing the change set")
    given = parser.parse_args(arguments)
    session = boto3.Session()
    try:
        packaged = package(given.stage, PROJECT / "build" / given.stage)
        deployment = Deployment(
            given.stage,
            given.bucket,
            lambda service: session.client(service, endpoint_url=given.endpoint_url),
            shown if given.yes else asked,
        )
        outputs = deployment.run(packaged, dict(given.parameters))
    except (PackagingError, StackError, ClientError, BotoCoreError) as error:
        print(f"Not deployed: {error}", file=sys.stderr)
        return 1
    print("\n".join(f"{name}: {value}" for name, value in sorted(outputs.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
