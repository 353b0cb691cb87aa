"""Each side states its case in writing, open to both."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import UNDER_WAY
from chalicelib.mediation import standing
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact

LONGEST = 4_000  # characters: two pages on a phone's reader are more than anybody reads
SIDES = (Party.BORROWER, Party.CREDITOR)


def state(
    case_id: CaseId, side: Party, text: str, ident: str, by: str, now: datetime, reference: str = ""
) -> bool:
    """Put a side's statement on record, open to both sides; a later one stands beside the earlier.

    `ident` makes a repeat one, `reference` is what its writer was told. Returns whether it is new. Raises
    NotNow unless a mediation is under way, or when a mediator would speak for a side; ValueError when the
    text is empty or too long.
    """
    if side not in SIDES:
        raise NotNow("a statement is a side's own; the mediator has none")
    said_now = text.strip()
    if not said_now or len(said_now) > LONGEST:
        raise ValueError(f"write between 1 and {LONGEST} characters")
    standing.require(cases.get(case_id), UNDER_WAY, "write here")
    detail = {"by": by, "reference": reference, "text": said_now}
    known = {name: value for name, value in detail.items() if value}
    return facts.append(Fact(case_id, FactKind.STATEMENT, now, (side.value, ident), known))


def said(case_id: CaseId, kind: FactKind) -> list[Fact]:
    """Return the statements or messages of a case, oldest first."""
    return facts.of(case_id, kind)
