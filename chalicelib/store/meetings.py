"""Meetings on a case's timeline: each word about one is a fact, and the latest stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from chalicelib.domain.codes import FactKind, Mode
from chalicelib.domain.keys import CaseId
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import facts
from chalicelib.store.facts import Fact


def append(case_id: CaseId, meeting: Meeting, now: datetime) -> bool:
    """Put a word about a meeting on record; returns whether it is new (number and sequence name it)."""
    return facts.append(fact_of(case_id, meeting, now))


def fact_of(case_id: CaseId, meeting: Meeting, now: datetime) -> Fact:
    """Return the fact that a word about a meeting is, for a write together with others."""
    which = (f"{meeting.number:02d}", f"{meeting.sequence:04d}")
    detail = asdict(meeting) | {"at": stamp(meeting.at), "mode": meeting.mode.value}
    return Fact(case_id, FactKind.MEETING, now, which, detail)


def get(case_id: CaseId) -> Meeting | None:
    """Return the case's latest meeting as it now stands, or None."""
    return latest(facts.of(case_id, FactKind.MEETING))


def latest(found: Iterable[Fact]) -> Meeting | None:
    """Return the latest meeting among a case's facts as it now stands: the highest sequence wins (pure)."""
    meetings = [_read(fact.detail) for fact in found if fact.kind == FactKind.MEETING]
    return max(meetings, key=lambda each: (each.number, each.sequence), default=None)


def _read(detail: Any) -> Meeting:
    at, mode, parties = from_stamp(detail["at"]), Mode(detail["mode"]), tuple(detail["parties"])
    return Meeting(**{**detail, "at": at, "mode": mode, "parties": parties})
