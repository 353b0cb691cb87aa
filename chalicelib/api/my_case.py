"""My case: how far it has come, what happens next and by when, what the borrower can do now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice import Blueprint, Response

from chalicelib.api.introduced import mediator_of
from chalicelib.api.opened import Opened, open_case, regulator
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.codes import FactKind
from chalicelib.domain.progress import Doing, Milestone, current, doings, reached, what_next
from chalicelib.texts import fill

if TYPE_CHECKING:
    from chalicelib.borrower.my_case import Complained

my_case = Blueprint(__name__)

_PATHS = {
    Doing.REPLY: "/my/form/feedback",
    Doing.CHOOSE: "/my/form/meeting_time",
    Doing.APPLY: "/my/form/apply",
    Doing.STATE: "/my/statements",
    Doing.TALK: "/my/talk",
    Doing.EXTEND: "/my/form/extend",
    Doing.RESCHEDULE: "/my/form/reschedule",
    Doing.EVIDENCE: "/my/evidence",
    Doing.ASK: "/my/form/ask",
    Doing.DISPUTE: "/my/form/dispute",
    Doing.CONTACT: "/my/form/contact",
    Doing.WITHDRAW: "/my/form/withdraw",
    Doing.COMPLAIN: "/my/form/complain",
}


@my_case.route("/my", methods=["GET"])
@visited(my_case, Who.BORROWER)
def overview(visit: Visit) -> Response:
    """Show the whole case on one page."""
    opened = open_case(visit)
    can = doings(opened.mine.stand)
    first = can[0] if can[0] in (Doing.REPLY, Doing.CHOOSE, Doing.APPLY) else None
    return visit.page(
        "my_case",
        reference=visit.case_id.reference,
        steps=_steps(opened),
        next=_next(opened),
        holds=_holds(opened),
        mediator=mediator_of(visit, opened.mine.stand.case),
        complaints=[_complaint(opened, each) for each in opened.mine.complaints()],
        doings=[(each.value, _PATHS[each]) for each in can if each != first],
        main=(first.value, _PATHS[first]) if first else None,
        has=_has(opened),
        survey=_survey(opened),
        desk=regulator(opened),
    )


def _steps(opened: Opened) -> list[dict[str, str]]:
    """Return every milestone with its state (`done`, `now`, `next`, `choice`: only if he wants it) and day.

    A closed case has none ahead.
    """
    stand = opened.mine.stand
    behind, now = reached(stand), current(stand)
    ahead = "next" if stand.applied_at else "choice"
    shown = [each for each in Milestone if each in behind or stand.case.is_open]
    return [
        {
            "code": each.value,
            "state": "done" if each in behind else "now" if each == now else ahead,
            "day": opened.on(behind[each]) if each in behind else "",
        }
        for each in shown
    ]


def _next(opened: Opened) -> dict[str, Any]:
    code, by = what_next(opened.mine.stand, opened.mine.profile)
    words = words_of("my_case", opened.visit.language)["next"][code.value]
    return {
        "lines": fill(words["lines"], day=opened.day(by) if by else ""),
        "by": fill(words["by"], day=opened.day(by)) if by and "by" in words else "",
        "left": opened.left(by) if by else "",
    }


def _holds(opened: Opened) -> list[str]:
    """Return what each hold means for him; one of a kind unknown here stops whatever any hold stops."""
    words = words_of("my_case", opened.visit.language)["holds"]
    stand = opened.mine.stand
    return [words.get(kind, words["OTHER"]) for kind in sorted(stand.case.held(stand.now))]


def _complaint(opened: Opened, each: Complained) -> dict[str, str]:
    """Return how a complaint stands, in one line; days are left while an answer is owed to him."""
    words = words_of("my_case", opened.visit.language)["complaint_lines"][each.state]
    line = fill(words, reference=each.reference, day=opened.day(each.by))
    return {"line": line, "left": opened.left(each.by) if each.state in ("OPEN", "REVIEW") else ""}


def _has(opened: Opened) -> dict[str, bool]:
    mine = opened.mine
    return {
        "meeting": mine.stand.meeting is not None,
        "agreement": mine.stand.agreement is not None or bool(mine.of(FactKind.DRAFT)),
        "plan": mine.stand.plan is not None,
        "questions": bool(mine.of(FactKind.QUESTION)),
    }


def _survey(opened: Opened) -> str:
    """Return the step he may be asked about: the latest one he has not been asked about yet."""
    from chalicelib.borrower.survey import open_steps

    left = open_steps(opened.mine)
    return left[-1].value if left else ""
