"""A mediation in writing: what its mediator and the two sides write to each other in the case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import may_write
from chalicelib.mediation.tell import tell
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

LONGEST = 1_500  # characters: at five bytes each, quotation marks, a page of one is still within 14 KB

NEWS = "mediation_message"
_QUIET = timedelta(hours=1)
"""Policy: nobody is told of messages more often."""


def write(
    case_id: CaseId, party: Party, text: str, ident: str, by: str, now: datetime, reference: str = ""
) -> bool:
    """Put a message on record, for the mediator and the two sides alone (invariant 24).

    `ident` makes a repeat one, `reference` is what the borrower was told. Returns whether it is new. Raises
    NotNow unless a mediator is at work on the case; ValueError when the text is empty or too long.
    """
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise ValueError(f"write between 1 and {LONGEST} characters")
    if not may_write(cases.get(case_id)):
        raise NotNow("no mediation is under way, or nobody mediates it yet; messages wait for its mediator")
    detail = {"by": by, "reference": reference} if reference else {"by": by}
    return facts.append(Fact(case_id, FactKind.MESSAGE, now, (party.value, ident), {**detail, "text": said}))


def tell_of(case: Case, ident: str, timers: Timers) -> None:
    """Tell the borrower that a message waits for him, and nothing of what it says.

    He is told of the first and then of none that comes within the hour; a repeat starts nothing, and makes up
    for a death before.
    """
    told = _told(facts.of(case.id, FactKind.MESSAGE))
    for number, first in enumerate(told, 1):
        if first.which[1] == ident:
            tell(case, f"{NEWS}-{number}", timers, first.at)


def last_notice(case: Case) -> tuple[str, datetime] | None:
    """Return the name of the notice that tells of messages last and when it fell due, or None.

    The record alone says so, whether or not it was ever set going; those before it are overtaken.
    """
    told = _told(facts.of(case.id, FactKind.MESSAGE)) if may_write(case) else []
    return (f"{NEWS}-{len(told)}", told[-1].at) if told else None


def is_needless(case: Case, step: str) -> bool:
    """Whether a later notice of messages has overtaken this one, which still waits to leave."""
    name, _, number = step.partition("-")
    return name == NEWS and len(_told(facts.of(case.id, FactKind.MESSAGE))) > int(number)


def _told(found: Sequence[Fact]) -> list[Fact]:
    """Return the messages of others that the borrower is told of, in order."""
    told: list[Fact] = []
    for fact in found:
        if fact.which[0] != Party.BORROWER and (not told or fact.at >= told[-1].at + _QUIET):
            told.append(fact)
    return told
