"""What acts on one's own complaints share: which of them fit now, and how each reads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chalice import Response

from chalicelib.api import complained
from chalicelib.api.acts import Act, Offers
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.errors import NotNow, Taken, TooLate
from chalicelib.forms.journey import Journey, PageAnswers, Submission

Carry = Callable[[Visit, Complaint, Submission], bool]


def act_on(journey: Journey, carry: Carry) -> Act:
    """Return the act of a journey that begins with `which`: `carry` does it to the complaint chosen."""
    return Act(
        journey=journey,
        carry_out=partial(_carry_out, carry),
        offers=partial(_offers, journey.name),
        settled=partial(_settled, journey.name),
        gate=partial(_gate, journey.name),
    )


def _offers(name: str, visit: Visit) -> Offers:
    from chalicelib.store import complaints

    now = visit.wiring.clock()
    mine = [each for each in complaints.of_case(visit.case_id) if name in complained.acts(each, now)]
    return {"complaint": {each.id: f"{each.reference} · {complained.category(visit, each)}" for each in mine}}


def _settled(name: str, visit: Visit) -> PageAnswers:
    """Return the complaint when there is only one that fits."""
    ids = list(_offers(name, visit)["complaint"])
    return {"which": {"complaint": ids[0]}} if len(ids) == 1 else {}


def _gate(name: str, visit: Visit) -> Response | None:
    if _offers(name, visit)["complaint"]:
        return None
    return visit.page("instead", t=words_of(f"journeys/{name}", visit.language)["nothing"])


def _carry_out(carry: Carry, visit: Visit, sent: Submission) -> None:
    from chalicelib.store import complaints

    chosen = str(sent.answers["complaint"])
    found = next((each for each in complaints.of_case(visit.case_id) if each.id == chosen), None)
    if found is None:
        raise Taken(f"no complaint {chosen} in this case")
    try:
        new = carry(visit, found, sent)
    except (NotNow, TooLate) as error:  # it was decided or closed a moment ago
        raise Taken(str(error)) from error
    visit.wiring.telemetry.event(sent.journey, reference=found.reference, new=new)
