"""An overdue event opens a loan's case: one conditional write, one open case per loan."""

from __future__ import annotations

from datetime import datetime

from chalicelib import links, profiles
from chalicelib.domain.case import Borrower, Case, Overdue
from chalicelib.domain.codes import Outcome
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.intake import balance
from chalicelib.intake.contract import OverdueData
from chalicelib.intake.upstream import Upstream
from chalicelib.links import HashKeys
from chalicelib.store import cases
from chalicelib.store.lenders import Lender
from chalicelib.timers import Timers


def open_case(upstream: Upstream, data: OverdueData, lender: Lender, keys: HashKeys, timers: Timers) -> None:
    """Open the case of an overdue loan and start its execution; any repeat of the event heals either.

    An event that meets another's open case restates its balance instead.
    """
    profile = profiles.current(lender.profile, upstream.now, lender.scope)
    overdue = _read(upstream, data, lender, keys)
    first = CaseId(upstream.taken.loan_key, 1)
    case = Case.open(overdue, first, (profile.jurisdiction, profile.version), upstream.now)
    if cases.open_first(case):
        timers.start(case.id, profile.timers)
    elif known := _known(case):
        if known.opened_by == overdue.event_id:
            kept = profiles.of_version(known.profile, known.profile_version)
            timers.start(known.id, kept.timers)
        else:
            balance.restate(upstream, data.amount, data.overdue_since, overdue.itemisation)


def _known(case: Case) -> Case | None:
    """Return the loan's open case; its next one is opened when this event tells of a new delinquency."""
    known = cases.latest(case.id.loan_key)
    if known is None or (isinstance(known, Case) and known.is_open):
        return known
    if not _is_news(case, known):
        return None
    generation = known.id.generation + 1 if isinstance(known, Case) else 1
    cases.open_next(case.numbered(generation), known)
    latest = cases.latest(case.id.loan_key)
    return latest if isinstance(latest, Case) and latest.is_open else None


def _is_news(case: Case, known: Case | datetime) -> bool:
    """Whether an overdue event says more than what closed the loan's last case (*policy*).

    After a payment: any later event. After silence or a mediation that ran out of time: only a loan that was
    brought current and fell overdue again, or a lender who repeats himself daily would have a borrower who
    cannot answer written to for ever.
    """
    if not isinstance(known, Case):
        return case.balance_at > known
    if known.outcome == Outcome.SETTLED_OUTSIDE:
        return case.balance_at > known.balance_at
    return case.balance_at > known.balance_at and case.overdue_since > known.overdue_since


def _read(upstream: Upstream, data: OverdueData, lender: Lender, keys: HashKeys) -> Overdue:
    given, taken = data.borrower, upstream.taken
    postal = tuple(given.postal or ())
    addresses = {
        "phone": given.phone,
        "email": given.email,
        "postal": "\n".join(postal),
        "app_user": given.app_user,
    }
    borrower = Borrower(
        name=given.name,
        language=given.language,
        timezone=given.timezone or lender.text("default_timezone", "en") or None,
        phone=given.phone,
        email=given.email,
        factor=links.factor_digest(given.id_last4, taken.loan_key, keys.factor),
        person=links.person_key(given.phone or given.email or "\n".join(postal), keys.person),
        postal=postal,
        app_user=given.app_user,
        digests={name: links.address_digest(one, keys.person) for name, one in addresses.items() if one},
    )
    return Overdue(
        event_id=taken.event_id,
        event_time=upstream.at,
        lender=taken.lender,
        loan=upstream.loan,
        borrower=borrower,
        amount=Amount(**data.amount.model_dump()),
        due_date=data.due_date,
        overdue_since=data.overdue_since,
        account_last4=data.account_last4,
        itemisation=data.itemization.itemisation() if data.itemization else None,
        default_date=data.default_date,
    )
