"""A case to its row and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from chalicelib.domain.case import Borrower, Case
from chalicelib.domain.codes import CaseStatus, Outcome
from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.domain.said import SETTLED, Unopened, mark
from chalicelib.store import keys
from chalicelib.store.rows import AmountMap, CaseRow

_SAME_NAME = (
    "lender loan profile profile_version opened_at opened_by balance_at due_date overdue_since"
    " account_last4 noticed_at closed_at closed_reason default_date since limit_at mediator worklist due_at"
    " plan prepaid"
).split()


def to_row(case: Case, *, archived: bool = False) -> CaseRow:
    """Return the head row of a case; an archived one leaves the head's place and the index."""
    borrower = case.borrower
    row = CaseRow(
        keys.loan(case.id.loan_key),
        keys.archived_case(case.id.generation) if archived else keys.CASE,
        generation=case.id.generation,
        status=case.status.value,
        open_day=keys.open_day(case.lender, case.opened_at) if case.is_open else None,
        name=borrower.name,
        language=borrower.language,
        timezone=borrower.timezone,
        phone=borrower.phone,
        email=borrower.email,
        factor=borrower.factor,
        person=borrower.person or None,
        postal=list(borrower.postal) or None,
        app_user=borrower.app_user,
        digests=dict(borrower.digests) or None,
        amount=to_map(case.amount),
        itemisation=to_json(case.itemisation) if case.itemisation else None,
        holds=set(case.holds) or None,
        complaints=set(case.complaints) or None,
        reached=set(case.reached) or None,
        outcome=case.outcome.value if case.outcome else None,
        said=dict(case.said) or None,
        laid=dict(case.laid) or None,
        **{name: getattr(case, name) for name in _SAME_NAME},
    )
    for key, value in case.claims.items():
        row.claims[key] = value
    return row


def to_unopened_row(loan: Unopened) -> CaseRow:
    """Return the head row of a loan without a case: generation 0, and closed, since nothing is under way."""
    return CaseRow(
        keys.loan(loan.loan_key),
        keys.CASE,
        generation=0,
        lender=loan.lender,
        loan=loan.loan,
        status=CaseStatus.CLOSED.value,
        balance_at=loan.balance_at,
        said=dict(loan.said) or None,
        laid=dict(loan.laid) or None,
        contact=dict(loan.contact) or None,
        known_as=set(loan.known_as) or None,
        digests=dict(loan.digests) or None,
        amount=to_map(loan.amount) if loan.amount else None,
        itemisation=to_json(loan.itemisation) if loan.itemisation else None,
    )


def to_unopened(row: CaseRow) -> Unopened:
    """Return what the head row of a loan without a case holds; one from before marks knows a payment."""
    contact = dict(row.contact or {})
    if isinstance(contact.get("postal"), list):
        contact["postal"] = tuple(contact["postal"])
    return Unopened(
        row.pk.removeprefix(keys.loan("")),
        row.lender,
        row.loan,
        row.balance_at,
        row.said or {SETTLED: mark(row.balance_at)},
        row.laid or {},
        contact,
        row.digests.as_dict() if row.digests else {},
        frozenset(row.known_as or ()),
        _to_amount(row.amount) if row.amount else None,
        _to_itemisation(row.itemisation) if row.itemisation else None,
    )


def to_map(amount: Amount) -> AmountMap:
    """Return an amount as its map attribute."""
    return AmountMap(**asdict(amount))


def to_json(itemisation: Itemisation) -> dict[str, Any]:
    """Return an itemisation as its JSON attribute."""
    return asdict(itemisation) | {"on": itemisation.on.isoformat()}


def to_case(row: CaseRow) -> Case:
    """Return the case that a head row holds."""
    return Case(
        id=CaseId(row.pk.removeprefix(keys.loan("")), int(row.generation)),
        status=CaseStatus(row.status),
        borrower=_to_borrower(row),
        amount=_to_amount(row.amount),
        itemisation=_to_itemisation(row.itemisation) if row.itemisation else None,
        holds=frozenset(row.holds or ()),
        complaints=frozenset(row.complaints or ()),
        reached=frozenset(row.reached or ()),
        claims=row.claims.as_dict() if row.claims else {},
        outcome=Outcome(row.outcome) if row.outcome else None,
        said=row.said or {},
        laid=row.laid or {},
        **{name: getattr(row, name) for name in _SAME_NAME},
    )


def _to_itemisation(kept: dict[str, Any]) -> Itemisation:
    return Itemisation(**kept | {"on": date.fromisoformat(kept["on"])})


def _to_borrower(row: CaseRow) -> Borrower:
    return Borrower(
        row.name,
        row.language,
        row.timezone,
        row.phone,
        row.email,
        row.factor,
        row.person or "",
        tuple(row.postal or ()),
        row.app_user,
        row.digests.as_dict() if row.digests else {},
    )


def _to_amount(stored: AmountMap) -> Amount:
    numbers = ("total", "principal", "interest", "fees", "penalty", "payments_credits")
    parts = {name: int(getattr(stored, name)) for name in numbers}
    return Amount(currency=stored.currency, as_of=stored.as_of, **parts)
