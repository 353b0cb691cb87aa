"""Makes a bundle of evidence, and says what a check of one found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rich.console import Console

from chalicelib import profiles
from chalicelib.domain.windows import zones_of
from chalicelib.notices.evidence.chain import chain, head
from chalicelib.notices.evidence.check import Report
from chalicelib.notices.evidence.collect import Dossier
from chalicelib.notices.evidence.container import NotABundle, pack
from chalicelib.notices.evidence.pdf import draw
from chalicelib.notices.evidence.seal import Signer, seal
from chalicelib.notices.evidence.summary import summarize
from chalicelib.notices.fill import language_of
from chalicelib.texts import load_words
from chalicelib.texts.plain import plain
from infra.ops.command import Refusal

_NAMED = ("case_id", "created_at", "profile_version", "head", "key_id", "key_sha256")


def make(dossier: Dossier, signer: Signer, at: datetime, language: str = "") -> bytes:
    """Return the bundle of a dossier, made at `at` (aware).

    Its summary is in the borrower's language unless another is given. Raises Refusal for a language that the
    case's rules do not speak, and for a case too large for a bundle.
    """
    case, end = dossier.case, head(chain(dossier.records))
    profile = profiles.of_version(case.profile, case.profile_version)
    language = language or language_of(case, profile)
    if language not in profile.languages:
        raise Refusal(f"There is no summary in {language!r}; choose one of {', '.join(profile.languages)}.")
    zone = zones_of(case.borrower.timezone, profile.zones)[0]
    lead, sections = summarize(dossier, end, language, zone)
    title = load_words(f"evidence/words.{language}")["title"]
    summary = draw(title, lead, sections, f"{case.id.reference}  {end}", language)
    try:
        return pack(seal(case, dossier.records, summary, at, signer))
    except NotABundle as error:
        raise Refusal(f"Case {case.id} cannot be bundled: {error}.") from error


def named(report: Report) -> dict[str, Any]:
    """Return what a machine needs of a bundle's manifest."""
    entries = report.manifest.get("counts", {}).get("entries")
    return {name: report.manifest.get(name) for name in _NAMED} | {"entries": entries}


def as_result(report: Report) -> dict[str, Any]:
    """Return what a check found, for a machine."""
    faults = [
        {"part": each.part, "says": each.says, "index": each.index, "kind": each.kind, "what": each.what}
        for each in report.faults
    ]
    first = report.first_altered
    return {
        "ok": report.ok,
        "origin_proved": report.ok and report.pinned,
        "first_altered": faults[report.faults.index(first)] if first else None,
        "faults": faults,
        **named(report),
    }


def show_built(console: Console, result: dict[str, Any]) -> None:
    """Say that a bundle was written, and what is missing in it."""
    console.print(f"{result['file']}: case {result['case_id']}, {result['entries']} entries, verified.")
    for name in ("head", "sha256", "key_sha256"):
        console.print(f"  {name:11} {result[name]}")
    for gap in result["gaps"]:
        console.print(f"  Missing or different, as the bundle itself says: {gap}")
    console.print("It holds personal data: hand it only to those entitled to it.")


def show_checked(console: Console, report: Report) -> None:
    """Say what a check found: every fault, or what is proved and what is not."""
    for fault in report.faults:
        console.print(f"✗ {plain(str(fault))}.")
    if not report.ok:
        first = report.first_altered
        console.print(f"NOT VERIFIED. First altered: {plain(str(first))}." if first else "NOT VERIFIED.")
        return
    facts = named(report)
    console.print(
        f"✓ Case {plain(facts['case_id'])}: {facts['entries']} entries, links and files are as signed."
    )
    console.print(f"  key fingerprint (SHA-256) {facts['key_sha256']}")
    if report.pinned:
        console.print("✓ Signed by the key you gave.")
    else:
        console.print(
            "Integrity only, not origin: compare the fingerprint with the one the institution publishes,"
            " or give its key with --key."
        )
