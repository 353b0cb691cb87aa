"""Holds over a case: laid and lifted together with the fact that says why."""

from __future__ import annotations

from collections.abc import Sequence

from pynamodb.expressions.update import Action

from chalicelib.domain.case import Case
from chalicelib.domain.codes import HoldKind
from chalicelib.domain.errors import CaseClosed
from chalicelib.domain.keys import CaseId
from chalicelib.domain.said import held
from chalicelib.store import facts, together, words
from chalicelib.store.facts import Fact
from chalicelib.store.heads import is_open
from chalicelib.store.rows import CaseRow, Row


def put(
    case_id: CaseId,
    kind: HoldKind,
    fact: Fact,
    *,
    beside: Sequence[Row] = (),
    noting: Sequence[Action] = (),
) -> bool:
    """Lay a hold over an open case and record why, both or none; returns whether the fact is new.

    From then on a claim that rests on the case without the hold fails (claims.py), so a message on its way
    does not leave. A hold that lies there already gets its further fact. Rows `beside` are written with it,
    `noting` changes the head further.
    Raises CaseClosed.
    """
    rows = [facts.to_row(fact), *beside]
    if together.put_and_change(rows, case_id, [CaseRow.holds.add({kind.value}), *noting], is_open()):
        return True
    if facts.exists(case_id, fact.kind, *fact.which):
        return False
    raise CaseClosed("case {case} is closed", case=case_id)


def end(case: Case, kind: HoldKind, fact: Fact, by: str) -> bool:
    """End a hold that lender or staff laid, and record why; `by` is this word's mark (domain/said.py).

    Returns False when no such hold lies over the case, or something was said since it was read.
    """
    after = held(case, kind, fact.at, by)
    return kind in case.held(fact.at) & case.laid.keys() and words.put(case, after, [fact])


def lift(case_id: CaseId, kind: HoldKind, fact: Fact) -> bool:
    """Lift a hold and record why, both or none; returns False when no such hold lies over the case."""
    lies = CaseRow.holds.contains(kind.value)
    return together.put_and_change([facts.to_row(fact)], case_id, [CaseRow.holds.delete({kind.value})], lies)
