"""The one reminder of the joint application to a court: due at half of its term, until both have joined."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.agreement import Agreement
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.confirmation import Confirmation
from chalicelib.domain.plan_stage import KEPT_TO, MORNING, zone_of
from chalicelib.notices import purposes as shown_values
from chalicelib.repayment.told import COURT, begin
from chalicelib.store import agreements, facts
from chalicelib.store.confirmations import TERM, confirmation_of
from chalicelib.timers import Timers


def remind(case: Case, now: datetime, timers: Timers) -> datetime | None:
    """Remind the borrower if that is due, once; returns when it will be (UTC), None when it never will.

    Nothing is read once the term must be over: a plan lasts for years.
    """
    found = _awaited(case, now)
    if found is None:
        return None
    agreement, confirmation = found
    zone = zone_of(case, profiles.of_version(case.profile, case.profile_version))
    due = datetime.combine(confirmation.remind_on, MORNING, zone).astimezone(UTC)
    if now < due:
        return due
    begin(case, name(agreement), due, now, timers)
    return None


def name(agreement: Agreement) -> str:
    """Return the name the reminder is sent under: each agreement has one of its own."""
    return f"{COURT}-{agreement.sequence}"


def is_needless(case: Case, step: str, now: datetime) -> bool:
    """Whether a message is about an application that is made, or cannot be made any more."""
    return step.partition("-")[0] == COURT and shown(case, step, now) is None


def shown(case: Case, step: str, now: datetime) -> shown_values.Court | None:
    """Return what the reminder says; None when there is nothing to be reminded of any more."""
    found = _awaited(case, now)
    if found is None or step != name(found[0]):
        return None
    return shown_values.Court(found[0].reference, found[1].last_day)


def _awaited(case: Case, now: datetime) -> tuple[Agreement, Confirmation] | None:
    profile = profiles.of_version(case.profile, case.profile_version)
    if TERM not in profile.terms or case.status not in KEPT_TO or case.since is None:
        return None
    if now > case.since + timedelta(seconds=profile.term(TERM).seconds) + timedelta(days=1):
        return None
    agreement = agreements.get(case.id)
    found = confirmation_of(case, agreement, facts.of(case.id, FactKind.CONFIRMATION))
    today = now.astimezone(zone_of(case, profile)).date()
    return (agreement, found) if agreement and found and found.is_awaited(today) else None
