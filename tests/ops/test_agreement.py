"""`agreement verify`: two files and a key, no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chalicelib.domain.codes import FactKind
from chalicelib.mediation.agreement.freeze import archive_key
from chalicelib.notices.evidence.seal import as_pem
from chalicelib.store import facts
from infra.ops.__main__ import app
from tests.road import Road
from tests.samples import CASE_ID
from tests.signing import LocalKey, Table


@pytest.fixture
def files(aws: None, tmp_path: Path) -> Path:
    """A folder with an agreement, its certificate, the right key and another."""
    wiring = Road().wiring
    table = Table(wiring)
    digest = table.frozen()
    table.all_sign(digest)
    (seal,) = facts.of(CASE_ID, FactKind.SEAL)
    archive = wiring.archive
    (tmp_path / "agreement.pdf").write_bytes(archive.get(archive_key(CASE_ID, digest)))
    certificate = archive.get(archive_key(CASE_ID, seal.detail["certificate"]))
    (tmp_path / "certificate.pdf").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(as_pem(table.key.public_key()))
    (tmp_path / "other.pem").write_bytes(as_pem(LocalKey().public_key()))
    return tmp_path


def run(files: Path, *more: str, document: str = "agreement.pdf") -> tuple[int, dict[str, object]]:
    names = [str(files / document), str(files / "certificate.pdf")]
    keys = [str(files / each) if each.endswith(".pem") else each for each in more]
    result = CliRunner().invoke(app, ["agreement", "verify", *names, *keys, "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_signed_agreement_verifies_offline(files: Path) -> None:
    code, said = run(files, "--key", "key.pem")
    assert (code, said["ok"], said["key_trusted"]) == (0, True, True)
    assert [each["party"] for each in said["signatures"]] == ["BORROWER", "CREDITOR", "MEDIATOR"]  # type: ignore[attr-defined]


def test_one_altered_byte_is_found(files: Path) -> None:
    body = (files / "agreement.pdf").read_bytes()
    (files / "altered.pdf").write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    code, said = run(files, document="altered.pdf")
    assert code == 1
    assert "not the text that was signed" in str(said["faults"])


def test_a_seal_of_another_key_is_found(files: Path) -> None:
    code, said = run(files, "--key", "other.pem")
    assert code == 1
    assert "another key" in str(said["faults"])
    assert "not made by this key" in str(said["faults"])


def test_a_file_that_is_no_certificate_is_refused(files: Path) -> None:
    (files / "certificate.pdf").write_bytes(b"%PDF-1.4 accord-seal/1 bm9uZQ==")
    code, said = run(files)
    assert code == 1
    assert "no certificate" in str(said["error"])
