"""Collects what is on record about a case, in the order in which its evidence tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import InvalidProfile, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import OF_SESSIONS
from chalicelib.domain.moments import stamp
from chalicelib.notices.evidence.chain import Record, canonical
from chalicelib.notices.evidence.documents import documents, gap
from chalicelib.store import cases, events, lenders, timeline
from chalicelib.store.archive import Archive
from chalicelib.store.facts import Fact
from chalicelib.texts import load_words

# Keyed hashes mean nothing to a reader; claims have records of their own.
_LEFT_OUT = {"factor", "person", "claims"}


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case with all that is on record about it; `timeline` holds each fact with its record's index."""

    case: Case
    records: tuple[Record, ...]
    timeline: tuple[tuple[int, Fact], ...]

    def first(self, kind: str) -> Record | None:
        """Return the first record of a kind, or None."""
        return next((record for record in self.records if record.kind == kind), None)

    def each(self, kind: str) -> list[tuple[int, Record]]:
        """Return the records of a kind with their indexes."""
        return [(index, record) for index, record in enumerate(self.records) if record.kind == kind]


def collect(case_id: CaseId, archive: Archive) -> Dossier:
    """Return all that is on record; what should be and is not becomes a record too, of kind GAP.

    What was said in a session is left out, whoever the bundle is for (invariant 24): that sessions were held
    is told, not why one was adjourned. The same state of the case gives the same records. Raises NotFound
    when there is no such case.
    """
    case = cases.get(case_id)
    facts = [_without_talk(fact) for fact in timeline.of(case) if fact.kind not in OF_SESSIONS]
    ground = [*_ground(case), *_templates(facts), *_events(facts)]
    told = [Record(fact.kind.value, " ".join(fact.which), fact.detail, fact.at) for fact in facts]
    rest = [*_attempts(case), *documents(case, facts, archive)]
    numbered = tuple(enumerate(facts, start=len(ground)))
    return Dossier(case, (*ground, *told, *rest), numbered)


def _without_talk(fact: Fact) -> Fact:
    if fact.kind != FactKind.SESSION:
        return fact
    return replace(fact, detail={name: said for name, said in fact.detail.items() if name != "reason"})


def profile_data(jurisdiction: str, version: str) -> dict[str, Any]:
    """Return one version of a profile as the data it is kept as; raises InvalidProfile when there is none."""
    path = Path(profiles.__file__).parent / f"{jurisdiction.lower()}.json"
    kept: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["versions"]
    for data in kept:
        if data["version"] == version:
            return data
    raise InvalidProfile(f"no profile version {version!r}")


def _ground(case: Case) -> Iterator[Record]:
    """What the case rests on: its head, its lender's words, its rules."""
    yield Record("CASE", str(case.id), {"reference": case.id.reference, **as_json(case)})
    try:
        lender = lenders.get(case.lender)
        said = {"profile": lender.profile, "live": lender.live, "settings": dict(lender.settings)}
        yield Record("LENDER", lender.id, said)
    except NotFound:
        yield gap(f"lender {case.lender}", "NOT_KEPT")
    version = case.profile_version
    body = canonical(profile_data(case.profile, version))
    yield Record("PROFILE", version, path=f"files/profile/{version}.json", body=body)


def _templates(facts: list[Fact]) -> Iterator[Record]:
    """Each template a message was made from, with the hash that its version is recorded under."""
    for template in sorted({str(fact.detail["template"]) for fact in facts if "template" in fact.detail}):
        profile, _, named = template.partition("/")
        name, _, version = named.partition("@")
        kept = load_words(f"{profile}/versions").get(name, {})
        if str(kept.get("version")) == version:
            yield Record("TEMPLATE", template, {"source_sha256": kept["sha256"]})
        else:  # a later version took its place; the message itself is kept as it was sent
            yield gap(f"template {template}", "NOT_KEPT")


def _events(facts: list[Fact]) -> Iterator[Record]:
    """The lender's events that restated the balance, as they came in."""
    references = [fact.which[0] for fact in facts if fact.kind == FactKind.BALANCE and fact.which]
    for reference in dict.fromkeys(references):
        try:
            taken = events.get(reference)
        except NotFound:
            yield gap(f"event {reference}", "NOT_KEPT")
            continue
        detail = {"event_id": taken.event_id, "type": taken.type, "lender": taken.lender}
        path = f"files/events/{reference}.json"
        yield Record("EVENT", reference, detail, taken.received_at, path, taken.body.encode())


def _attempts(case: Case) -> Iterator[Record]:
    """Who took the right to send which message, and when: `{attempt}@{epoch second}` on the case's head."""
    for key, value in sorted(case.claims.items()):
        _, _, epoch = value.rpartition("@")
        at = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else None
        yield Record("ATTEMPT", key.replace("#", " "), {"claim": value}, at)


def as_json(value: Any) -> Any:
    """Return a value of the domain as JSON has it: moments as stamps, sets sorted, keyed hashes left out."""
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, CaseId):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [as_json(each) for each in value]
    if is_dataclass(value):
        kept = [each.name for each in fields(value) if each.name not in _LEFT_OUT]
        return {name: as_json(getattr(value, name)) for name in kept}
    return value
