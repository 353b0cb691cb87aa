"""Claims: the one right to send a message, taken on the head of its case and counted for its person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.domain.person import Contact, Person
from chalicelib.store import keys, persons, plans, words
from chalicelib.store.cases import get
from chalicelib.store.heads import connection
from chalicelib.store.rows import CaseRow
from chalicelib.store.writes import conflicted, failed_conditions, lost

_PERSON = 1  # its place in the transaction
_WAITING = (CaseStatus.RECEIVED, CaseStatus.NOTICED)
_TRIES_AT_CONFLICT = 4


@dataclass(frozen=True, slots=True)
class Moved:
    """The person changed meanwhile, or both are being written by others: read them again and decide anew."""


def claim(
    case: Case, person: Person, key: str, value: str, contact: Contact, *, unreached: str = ""
) -> Case | Moved | None:
    """Claim one send for one attempt and count it for the person, both or none.

    Returns the case as it now is, Moved when `person` is not as it was read, None when the claim is lost.
    The conditions recheck all that forbids the send: closed, answered, held, claimed before, another balance,
    something paid on the plan (docs/architecture.md, Sending 3), and with `unreached` that no message of that
    step arrived. Opt-outs, dead addresses and caps stand on the person, whose revision must be the one the
    decision rests on. A claim of the very same value is our own write whose answer was lost.
    """
    actions: list[Action] = [_claim(key).set(value)]
    if first := case.status == CaseStatus.RECEIVED:
        actions += [CaseRow.status.set(CaseStatus.NOTICED.value), CaseRow.noticed_at.set(contact.at)]
    if not case.is_open:  # the sweeper has let go of it perhaps, and has to see this send settled
        actions.append(CaseRow.open_day.set(keys.open_day(case.lender, contact.at)))
    counted, unchanged = persons.adding(person, persons.contact_name(case.id, key), contact)
    try:
        with TransactWrite(connection=connection()) as transaction:
            transaction.update(_head(case.id), actions, _permitted(case, key, unreached))
            transaction.update(persons.row_of(person.key), counted, unchanged)
    except TransactWriteError as error:
        return _what_stands(error, case, key, value)
    status, noticed_at = (CaseStatus.NOTICED, contact.at) if first else (case.status, case.noticed_at)
    return replace(case, status=status, noticed_at=noticed_at, claims={**case.claims, key: value})


def read_together(case: Case) -> tuple[Case, Person]:
    """Return a case and its person so that no claim is seen on the one and not on the other.

    An attempt on the person that the case does not know yet was claimed between the two reads; taken for
    another notice it would use up the cap of the very notice that it is.
    """
    person = persons.get(case.borrower.person)
    known = {persons.contact_name(case.id, key) for key in case.claims}
    own = {name for name in person.contacts if name.startswith(f"{case.id}#")}
    return (case, person) if own <= known else (get(case.id), person)


def _permitted(case: Case, key: str, unreached: str) -> Condition:
    """All that the decision rests on is still so, and nobody has claimed this send before."""
    standing = CaseRow.status.is_in(*(each.value for each in _alike(case)))
    same = (CaseRow.generation == case.id.generation) & standing
    held = CaseRow.holds == set(case.holds) if case.holds else CaseRow.holds.does_not_exist()
    # The amount in the message must be the one on record when it leaves (invariant 3: recheck).
    unchanged = CaseRow.balance_at == case.balance_at
    unpaid = plans.unchanged(case)
    unsaid = words.as_read(case)  # nor has the lender changed an address, or laid a hold
    condition: Condition = same & held & _claim(key).does_not_exist() & unchanged & unpaid & unsaid
    return condition & ~CaseRow.reached.contains(unreached) if unreached else condition


def _alike(case: Case) -> tuple[CaseStatus, ...]:
    """Return the statuses that are as good as the one the decision was made in."""
    return _WAITING if case.status in _WAITING else (case.status,)


def _what_stands(error: TransactWriteError, before: Case, key: str, value: str) -> Case | Moved | None:
    """Tell a lost claim from a moved person, and either from our own write whose answer never came."""
    case = get(before.id)
    if case.claims.get(key) == value and case.status in _alike(before):
        return case
    if conflicted(error) or failed_conditions(error) == {_PERSON}:
        return Moved()
    if lost(error):
        return None
    raise error


def release(case: Case, person_key: str, key: str, value: str) -> None:
    """Give back a claim whose send surely did not happen; `case` is the case before the claim."""
    mine = _claim(key) == value
    if case.status == CaseStatus.RECEIVED:
        # Only the last claim takes the notice back: what went out over another channel went out.
        alone = size(Path("claims")) == 1
        back = [CaseRow.status.set(CaseStatus.RECEIVED.value), CaseRow.noticed_at.remove()]
        condition = mine & alone & (CaseRow.status == CaseStatus.NOTICED.value)
        if _release(case.id, person_key, key, back, condition):
            return
    _release(case.id, person_key, key, (), mine)


def _release(
    case_id: CaseId, person_key: str, key: str, more: Sequence[Action], condition: Condition
) -> bool:
    name = persons.contact_name(case_id, key)
    actions = [_claim(key).remove(), *more]
    same = CaseRow.generation == case_id.generation
    for _ in range(_TRIES_AT_CONFLICT):
        try:
            with TransactWrite(connection=connection()) as transaction:
                transaction.update(_head(case_id), actions, same & condition)
                transaction.update(persons.row_of(person_key), persons.removing(name))
        except TransactWriteError as error:
            if conflicted(error):  # another sender of the same person; a claim left here would never be sent
                continue
            if not lost(error):
                raise
            return False
        return True
    raise TryAgain("the claim {key} of case {case} could not be given back", key=key, case=case_id)


def _head(case_id: CaseId) -> CaseRow:
    return CaseRow(keys.loan(case_id.loan_key), keys.CASE)


def _claim(key: str) -> Path:
    return Path(["claims", key])
