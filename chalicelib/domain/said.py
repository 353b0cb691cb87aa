"""What a lender said of a loan, in one order: for each thing his latest word stands (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from chalicelib.domain.case import Borrower, Case
from chalicelib.domain.codes import CaseStatus, HoldKind, Outcome
from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.moments import stamp
from chalicelib.domain.money import Amount

OVERDUE, REOPENED, SETTLED, BALANCE = "overdue", "reopened", "settled", "balance"
CONTACT = ("language", "timezone", "phone", "email", "postal", "app_user")
"""What an overdue event says whole and a contact event changes one by one."""
_OF_AN_OVERDUE_EVENT = (BALANCE, *CONTACT)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Marks = Mapping[str, str]
"""By what was said, the mark of the event that said it last."""


@dataclass(frozen=True, slots=True)
class Unopened:
    """A loan of which a lender has spoken and that has no case yet.

    `contact` is as in Borrower; `known_as` are the persons who are known elsewhere by an address it was told.
    """

    loan_key: str
    lender: str
    loan: str
    balance_at: datetime
    said: Marks = field(default_factory=dict)
    laid: Mapping[str, str] = field(default_factory=dict)
    contact: Mapping[str, object] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    known_as: frozenset[str] = frozenset()
    amount: Amount | None = None
    itemisation: Itemisation | None = None


Loan = TypeVar("Loan", Case, Unopened)


def mark(at: datetime, sequence: int = 0, event_id: str = "") -> str:
    """Return where an event stands among all of its loan: by its time, then its sequence, then its id.

    Marks compare as texts, and are short, since a head has to stay within 1 KB: microseconds since 1970 in
    hexadecimal, how many digits the sequence has, its digits, the id. `at` is aware and not before 1970.
    """
    digits = str(sequence)
    return f"{(at - _EPOCH) // timedelta(microseconds=1):013x}{len(digits):02d}{digits}#{event_id}"


def marks_of(loan: Case | Unopened) -> Marks:
    """Return the marks of a loan; a case without any has heard nothing since the event that opened it."""
    if loan.said or isinstance(loan, Unopened):
        return loan.said
    return _implied(loan)


def _implied(case: Case) -> Marks:
    return {OVERDUE: mark(case.balance_at, 0, case.opened_by)}


def latest(loan: Case | Unopened, what: str) -> str:
    """Return the mark of the last word on something, "" when there was none."""
    said = marks_of(loan)
    whole = said.get(OVERDUE, "") if what in _OF_AN_OVERDUE_EVENT else ""
    return max(said.get(what, ""), whole)


def opener(loan: Case | Unopened) -> str:
    """Return the mark of the last word that the loan is overdue, or overdue again."""
    return max(latest(loan, OVERDUE), latest(loan, REOPENED))


def is_settled(loan: Case | Unopened) -> bool:
    """Whether the lender's last word is that nothing is overdue (*policy*: a later balance takes it not back;
    an overdue event or a reopening does)."""
    return latest(loan, SETTLED) > opener(loan)


def noting(loan: Loan, what: str, at: str) -> Loan:
    """Return the loan with a later word on something; an earlier one changes nothing."""
    if at <= latest(loan, what):
        return loan
    return replace(loan, said={**marks_of(loan), what: at})


def restated(
    loan: Loan, amount: Amount, at: datetime, by: str, itemisation: Itemisation | None = None
) -> Loan:
    """Return the loan with a later balance; an itemisation of the older one goes (invariant 8)."""
    if by <= latest(loan, BALANCE):
        return loan
    moment = at if by > latest(loan, SETTLED) else loan.balance_at
    return replace(noting(loan, BALANCE, by), amount=amount, balance_at=moment, itemisation=itemisation)


def settled(loan: Loan, at: datetime, by: str) -> Loan:
    """Return the loan with a later word that nothing is overdue; what that ends is the caller's."""
    if by <= latest(loan, SETTLED):
        return loan
    moment = at if by > latest(loan, BALANCE) else loan.balance_at
    return replace(noting(loan, SETTLED, by), balance_at=moment)


