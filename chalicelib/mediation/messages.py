"""A mediation in writing: what its mediator and the two sides write to each other in the case."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import may_write
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact

LONGEST = 1_500  # characters: at five bytes each, quotation marks, a page of one is still within 14 KB


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
