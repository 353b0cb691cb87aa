"""Where the joint application to a court stands, by a case's facts."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import profiles
from chalicelib.domain.agreement import Agreement
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.confirmation import APPLICANTS, Confirmation, Ruling
from chalicelib.domain.windows import zones_of
from chalicelib.store.facts import Fact

TERM = "court_confirmation"
RULING = "RULING"


def confirmation_of(case: Case, agreement: Agreement | None, found: Sequence[Fact]) -> Confirmation | None:
    """Return where the application stands, by the case's facts; None where the law knows none, or before
    the agreement is in force (pure)."""
    profile = profiles.of_version(case.profile, case.profile_version)
    if agreement is None or agreement.in_force_since is None or TERM not in profile.terms:
        return None
    zone = zones_of(case.borrower.timezone, profile.zones)[0]
    day = agreement.in_force_since.astimezone(zone).date()
    own = {
        fact.which[1]: fact
        for fact in found
        if fact.kind == FactKind.CONFIRMATION and fact.which[0] == agreement.digest
    }
    ruling = own.get(RULING)
    return Confirmation(
        effective_on=day,
        last_day=profile.last_day(TERM, day),
        joined={party: own[party].at for party in APPLICANTS if party in own},
        ruling=Ruling(ruling.detail["ruling"]) if ruling else None,
    )
