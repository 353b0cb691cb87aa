"""What the borrowers' pages show of a case."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chalice import Response

from chalicelib.api.visit import Visit
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind, Outcome

if TYPE_CHECKING:
    from chalicelib.notices.variables import Variables


def closed(visit: Visit, case: Case) -> Response:
    """Return the page that says why nothing more is asked."""
    if case.is_open:
        return visit.page("closed", reason="answered")
    return visit.page("closed", reason="settled" if case.outcome == Outcome.SETTLED_OUTSIDE else "closed")


def variables(visit: Visit, case: Case) -> Variables:
    """Return what the notice says, as of now and in the visitor's language."""
    from chalicelib import profiles
    from chalicelib.domain.keys import notice_id
    from chalicelib.notices.fill import fill

    profile = profiles.of_version(case.profile, case.profile_version)
    return fill(
        case,
        visit.wiring.lender(case.lender),
        profile,
        language=visit.language,
        link=f"{visit.wiring.settings.public_url}/my/feedback",
        notice_id=notice_id(case.id, profile.steps[0].name, profile.steps[0].channels[0].value),
        at=visit.wiring.clock(),
    )


def answered_on(case: Case) -> date | None:
    """Return the local day of the last answer, or None while there is none."""
    from chalicelib.store import facts

    if not case.answered:
        return None
    return facts.of(case.id, FactKind.FEEDBACK)[-1].at.astimezone(zone_of(case)).date()


def zone_of(case: Case) -> ZoneInfo:
    """Return the borrower's zone."""
    from chalicelib import profiles
    from chalicelib.domain.windows import zones_of

    return zones_of(case.borrower.timezone, profiles.of_version(case.profile, case.profile_version).zones)[0]
