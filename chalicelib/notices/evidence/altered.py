"""Finds which entries and files of a bundle are not those that were sealed (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.notices.evidence.chain import GENESIS, canonical, sha256


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold: `part` is the member it is about, `index` the entry when there is one."""

    part: str
    says: str
    index: int | None = None
    kind: str = ""
    what: str = ""

    def __str__(self) -> str:
        named = ", ".join(part for part in (self.kind, self.what) if part)
        entry = "" if self.index is None else f"entry {self.index} ({named}): "
        return f"{entry}{self.part} {self.says}"


def read_json(body: bytes) -> Any:
    """Return what some bytes hold as JSON, None when they are none; never raises, whatever they are."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def is_canonical(value: Any, body: bytes) -> bool:
    """Whether some bytes are the one form of a JSON value; never raises."""
    try:
        return canonical(value) == body
    except (ValueError, RecursionError):
        return False


def entry_of(line: bytes) -> Mapping[str, Any]:
    """Return the entry in a line, empty when it holds none."""
    entry = read_json(line)
    return entry if isinstance(entry, dict) else {}


def told_by(lines: Sequence[bytes]) -> list[dict[str, str]]:
    """Return contents as the lines themselves tell them, for when no sealed ones can be believed."""
    found = [(entry_of(line), sha256(line)) for line in lines]
    return [
        {"kind": str(entry.get("kind", "?")), "what": str(entry.get("what", "?")), "sha256": digest}
        for entry, digest in found
    ]


def line_fault(lines: Sequence[bytes], contents: Sequence[Mapping[str, str]], part: str) -> Fault | None:
    """Return the first entry of the sealed `contents` whose line is not in its place, or None.

    Each line is held against its own sealed hash, not only against its neighbour: a doctored entry is named
    even when every link after it was made to fit again.
    """
    have, wanted = [sha256(line) for line in lines], [entry["sha256"] for entry in contents]
    index = next((i for i, (a, b) in enumerate(zip(have, wanted, strict=False)) if a != b), None)
    if index is None and len(have) == len(wanted):
        return None
    if index is None:
        index = min(len(have), len(wanted))
    if index == len(wanted):
        contents = told_by(lines)
        says = "holds this entry, which was added after the bundle was sealed"
    else:
        says = _said(have, wanted, index)
    return Fault(part, says, index, contents[index]["kind"], contents[index]["what"])


def _said(have: Sequence[str], wanted: Sequence[str], index: int) -> str:
    if wanted[index] in have:
        line = have.index(wanted[index])
        return f"has it as line {line}, out of its place: what stands there was moved or added"
    if index == len(have) or have[index] in wanted:
        return "lacks it: this entry was taken out"
    return "holds another line in its place: this entry was altered or replaced"


def link_fault(lines: Sequence[bytes], part: str) -> Fault | None:
    """Return the first entry that does not carry its own number and the hash of the line before, or None."""
    previous = GENESIS
    for index, line in enumerate(lines):
        entry = entry_of(line)
        if entry.get("previous") != previous or entry.get("index") != index:
            says = "breaks the chain here: this entry or the one before it was altered"
            told = told_by(lines)[index]
            return Fault(part, says, index, told["kind"], told["what"])
        previous = sha256(line)
    return None


def file_faults(
    members: Mapping[str, bytes], lines: Sequence[bytes], contents: Sequence[Mapping[str, str]]
) -> Iterator[Fault]:
    """Yield a fault for each file that is not the one its entry names; only sealed lines are believed."""
    places = {entry["sha256"]: index for index, entry in enumerate(contents)}
    for line in lines:
        index, entry = places.get(sha256(line)), entry_of(line)
        path = entry.get("file")
        if index is None or not isinstance(path, str):
            continue
        body = members.get(path)
        if body is None:
            says = "is missing"
        elif sha256(body) != entry.get("sha256"):
            says = "was altered or exchanged"
        else:
            continue
        yield Fault(path, says, index, contents[index]["kind"], contents[index]["what"])


def files_named(lines: Sequence[bytes]) -> set[str]:
    """Return the paths of all files that lines name, sealed or not."""
    return {str(path) for line in lines if (path := entry_of(line).get("file"))}
