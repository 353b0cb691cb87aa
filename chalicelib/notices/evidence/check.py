"""Checks a bundle offline: signature, key, entries, links, files; nothing missing, nothing added (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.notices.evidence.altered import (
    Fault,
    file_faults,
    files_named,
    is_canonical,
    line_fault,
    link_fault,
    read_json,
    told_by,
)
from chalicelib.notices.evidence.authentic import Verifies, authenticate
from chalicelib.notices.evidence.chain import head, sha256, split
from chalicelib.notices.evidence.container import pack, unpack
from chalicelib.notices.evidence.seal import (
    ENTRIES,
    HOW,
    KEY,
    MANIFEST,
    SCHEMA,
    SIGNATURE,
    SUMMARY,
)

_SEALED = (ENTRIES, KEY, SUMMARY, HOW)
_FIXED = {*_SEALED, MANIFEST, SIGNATURE}
_CONTENT = ("kind", "what", "sha256")
_TEXTS = (
    *("case_id", "reference", "profile", "profile_version", "created_at"),
    *("algorithm", "key_id", "key_sha256", "head"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found. `pinned`: the key was compared with one the checker trusts already."""

    faults: tuple[Fault, ...]
    manifest: Mapping[str, Any]
    pinned: bool

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return not self.faults

    @property
    def first_altered(self) -> Fault | None:
        """The fault of the first entry, in the order of the bundle, that is not as it was sealed."""
        found = [fault for fault in self.faults if fault.index is not None]
        return min(found, key=lambda fault: fault.index or 0, default=None)


def verify(data: bytes, verifies: Verifies, pinned: bytes | None = None) -> Report:
    """Return what holds and what does not in a bundle's bytes; raises NotABundle for what must not be opened.

    `pinned` is the public key (DER) that must have signed it. Without it the bundle's own key is used, which
    shows that nothing was changed since it was signed, not who signed it.
    """
    members = unpack(data)
    manifest = _manifest(members.get(MANIFEST, b""))
    faults = list(_faults(members, manifest, verifies, pinned))
    if pack(members) != data:
        faults.append(Fault("the zip file", "is not, byte for byte, the one its members make"))
    return Report(tuple(faults), manifest or {}, pinned is not None)


def _faults(
    members: Mapping[str, bytes], manifest: Mapping[str, Any] | None, verifies: Verifies, pinned: bytes | None
) -> Iterator[Fault]:
    lines = split(members.get(ENTRIES, b""))
    if manifest is None:
        yield Fault(MANIFEST, f"is missing or no manifest of {SCHEMA}: nothing can be held against it")
        if fault := link_fault(lines, ENTRIES):
            yield fault
        return
    faults, authentic = authenticate(members, manifest, verifies, pinned)
    yield from faults
    # What a doctored manifest says of the entries would accuse the wrong one.
    contents = manifest["contents"] if authentic else told_by(lines)
    altered = line_fault(lines, contents, ENTRIES) or link_fault(lines, ENTRIES)
    if altered:
        yield altered
    yield from file_faults(members, lines, contents)
    if authentic:
        yield from _sums(members, manifest, lines, altered is None)
    for name in sorted(members.keys() - _FIXED - files_named(lines)):
        yield Fault(name, "is named by no entry: it was added")


def _manifest(body: bytes) -> Mapping[str, Any] | None:
    """Return the manifest when it has the form this version writes, byte for byte, else None."""
    found = read_json(body)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA or not is_canonical(found, body):
        return None
    contents, members, counts = (found.get(name) for name in ("contents", "members", "counts"))
    if not (isinstance(contents, list) and isinstance(members, dict) and isinstance(counts, dict)):
        return None
    told = [entry.get(name) if isinstance(entry, dict) else None for entry in contents for name in _CONTENT]
    told += [found.get(name) for name in _TEXTS]
    return found if all(isinstance(text, str) for text in told) else None


def _sums(
    members: Mapping[str, bytes], manifest: Mapping[str, Any], lines: list[bytes], whole: bool
) -> Iterator[Fault]:
    """The members and numbers that the manifest names; `whole`: no entry was found altered so far."""
    for name in _SEALED:
        if name not in members:
            yield Fault(name, "is missing")
        elif sha256(members[name]) != manifest["members"].get(name) and (name != ENTRIES or whole):
            yield Fault(name, "was altered")
    files = len(files_named(lines))
    if whole and (manifest["head"], manifest["counts"].get("entries")) != (head(lines), len(lines)):
        yield Fault(MANIFEST, "names another head or number of entries than the chain has")
    if whole and manifest["counts"].get("files") != files:
        yield Fault(MANIFEST, f"names another number of files than the entries, which name {files}")
