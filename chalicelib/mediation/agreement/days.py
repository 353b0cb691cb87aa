"""The days of a case: its borrower's own."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.profile import Profile
from chalicelib.domain.windows import zones_of


def profile_of(case: Case) -> Profile:
    """Return the version of the rules that a case stands under."""
    return profiles.of_version(case.profile, case.profile_version)


def zone_of(case: Case) -> ZoneInfo:
    """Return the borrower's zone."""
    return zones_of(case.borrower.timezone, profile_of(case).zones)[0]


def local_day(case: Case, moment: datetime) -> date:
    """Return the borrower's own day of a moment."""
    return moment.astimezone(zone_of(case)).date()
