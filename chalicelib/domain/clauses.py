"""The clause library: which clauses an agreement has, by its profile and by what was agreed (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.agreement import Effect
from chalicelib.domain.arrangement import Arrangement
from chalicelib.domain.profile import Profile

CLAUSES_VERSION = 1
"""Of the words in texts/agreement; a draft says which it was made with."""


class Heading(StrEnum):
    """The parts of an agreement, in order (People's Mediation Law art. 29: parties; facts, issues and
    responsibility; content, manner and time limit)."""

    PARTIES = "PARTIES"
    FACTS = "FACTS"
    ISSUES = "ISSUES"
    CONTENT = "CONTENT"
    DUTIES = "DUTIES"
    BREACH = "BREACH"
    CHANGE = "CHANGE"
    CONFIDENTIALITY = "CONFIDENTIALITY"
    VOLUNTARY = "VOLUNTARY"
    EFFECT = "EFFECT"
    ROUTES = "ROUTES"
    TEXT = "TEXT"


class Clause(StrEnum):
    """A clause of the library; texts/agreement has its words in each language."""

    PARTIES = "PARTIES"
    LOAN = "LOAN"
    AMOUNT = "AMOUNT"
    AGREED_FACTS = "AGREED_FACTS"
    RESPONSIBILITY = "RESPONSIBILITY"
    ISSUES = "ISSUES"
    TOTAL = "TOTAL"
    WAIVER = "WAIVER"
    INTEREST = "INTEREST"
    PAY_ONCE = "PAY_ONCE"
    PAY_MONTHLY = "PAY_MONTHLY"
    SCHEDULE = "SCHEDULE"
    MANNER = "MANNER"
    PAYMENTS_SINCE = "PAYMENTS_SINCE"
    NOTHING_MORE = "NOTHING_MORE"
    SPECIAL = "SPECIAL"
    BORROWER_DUTIES = "BORROWER_DUTIES"
    CREDITOR_DUTIES = "CREDITOR_DUTIES"
    MEDIATOR_DUTIES = "MEDIATOR_DUTIES"
    GRACE = "GRACE"
    BREACH = "BREACH"
    WAIVER_LAPSES = "WAIVER_LAPSES"
    CREDITOR_BREACH = "CREDITOR_BREACH"
    RENEGOTIATION = "RENEGOTIATION"
    CONFIDENTIALITY = "CONFIDENTIALITY"
    VOLUNTARY = "VOLUNTARY"
    EFFECT_SEALED = "EFFECT_SEALED"
    EFFECT_SIGNED = "EFFECT_SIGNED"
    COURT_CONFIRMATION = "COURT_CONFIRMATION"
    COMPLAINTS = "COMPLAINTS"
    COURT = "COURT"
    ONE_LANGUAGE = "ONE_LANGUAGE"
    TWO_LANGUAGES = "TWO_LANGUAGES"
    COPIES = "COPIES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The `number`-th draft of an agreement: what is agreed, and what the library cannot know.

    Of its `languages` the first prevails. `issues` says what was in dispute, `special` what else was agreed,
    each in every language or not at all. `by` is who wrote it (his id), `mediator` who chairs, by name;
    `approved_by` is the second person, where more is waived than one may waive alone.
    """

    number: int
    arrangement: Arrangement
    languages: tuple[str, ...]
    mediator: str
    by: str
    at: datetime
    issues: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, str] = field(default_factory=dict)
    clauses: int = CLAUSES_VERSION
    approved_by: str = ""

    def __post_init__(self) -> None:
        for words in (self.issues, self.special):
            if words and set(words) != set(self.languages):
                raise ValueError(f"free words must be given in each of {', '.join(self.languages)}")


def chosen(draft: Draft, profile: Profile) -> dict[Heading, tuple[Clause, ...]]:
    """Return the clauses of an agreement under their headings, in order."""
    found, once = draft.arrangement, draft.arrangement.plan.is_lump_sum
    sealed = profile.agreement_effect.on == Effect.SEALED
    held = {
        Clause.ISSUES: bool(draft.issues),
        Clause.WAIVER: bool(found.waived.total),
        Clause.WAIVER_LAPSES: bool(found.waived.total),
        Clause.INTEREST: found.interest > 0,
        Clause.PAY_ONCE: once,
        Clause.PAY_MONTHLY: not once,
        Clause.SPECIAL: bool(draft.special),
        Clause.EFFECT_SEALED: sealed,
        Clause.EFFECT_SIGNED: not sealed,
        Clause.COURT_CONFIRMATION: "court_confirmation" in profile.terms,
        Clause.ONE_LANGUAGE: len(draft.languages) == 1,
        Clause.TWO_LANGUAGES: len(draft.languages) > 1,
    }
    return {
        heading: tuple(clause for clause in clauses if held.get(clause, True))
        for heading, clauses in _LIBRARY.items()
    }


_LIBRARY: Mapping[Heading, tuple[Clause, ...]] = {
    Heading.PARTIES: (Clause.PARTIES,),
    Heading.FACTS: (Clause.LOAN, Clause.AMOUNT, Clause.AGREED_FACTS),
    Heading.ISSUES: (Clause.ISSUES, Clause.RESPONSIBILITY),
    Heading.CONTENT: (
        *(Clause.TOTAL, Clause.WAIVER, Clause.INTEREST, Clause.PAY_ONCE, Clause.PAY_MONTHLY),
        *(Clause.SCHEDULE, Clause.MANNER, Clause.PAYMENTS_SINCE, Clause.NOTHING_MORE, Clause.SPECIAL),
    ),
    Heading.DUTIES: (Clause.BORROWER_DUTIES, Clause.CREDITOR_DUTIES, Clause.MEDIATOR_DUTIES),
    Heading.BREACH: (Clause.GRACE, Clause.BREACH, Clause.WAIVER_LAPSES, Clause.CREDITOR_BREACH),
    Heading.CHANGE: (Clause.RENEGOTIATION,),
    Heading.CONFIDENTIALITY: (Clause.CONFIDENTIALITY,),
    Heading.VOLUNTARY: (Clause.VOLUNTARY,),
    Heading.EFFECT: (Clause.EFFECT_SEALED, Clause.EFFECT_SIGNED, Clause.COURT_CONFIRMATION),
    Heading.ROUTES: (Clause.COMPLAINTS, Clause.COURT),
    Heading.TEXT: (Clause.ONE_LANGUAGE, Clause.TWO_LANGUAGES, Clause.COPIES),
}
