"""Complaining, in a case or as a stranger: kept with its clocks, whatever became of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.api import views
from chalicelib.api.acts import Act
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.errors import NotFound
from chalicelib.domain.local_form import format_date
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.complain import COMPLAIN, COMPLAIN_OPEN
from chalicelib.telemetry import Metric
from chalicelib.texts import fill


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.complain import complain

    case = visit.case() if visit.verified else None
    new = complain(sent, case)
    visit.wiring.timers.handle(sent.reference, sent.id, visit.wiring.clock())
    if new:
        visit.wiring.telemetry.count(Metric.COMPLAINT)
    visit.wiring.telemetry.event(
        "complaint received",
        reference=sent.reference,
        case_id=str(case.id) if case else "",
        category=sent.answers["category"],
        new=new,
    )


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    from chalicelib.store import complaints

    kept = complaints.get(sent.reference, sent.id)
    if kept is None:
        raise NotFound(f"no complaint {sent.reference}")
    words = words_of("journeys/complain", visit.language)["done"]
    days = {
        name: format_date(getattr(kept, name), visit.language) for name in ("acknowledge_by", "decide_by")
    }
    lines = fill([*words["always"], *words["regulator"]], **days, **_regulator(visit))
    links = words["links_mine"] if visit.verified else words["links_open"]
    return {"next": (*lines, *words["mine" if visit.verified else "open"]), "links": links}


def _regulator(visit: Visit) -> Mapping[str, Any]:
    """Return who supervises the lender; for a stranger, of whose lender nothing is known, the country's."""
    if visit.verified:
        return views.local(visit, visit.case())
    from chalicelib.borrower.complain import strangers_profile

    regulator = strangers_profile(visit.wiring.clock()).regulator
    told = {f"regulator_{name}": regulator[name][visit.language] for name in ("name", "hours", "post")}
    return {**told, "regulator_phone": regulator["phone"]}


ACT = Act(journey=COMPLAIN, carry_out=_carry_out, confirmation=_confirmation)
OPEN_ACT = Act(journey=COMPLAIN_OPEN, carry_out=_carry_out, confirmation=_confirmation)
