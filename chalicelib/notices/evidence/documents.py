"""What the archive keeps of a case, each held against what the timeline says of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from fnmatch import filter as matching
from pathlib import PurePosixPath

from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.keys import notice_id
from chalicelib.notices.evidence.chain import Record, sha256
from chalicelib.store.archive import Archive
from chalicelib.store.facts import Fact

_SHOWN = 16  # hex digits of a hash in the name of a notice or a letter
_KINDS = {"notices": "NOTICE", "letters": "LETTER", "receipts": "RECEIPT_BODY"}


def gap(of: str, why: str) -> Record:
    """Return the record of something that is missing (NOT_KEPT) or not what it should be (DIGEST_DIFFERS)."""
    return Record("GAP", of, {"why": why})


def documents(case: Case, facts: Sequence[Fact], archive: Archive) -> Iterator[Record]:
    """Yield every object the archive keeps of a case, and a GAP for each that fails what is known of it.

    A message is kept before its send is claimed, so each one claimed must be there, a sent one with the
    digest that was written down when it left; a letter needs its pages, a receipt on the timeline its bytes.
    A message that was written and then not sent, because the case changed under its sender's hands, is
    enclosed like any other, without a moment.
    """
    names, digests = _names(case, facts), {_kept_as(fact): fact.detail["digest"] for fact in _sent(facts)}
    prefix, found = f"cases/{case.id}/", list[str]()
    for key in archive.keys(prefix):
        name, body = key.removeprefix(prefix), archive.get(key)
        path = PurePosixPath(name)
        found.append(name)
        kind, what = _KINDS.get(path.parts[0], "DOCUMENT"), names.get(_ident(path), path.stem)
        yield Record(kind, what, {}, _told(path, facts), f"files/{name}", body)
        if not _is_whole(path, body, digests.get(name)):
            yield gap(name, "DIGEST_DIFFERS")
    for expected in _expected(case, facts):
        if not matching(found, expected):
            yield gap(expected, "NOT_KEPT")


def _sent(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield the facts that say which message left, or was refused: the digest is of its very words."""
    kinds, known = (FactKind.SENT, FactKind.FAILED), {"notice_id", "digest"}
    return (fact for fact in facts if fact.kind in kinds and known <= fact.detail.keys())


def _kept_as(fact: Fact) -> str:
    return f"notices/{fact.detail['notice_id']}-{fact.detail['digest'][:_SHOWN]}.json"


def _names(case: Case, facts: Sequence[Fact]) -> dict[str, str]:
    """Return step and channel of each notice of the case, by its id."""
    steps = {fact.which[:2] for fact in facts if fact.kind != FactKind.BALANCE and len(fact.which) >= 2}
    steps |= {tuple(key.split("#")) for key in case.claims}
    return {notice_id(case.id, step, channel): f"{step} {channel}" for step, channel in steps}


def _expected(case: Case, facts: Sequence[Fact]) -> list[str]:
    """Return the name of each document that must be kept, `*` for the part of it that is not on record."""
    names = {_kept_as(fact) for fact in _sent(facts)}
    known = {fact.which for fact in _sent(facts)}
    sends = {fact.which for fact in facts if fact.kind in (FactKind.SENT, FactKind.FAILED)}
    for step, channel in sends | {tuple(key.split("#")) for key in case.claims}:
        ident = notice_id(case.id, step, channel)
        if (step, channel) not in known:
            names.add(f"notices/{ident}-*.json")
        if channel == ChannelName.LETTER:
            names.add(f"letters/{ident}-*.pdf")
    receipts = (fact.detail.get("raw") for fact in facts if fact.kind == FactKind.RECEIPT)
    names |= {f"receipts/{raw}.json" for raw in receipts if raw}
    seals = [fact for fact in facts if fact.kind == FactKind.SEAL]
    return sorted(names | {f"agreements/{each}.pdf" for fact in seals for each in _sealed(fact)})


def _sealed(seal: Fact) -> tuple[str, str]:
    """Return the names of the text that was sealed and of its certificate."""
    return seal.which[0], str(seal.detail["certificate"])


def _ident(path: PurePosixPath) -> str:
    """Return what a document is named after: a notice's id, or for what has no notice its whole name."""
    return path.stem.partition("-")[0] if path.parts[0] in ("notices", "letters") else path.stem


def _is_whole(path: PurePosixPath, body: bytes, sent: str | None) -> bool:
    """Whether an object is what its name says, and what was `sent` under that name if anything was."""
    named = path.stem.rpartition("-")[2]
    match path.parts[0]:
        case "receipts" | "agreements":
            return sha256(body) == path.stem
        case "letters":
            return sha256(body)[:_SHOWN] == named
        case "notices":
            digest = _digest(body)
            return digest[:_SHOWN] == named and digest == (sent or digest)
    return True


def _digest(body: bytes) -> str:
    """Return the digest of the words in a kept notice, or nothing when it does not hold its own."""
    try:
        kept = json.loads(body)
        said = "".join(f"{kept[part]}\0" for part in ("subject", "text", "html"))
        digest = sha256(said.encode())
        return digest if kept["digest"] == digest else ""
    except (ValueError, KeyError, TypeError):
        return ""


def _told(path: PurePosixPath, facts: Sequence[Fact]) -> datetime | None:
    """Return the moment of the first fact that names this document, or None."""
    name = str(path)
    if path.parts[0] == "notices":
        return next((fact.at for fact in _sent(facts) if _kept_as(fact) == name), None)
    return next((fact.at for fact in facts if _ident(path) in fact.detail.values()), None)
