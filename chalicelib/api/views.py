"""What the borrowers' pages show of a case."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from chalice import Response

from chalicelib.api.visit import Visit
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind, Outcome
from chalicelib.domain.local_form import format_date

if TYPE_CHECKING:
    from chalicelib.notices.variables import Variables


def today_and_currency(visit: Visit) -> tuple[date, str]:
    """Return the visitor's own day and the currency of his case; a guest's are the regulator's country's."""
    now = visit.wiring.clock()
    if not visit.verified:
        return now.astimezone(ZoneInfo("Asia/Shanghai")).date(), "CNY"
    case = visit.case()
    return now.astimezone(zone_of(case)).date(), case.amount.currency


def closed(visit: Visit, case: Case) -> Response:
    """Return the page that says why nothing more is asked."""
    if case.is_open:
        return visit.page("closed", reason="answered")
    return visit.page("closed", reason="settled" if case.outcome == Outcome.SETTLED_OUTSIDE else "closed")


def variables(visit: Visit, case: Case) -> Variables:
    """Return what the notice says, as of now and in the visitor's language."""
    from chalicelib import links, profiles
    from chalicelib.domain.keys import notice_id
    from chalicelib.notices.fill import fill

    profile = profiles.of_version(case.profile, case.profile_version)
    first = profile.steps[0]
    return fill(
        case,
        visit.wiring.lender(case.lender),
        profile,
        language=visit.language,
        link=f"{visit.wiring.settings.public_url}/open/find",  # a page kept or printed outlives the session
        notice_id=notice_id(case.id, first.name, first.channels[0].value),
        verify_code=links.check_code(str(case.id), first.name, visit.wiring.pepper()),
        at=visit.wiring.clock(),
    )


def local(visit: Visit, case: Case) -> dict[str, Any]:
    """Return what the notice says, as the visitor reads it."""
    from chalicelib.notices.variables import local_values

    return local_values(variables(visit, case), profile=case.profile, language=visit.language)


def answered_on(visit: Visit, case: Case) -> str:
    """Return the local day of the last answer as the visitor reads it, empty while there is none."""
    from chalicelib.store import facts

    if not case.answered:
        return ""
    # An application or a dispute answers a notice as well, when there is no feedback.
    for kind in (FactKind.FEEDBACK, FactKind.APPLICATION, FactKind.DISPUTE):
        if given := facts.of(case.id, kind):
            return format_date(given[-1].at.astimezone(zone_of(case)).date(), visit.language)
    return ""


def zone_of(case: Case) -> ZoneInfo:
    """Return the borrower's zone."""
    from chalicelib import profiles
    from chalicelib.domain.windows import zones_of

    return zones_of(case.borrower.timezone, profiles.of_version(case.profile, case.profile_version).zones)[0]
