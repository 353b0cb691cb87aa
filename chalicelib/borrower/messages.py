"""What was sent to a borrower: each message, what became of it, and the very text that is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId, notice_id
from chalicelib.notices.state import notice_states
from chalicelib.store.archive import Archive
from chalicelib.store.facts import Fact

_SENDS = (FactKind.SENT, FactKind.FAILED, FactKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Sent:
    """One message: its notice's id, step and channel, when (UTC), and its state (notices.state).

    `digest` names the text as kept, `pages` a letter's PDF; either is empty when none is.
    """

    id: str
    step: str
    channel: str
    at: datetime
    state: str
    digest: str
    pages: str


def sent_messages(case_id: CaseId, facts: Sequence[Fact]) -> list[Sent]:
    """Return a case's messages, the newest first; a channel refused and tried again is one message (pure)."""
    states = notice_states((), facts)
    last = {fact.which[:2]: fact for fact in facts if fact.kind in _SENDS}
    found = [_sent(case_id, fact, states["#".join(which)]) for which, fact in last.items()]
    return sorted(found, key=lambda each: each.at, reverse=True)


def message(case_id: CaseId, facts: Sequence[Fact], wanted: str) -> Sent:
    """Return one of the case's messages by its notice's id; raises NotFound for any other."""
    for each in sent_messages(case_id, facts):
        if each.id == wanted:
            return each
    raise NotFound(f"no message {wanted} in case {case_id}")


def kept_text(archive: Archive, case_id: CaseId, sent: Sent) -> dict[str, Any]:
    """Return `subject` and `text` as they left; raises NotFound when it is not known which text it was."""
    if not sent.digest:
        raise NotFound(f"the text of {sent.id} is not on record")
    kept: dict[str, Any] = json.loads(
        archive.get(f"cases/{case_id}/notices/{sent.id}-{sent.digest[:16]}.json")
    )
    return kept


def letter(archive: Archive, case_id: CaseId, sent: Sent) -> bytes:
    """Return a letter's pages as they were printed (PDF); raises NotFound for what was no letter."""
    if not sent.pages:
        raise NotFound(f"{sent.id} is no letter")
    return archive.get(f"cases/{case_id}/letters/{sent.id}-{sent.pages[:16]}.pdf")


def _sent(case_id: CaseId, fact: Fact, state: str) -> Sent:
    step, channel = fact.which[:2]
    digest, pages = (str(fact.detail.get(name, "")) for name in ("digest", "pages"))
    return Sent(notice_id(case_id, step, channel), step, channel, fact.at, state, digest, pages)
