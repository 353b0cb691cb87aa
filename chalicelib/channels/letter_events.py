"""What a print house tells of its letters: NDJSON files read into typed events, line by line (pure)."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp

SCHEMA = "accord.letter-event.v1"
MAX_BYTES = 4 * 1024 * 1024
MAX_ROWS = 200  # each costs several calls, and all are told within one invocation
_MAX_LINE = 2_048  # bytes
_NOTICE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CASE_ID = re.compile(r"[a-z2-7]{20}-[0-9]{1,9}", re.ASCII)
_STEP = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class PrintStatus(StrEnum):
    """How far a letter came; FAILED could not be printed."""

    PRINTED = "PRINTED"
    DISPATCHED = "DISPATCHED"
    DELIVERED = "DELIVERED"
    RETURNED = "RETURNED"
    FAILED = "FAILED"


class ReturnReason(StrEnum):
    """Why a letter came back; whichever it is, the address is dead."""

    MOVED = "MOVED"
    UNKNOWN = "UNKNOWN"
    REFUSED = "REFUSED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class PrintEvent:
    """One event of one letter; `at` is when it happened (UTC), `reason` is there for RETURNED alone."""

    notice_id: str
    case_id: CaseId
    step: str
    status: PrintStatus
    at: datetime
    reason: ReturnReason | None = None

    def body(self) -> str:
        """Return the event as a message of the receipts' queue (channels/receipts.py reads it)."""
        detail = {
            "status": self.status,
            "case_id": str(self.case_id),
            "step": self.step,
            "message_id": self.notice_id,
            "at": stamp(self.at),
            "reason": self.reason or "",
        }
        return json.dumps({"source": "accord.letter", "detail": detail})


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line (from 1; 0: the whole file) that is no event, and why; it quotes nothing of the line."""

    line: int
    reason: str


def print_events(body: bytes) -> tuple[list[PrintEvent], list[Rejected]]:
    """Return the events of an NDJSON file (UTF-8) and every line that is none; blank lines are skipped.

    A file of more than MAX_BYTES or MAX_ROWS is rejected as a whole, so that none of it is taken unseen.
    """
    rows = body.removeprefix(b"\xef\xbb\xbf").splitlines()
    if len(body) > MAX_BYTES or len(rows) > MAX_ROWS:
        return [], [Rejected(0, f"a file has at most {MAX_ROWS} lines and {MAX_BYTES} bytes")]
    events: list[PrintEvent] = []
    rejected: list[Rejected] = []
    for number, row in enumerate(rows, 1):
        if row.strip():
            try:
                events.append(_event(row))
            except (ValueError, RecursionError) as error:
                reason = (
                    str(error) if isinstance(error, _Fault) else "the line must be one JSON object in UTF-8"
                )
                rejected.append(Rejected(number, reason))
    return events, rejected


class _Fault(ValueError):
    """What to change in a line."""


def _event(row: bytes) -> PrintEvent:
    if len(row) > _MAX_LINE:
        raise _Fault(f"a line has at most {_MAX_LINE} bytes")
    raw = json.loads(row.decode())
    if not isinstance(raw, dict):
        raise _Fault("the line must be one JSON object in UTF-8")
    if raw.get("schema") != SCHEMA:
        raise _Fault(f"schema must be {SCHEMA}")
    status = PrintStatus(_one_of(raw, "status", PrintStatus))
    reason = ReturnReason(_one_of(raw, "reason", ReturnReason)) if status == PrintStatus.RETURNED else None
    return PrintEvent(
        notice_id=_matching(raw, "notice_id", _NOTICE_ID),
        case_id=CaseId.parse(_matching(raw, "case_id", _CASE_ID)),
        step=_matching(raw, "step", _STEP),
        status=status,
        at=_moment(raw),
        reason=reason,
    )


def _matching(raw: dict[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _Fault(f"{name} must be the one of the manifest")
    return value


def _one_of(raw: dict[str, Any], name: str, words: type[StrEnum]) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or value not in set(words):
        raise _Fault(f"{name} must be one of {', '.join(words)}")
    return value


def _moment(raw: dict[str, Any]) -> datetime:
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(str(raw.get("at")))
        if moment.tzinfo:
            return moment.astimezone(UTC)
    raise _Fault("at must be a moment with its offset, as 2026-11-23T08:00:00Z")
