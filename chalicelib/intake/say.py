"""A word of the lender's is put where it belongs: on the loan's case, or kept for one that is to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.said import Loan, Unopened
from chalicelib.intake.upstream import Upstream
from chalicelib.store import cases, facts, words
from chalicelib.store.facts import Fact

TRIES = 8


class Change(Protocol):
    """What a word changes of a loan, with a case or without; an earlier one than the last, nothing."""

    def __call__(self, loan: Loan, /) -> Loan: ...


def say(upstream: Upstream, change: Change, kind: FactKind, detail: Mapping[str, object]) -> Case | None:
    """Put a word on its loan and on the timeline of its case; returns the case, None when there is none yet.

    An earlier word than the last on the same thing leaves a line and changes nothing; a repeat not even that.
    """
    for _ in range(TRIES):
        known = cases.latest(upstream.taken.loan_key)
        if not isinstance(known, Case):
            if remember(upstream, known, change):
                return None
            continue
        if upstream.told_before(known):
            return known
        after = change(known)
        if after == known:
            facts.append(_line(upstream, known, kind, detail, applied=False))
            return known
        if words.put(known, after, [_line(upstream, known, kind, detail, applied=True)]):
            return after
    raise TryAgain(f"loan {upstream.taken.loan_key} is being written by others")


def remember(upstream: Upstream, known: Unopened | None, change: Change) -> bool:
    """Keep a word for the loan's first case; returns False when another word came since it was read."""
    taken = upstream.taken
    blank = Unopened(taken.loan_key, taken.lender, upstream.loan, upstream.at)
    after = change(known or blank)
    return after == known or words.note(known, after)


def _line(
    upstream: Upstream, case: Case, kind: FactKind, detail: Mapping[str, object], *, applied: bool
) -> Fact:
    taken = upstream.taken
    said = {"event": taken.event_id, "type": taken.type, "applied": applied, **detail}
    return Fact(case.id, kind, upstream.now, (taken.reference,), said)