def held(loan: Loan, kind: HoldKind, end: datetime | None, by: str) -> Loan:
    """Return the loan with a later word on a hold: laid until `end` (None: until lifted), or over since."""
    if by <= latest(loan, hold_name(kind)):
        return loan
    laid = {**loan.laid, kind.value: stamp(end) if end else ""}
    return replace(noting(loan, hold_name(kind), by), laid=laid)


def hold_name(kind: HoldKind) -> str:
    """Return the name under which the words on a hold are ordered."""
    return f"hold {kind.value}"


def reachable(loan: Loan, given: Mapping[str, object], digests: Mapping[str, str], by: str) -> Loan:
    """Return the loan with later addresses, language or zone; None takes one away."""
    news = {name: value for name, value in given.items() if by > latest(loan, name)}
    said = {**marks_of(loan), **dict.fromkeys(news, by)}
    if isinstance(loan, Unopened):
        kept = _digests(loan.digests, news, digests)
        return replace(loan, said=said, contact={**loan.contact, **news}, digests=kept)
    return replace(loan, said=said, borrower=_told(loan.borrower, news, digests)) if news else loan


def overdue(loan: Case, told: Case, by: str) -> Case:
    """Return a case with what a later overdue event says; `told` is the case as that would open it.

    What was said of something alone since then stands. An earlier event changes nothing.
    """
    if by <= latest(loan, OVERDUE):
        return loan
    merged = _merged(told, loan, by)
    since = {name: getattr(told, name) for name in ("due_date", "account_last4", "default_date")}
    money = {name: getattr(merged, name) for name in ("amount", "itemisation", "balance_at")}
    borrower = replace(merged.borrower, person=loan.borrower.person)
    return replace(
        loan, said=merged.said, borrower=borrower, overdue_since=told.overdue_since, **since, **money
    )


def opened(told: Case, known: Case | Unopened | None, by: str) -> Case:
    """Return the case that an overdue event opens, with what was known of the loan before.

    Holds go on over it. It is born closed when a later word has settled it already.
    """
    if known is None:  # what its head says by itself is not said twice: it has to stay within 1 KB
        first = {OVERDUE: by}
        return replace(told, said={} if first == _implied(told) else first)
    merged = replace(_merged(told, known, by), laid=known.laid)
    if not is_settled(merged):
        return merged
    reason = "settled before it was heard of"
    return replace(
        merged,
        status=CaseStatus.CLOSED,
        outcome=Outcome.SETTLED_OUTSIDE,
        closed_at=told.opened_at,
        closed_reason=reason,
    )


def _merged(told: Case, known: Case | Unopened, by: str) -> Case:
    """Return what an overdue event says, save for what was said later."""
    before = marks_of(known)
    said = {name: at for name, at in before.items() if name not in _OF_AN_OVERDUE_EVENT or at > by}
    said[OVERDUE] = max(by, before.get(OVERDUE, ""))
    later = [name for name in CONTACT if name in said]
    if isinstance(known, Case):
        values, digests = {name: getattr(known.borrower, name) for name in later}, known.borrower.digests
    else:
        values, digests = {name: known.contact[name] for name in later}, known.digests
    merged = replace(told, said=said, borrower=_told(told.borrower, values, digests))
    if BALANCE in said and known.amount is not None:
        merged = replace(merged, amount=known.amount, itemisation=known.itemisation)
    since = max(latest(known, BALANCE), latest(known, SETTLED))
    return replace(merged, balance_at=known.balance_at) if since > by else merged


def _told(borrower: Borrower, news: Mapping[str, object], digests: Mapping[str, str]) -> Borrower:
    kept = _digests(borrower.digests, news, digests)
    empty = {"postal": ()} if news.get("postal", ()) is None else {}
    changed: dict[str, object] = {**news, **empty, "digests": kept}
    return replace(borrower, **changed)  # type: ignore[arg-type]


def _digests(
    before: Mapping[str, str], news: Mapping[str, object], given: Mapping[str, str]
) -> dict[str, str]:
    kept = {name: one for name, one in before.items() if name not in news}
    return kept | {name: one for name, one in given.items() if name in news}
