"""Sets a lender up: `python -m infra.ops.lender --stage dev docs/lender.json`."""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import profiles
from chalicelib.domain.errors import InvalidProfile
from chalicelib.intake.contract import LenderId
from chalicelib.store import lenders, rows
from chalicelib.store.lenders import FIELDS, Lender


class LenderFault(Exception):
    """The lender's file is not complete; the message says what to change."""


def read(path: Path, at: datetime) -> Lender:
    """Return the lender a file describes; raises LenderFault with every fault in it."""
    from pydantic import TypeAdapter, ValidationError

    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LenderFault(f"{path}: {error}") from error
    faults = [f"{name} is missing" for name in ("lender", "profile", *FIELDS) if not given.get(name)]
    faults += [f"{name} is unknown" for name in given if name not in ("lender", "profile", *FIELDS)]
    try:
        TypeAdapter(LenderId).validate_python(given.get("lender", ""))
        languages = profiles.current(str(given.get("profile", "")), at).languages
    except (ValidationError, InvalidProfile) as error:
        raise LenderFault(f"{path}: {error}") from error
    for name in FIELDS:
        value = given.get(name)
        if isinstance(value, dict) and set(value) != set(languages):
            faults.append(f"{name} must be one text, or one for each of {', '.join(languages)}")
    if faults:
        raise LenderFault(f"{path}: " + "; ".join(faults))
    return Lender(given["lender"], given["profile"], {name: given[name] for name in FIELDS})


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


def main(arguments: list[str] | None = None) -> int:
    """The command line; prints the secret once, when it is made."""
    parser = argparse.ArgumentParser(prog="python -m infra.ops.lender", description=__doc__)
    parser.add_argument("--stage", default="dev", choices=("dev", "prod"))
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    session = boto3.Session()
    try:
        lender = read(chosen.file, datetime.now(UTC))
        rows.bind(f"accord-{chosen.stage}", session.region_name or os.environ["AWS_REGION"])
        secret = put(lender, chosen.stage, session.client("secretsmanager"), secrets.token_bytes)
    except (LenderFault, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{lender.id} is set up under profile {lender.profile}.")
    print(f"Its webhook secret, shown only now: {secret}" if secret else "It keeps the secret it has.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
