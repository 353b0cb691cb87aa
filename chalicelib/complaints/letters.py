"""Which letters a stranger is owed, and what became of each, by the steps of his complaint (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.complaints.tell import ACKNOWLEDGEMENT, EXTENSION, LATE, REVIEW, of_decision
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.complaint import UNDECIDED, Complaint
from chalicelib.domain.complaint_clock import Clock
from chalicelib.store.complaint_steps import Step

LEASE = timedelta(seconds=90)
"""As for every send (notices/send.py): past it, whoever claimed a letter cannot be sending it any more."""
USEFUL = timedelta(days=7)
"""A letter that could not leave for so long is for staff to write (*policy*)."""
TELLING, TOLD, PUT_OFF, NOT_TOLD, TOLD_UNKNOWN = "TELLING", "TOLD", "PUT_OFF", "NOT_TOLD", "TOLD_UNKNOWN"
"""The steps of a letter: claimed, taken by the provider, given back by him, surely not sent, in doubt."""
_CHINESE_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9][0-9]{9})")
_ANSWERED = (Clock.DECIDE.value, Clock.REVIEW.value)


class State(StrEnum):
    """What became of a letter."""

    OPEN = "OPEN"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


_BECOMES = {
    TELLING: State.SENDING,
    TOLD: State.SENT,
    PUT_OFF: State.OPEN,
    NOT_TOLD: State.FAILED,
    TOLD_UNKNOWN: State.UNKNOWN,
}
OF_LETTERS = frozenset(_BECOMES)
BY_HAND = frozenset({State.FAILED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter that fell due at `due`; each extension has its own (`round`). `at`: its last step."""

    kind: str
    round: int
    due: datetime
    state: State = State.OPEN
    at: datetime | None = None
    tries: int = 0
    attempt: str = ""


def way_to(contact: str) -> tuple[ChannelName, str] | None:
    """Return how a stranger is reached over what he gave; None when only by post or by telephone.

    *Policy*: texts go to Chinese mobiles alone, since anybody may type any number into that form.
    """
    if "@" in contact:
        return ChannelName.EMAIL, contact
    mobile = _CHINESE_MOBILE.fullmatch(contact)
    return (ChannelName.SMS, f"+86{mobile[1]}") if mobile else None


def letters(found: Complaint, steps: Iterable[Step]) -> list[Letter]:
    """Return every letter that is owed where a stranger's complaint stands, with what became of it."""
    taken = list(steps)
    return [_as_it_stands(kind, count, due, taken) for kind, count, due in _owed(found, taken)]


def by_hand(found: Complaint, steps: Iterable[Step]) -> list[Letter]:
    """Return the letters that staff have to see to themselves."""
    if found.case_id is not None:
        return []
    reachable = way_to(found.contact) is not None
    owed = letters(found, steps)
    return [each for each in owed if each.state in BY_HAND or not (reachable or each.state == State.SENT)]


def _owed(found: Complaint, steps: list[Step]) -> list[tuple[str, int, datetime]]:
    owed: list[tuple[str, int, datetime]] = []
    undecided = found.status in UNDECIDED
    if found.acknowledged_at and undecided:
        owed.append((ACKNOWLEDGEMENT, 0, found.acknowledged_at))
    extended = [step.at for step in steps if step.name == "EXTENDED"]
    if extended and undecided:
        owed.append((EXTENSION, found.extensions, extended[-1]))
    late = [step.at for step in steps if step.name == "LATE" and step.detail.get("clock") in _ANSWERED]
    if late and found.is_open and not found.final:
        owed.append((LATE, found.extensions, late[0]))
    if found.reviewed:
        owed.append((REVIEW, 0, found.reviewed.at))
    elif found.decision:
        owed.append((of_decision(found), 0, found.decision.at))
    return owed


def _as_it_stands(kind: str, count: int, due: datetime, steps: list[Step]) -> Letter:
    own = [step for step in steps if step.name in _BECOMES]
    own = [step for step in own if (step.detail["letter"], int(step.detail["round"])) == (kind, count)]
    if not own:
        return Letter(kind, count, due)
    claims = [step for step in own if step.name == TELLING]
    attempt = str(claims[-1].detail["attempt"]) if claims else ""
    return Letter(kind, count, due, _BECOMES[own[-1].name], own[-1].at, len(claims), attempt)
