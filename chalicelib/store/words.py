"""What a lender says of a loan, on its head: one conditional write a word, with the fact that tells of it."""

from __future__ import annotations

from collections.abc import Iterable

from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.case import Case
from chalicelib.domain.said import Unopened, marks_of
from chalicelib.store import facts, keys, together
from chalicelib.store.case_rows import to_json, to_map, to_unopened_row
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.writes import lost

_OF_THE_BORROWER = ("name", "language", "timezone", "phone", "email", "factor", "app_user")
_OF_THE_CASE = ("due_date", "overdue_since", "account_last4", "default_date", "balance_at")


def as_read(loan: Case | Unopened) -> Condition:
    """The condition that the lender has said nothing of a loan since it was read."""
    unmarked: Condition = CaseRow.said.does_not_exist() & (CaseRow.balance_at == loan.balance_at)
    if not loan.said:
        return unmarked
    same: Condition = CaseRow.said == dict(loan.said)
    return same if isinstance(loan, Case) else same | unmarked


def put(before: Case, after: Case, told: Iterable[Fact] = ()) -> bool:
    """Put a later word on a case's head with the facts that tell of it; returns whether it was written.

    False when another word came since the case was read, or one of the facts is there already.
    """
    actions, told = changing(before, after), list(told)
    # A hold may last longer than the sweeper looks back.
    if after.laid != before.laid and before.is_open and told:
        actions.append(CaseRow.open_day.set(keys.open_day(before.lender, told[0].at)))
    rows = [facts.to_row(fact) for fact in told]
    return together.put_and_change(rows, before.id, actions, as_read(before))


def note(before: Unopened | None, after: Unopened) -> bool:
    """Remember what was said of a loan without a case; returns False when another word came since."""
    condition = Row.pk.does_not_exist()
    if before is not None:
        condition = (CaseRow.generation == 0) & as_read(before)
    try:
        to_unopened_row(after).save(condition=condition)
    except PutError as error:
        if lost(error):
            return False
        raise
    return True


def changing(before: Case, after: Case) -> list[Action]:
    """Return what puts a later word on a head: whatever of it is another than before."""
    actions: list[Action] = [CaseRow.said.set(dict(marks_of(after)))]
    for name in _OF_THE_CASE:
        if getattr(after, name) != getattr(before, name):
            actions.append(_set(name, getattr(after, name)))
    if after.amount != before.amount:
        actions.append(CaseRow.amount.set(to_map(after.amount)))
    if after.itemisation != before.itemisation:
        actions.append(_set("itemisation", to_json(after.itemisation) if after.itemisation else None))
    if after.laid != before.laid:
        actions.append(_set("laid", dict(after.laid)))
    if after.borrower != before.borrower:
        actions += _borrower(before, after)
    return actions


def _borrower(before: Case, after: Case) -> list[Action]:
    old, new = before.borrower, after.borrower
    changed = [name for name in _OF_THE_BORROWER if getattr(old, name) != getattr(new, name)]
    return [
        *(_set(name, getattr(new, name)) for name in changed),
        _set("postal", list(new.postal) or None),
        _set("digests", dict(new.digests) or None),
    ]


def _set(name: str, value: object) -> Action:
    attribute = getattr(CaseRow, name)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action
