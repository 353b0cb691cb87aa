"""The evidence of a case: `evidence build` writes it to a file, `evidence verify` checks such a file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chalicelib.domain.case import Case
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.notices.evidence import check
from chalicelib.notices.evidence.chain import sha256
from chalicelib.notices.evidence.collect import collect
from chalicelib.notices.evidence.container import MAX_BYTES, NotABundle
from chalicelib.store import cases
from chalicelib.store.archive import Archive
from infra.ops.bundle import as_result, make, named, show_built, show_checked
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals
from infra.ops.signing import KmsSigner, read_key, verifies

app = typer.Typer(no_args_is_help=True, help="What is on record about a case, as one file anyone can check.")


@app.command()
def build(
    out: Annotated[Path, typer.Option(help="The file to write; it must not exist yet.")],
    case: Annotated[str, typer.Argument(help="The case's id: LOANKEY-1.")] = "",
    lender: Annotated[str, typer.Option(help="Instead of the id: the loan's lender ...")] = "",
    loan: Annotated[str, typer.Option(help="... and its number; its latest case.")] = "",
    bucket: Annotated[str, typer.Option(help="The archive, if not the stack's RecordsBucketName.")] = "",
    language: Annotated[str, typer.Option(help="The summary's: zh-CN or en; default: the borrower's.")] = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Write the signed evidence of a case to a file. It holds personal data, as it is meant for a court."""
    with refusals(as_json=as_json):
        if out.exists():
            raise Refusal(f"{out} exists already; name another file, so that no evidence is overwritten.")
        place = Stage(stage, endpoint_url)
        archive = Archive(place.client("s3"), bucket or _bucket(place))
        dossier = collect(_case_id(case, lender, loan), archive)
        signer = KmsSigner(place.client("kms"), f"alias/accord-{stage}-evidence")
        data = make(dossier, signer, datetime.now(UTC), language)
        report = check.verify(data, verifies, signer.public_key())
        if not report.ok:
            raise Refusal(f"The bundle does not verify and was not written: {report.faults[0]}.")
        _write(out, data)
        result = {"ok": True, "file": str(out), "sha256": sha256(data), **named(report)}
        result["gaps"] = [record.what for _, record in dossier.each("GAP")]
        answer(result, lambda console: show_built(console, result), as_json=as_json)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The bundle.")],
    key: Annotated[
        Path | None, typer.Option(help="The institution's public key (PEM), as published.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle offline: that nothing was changed since it was signed and, with --key, who signed it."""
    with refusals(as_json=as_json):
        if file.stat().st_size > MAX_BYTES:
            raise Refusal(f"{file} is larger than any bundle ({MAX_BYTES} bytes).")
        try:
            report = check.verify(file.read_bytes(), verifies, read_key(key) if key else None)
        except NotABundle as error:
            raise Refusal(f"{file} cannot be checked: {error}.") from error
    answer(as_result(report), lambda console: show_checked(console, report), as_json=as_json)
    if not report.ok:
        raise typer.Exit(1)


def _case_id(case: str, lender: str, loan: str) -> CaseId:
    if case and not lender and not loan:
        try:
            return CaseId.parse(case)
        except ValueError:
            raise Refusal(f"{case!r} is no case id; give LOANKEY-1, or --lender and --loan.") from None
    if case or not lender or not loan:
        raise Refusal("Name the case by its id, or by both --lender and --loan.")
    found = cases.latest(loan_key(lender, loan))
    if not isinstance(found, Case):
        raise NotFound(f"Loan {loan!r} of lender {lender!r} has no case; check both, capitals count.")
    return found.id


def _bucket(place: Stage) -> str:
    try:
        return place.outputs["RecordsBucketName"]
    except KeyError:
        said = f"Stack accord-{place.name} has no output RecordsBucketName; deploy it, or give --bucket."
        raise Refusal(said) from None


def _write(out: Path, data: bytes) -> None:
    """Write the file for its owner alone: it holds personal data."""
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
