"""Signed agreements: `agreement verify` checks one offline, by its certificate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chalicelib.domain.moments import stamp
from chalicelib.mediation.agreement.statement import Statement, statement_in
from chalicelib.notices.evidence.chain import sha256
from chalicelib.texts.plain import plain
from infra.ops.command import AsJson, Refusal, answer, refusals
from infra.ops.signing import read_key, verifies

app = typer.Typer(no_args_is_help=True, help="Signed agreements.")


@app.callback()
def agreement() -> None:
    """Signed agreements."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with an agreement; nothing when the seal holds."""

    statement: Statement
    faults: tuple[str, ...]


def check(document: bytes, certificate: bytes, pinned: bytes | None) -> Checked:
    """Return what a document and its certificate show, under the `pinned` public key (DER) if one is given.

    Raises Refusal when the certificate is none.
    """
    found = statement_in(certificate)
    if found is None:
        raise Refusal("The second file is no certificate of signature; give the one that came with the text.")
    faults = []
    if sha256(document) != found.digest:
        faults.append("the agreement is not the text that was signed: its SHA-256 differs")
    if pinned is not None and pinned != found.key:
        faults.append("the certificate names another key than the one you trust")
    if not verifies(pinned or found.key, found.signature, bytes.fromhex(found.digest)):
        faults.append("the seal was not made by this key")
    return Checked(found, tuple(faults))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The agreement (PDF).")],
    certificate: Annotated[Path, typer.Argument(help="Its certificate of signature (PDF).")],
    key: Annotated[
        Path | None, typer.Option(help="The institution's public key (PEM), as published.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check offline that an agreement is the text all signed and, with --key, whose seal it carries."""
    with refusals(as_json=as_json):
        pinned = read_key(key) if key else None
        found = check(file.read_bytes(), certificate.read_bytes(), pinned)
    said = found.statement
    result = {
        "ok": not found.faults,
        "faults": list(found.faults),
        "reference": said.reference,
        "sha256": said.digest,
        "sealed_at": stamp(said.sealed_at),
        "key_sha256": said.fingerprint,
        "key_trusted": key is not None,
        "signatures": [
            {"party": each.party, "name": each.name, "at": stamp(each.at)} for each in said.signatories
        ],
    }
    answer(result, lambda console: _show(console, found, trusted=key is not None), as_json=as_json)
    if found.faults:
        raise typer.Exit(1)


def _show(console: Console, found: Checked, *, trusted: bool) -> None:
    said = found.statement
    for fault in found.faults:
        console.print(f"NOT GENUINE: {fault}.")
    if not found.faults:
        console.print(f"{plain(said.reference)} is genuine: this very text was signed and sealed.")
    for each in said.signatories:
        console.print(plain(f"{each.party}  {each.name}  {stamp(each.at)}"))
    console.print(f"Sealed {stamp(said.sealed_at)} with the key {said.fingerprint}.")
    if not trusted:
        console.print("Whose key that is, only --key with the published one can show.")
