"""What a borrower sent: each act of his own with its reference, in his own words (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.store.facts import Fact

JOURNEYS = {
    FactKind.FEEDBACK: "feedback",
    FactKind.APPLICATION: "apply",
    FactKind.DISPUTE: "dispute",
    FactKind.COMPLAINT: "complain",
    FactKind.QUESTION: "ask",
    FactKind.RESCHEDULE: "reschedule",
    FactKind.RENEGOTIATION: "renegotiate",
    FactKind.WITHDRAWN: "withdraw",
    FactKind.PREFERENCE: "contact",
    FactKind.SIGN_UP: "sign_up",
    FactKind.SURVEY: "survey",
    FactKind.STATEMENT: "statement",
    FactKind.COMMENT: "comment",
    FactKind.UNSIGNED: "decline",
    FactKind.OBJECTION: "object",
    FactKind.MESSAGE: "message",
}
"""Which journey asked for what a kind of fact records."""


def submissions(facts: Sequence[Fact]) -> list[Fact]:
    """Return what was sent under a reference, the newest first."""
    own = [fact for fact in facts if fact.kind in JOURNEYS and fact.detail.get("reference")]
    return sorted(own, key=lambda fact: fact.at, reverse=True)


def submission(facts: Sequence[Fact], reference: str) -> Fact:
    """Return what was sent under a reference; raises NotFound when this case has none of it."""
    for fact in submissions(facts):
        if fact.detail["reference"] == reference:
            return fact
    raise NotFound("no such submission in this case")
