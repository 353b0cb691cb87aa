"""A complaint seen again by whoever made it: in his case, or without a link by reference and contact."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib.api import complained
from chalicelib.api.complained import REVIEW, WITHDRAW
from chalicelib.api.opened import open_case, regulator
from chalicelib.api.pages import words_of
from chalicelib.api.session import same_csrf
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.errors import NotFound, NotNow, Taken, TooLate

complaints = Blueprint(__name__)

_FIELDS = ("reference", "contact")


@complaints.route("/my/complaints", methods=["GET"])
@visited(complaints, Who.BORROWER)
def my_complaints(visit: Visit) -> Response:
    """Show every complaint of the case, and what can be done with each."""
    from chalicelib.store import complaints as store

    now = visit.wiring.clock()
    shown = [
        (complained.shown(visit, each), complained.routes(visit, each), complained.acts(each, now))
        for each in store.of_case(visit.case_id)
    ]
    desk = regulator(open_case(visit))
    return visit.page("complaints", shown=shown, c=words_of("complaint", visit.language), desk=desk)


@complaints.route("/open/complaint", methods=["GET"])
@visited(complaints, Who.GUEST)
def open_complaint(visit: Visit) -> Response:
    """Ask for the reference and the contact."""
    return visit.page("complaint", found=None, typed={})


@complaints.route("/open/complaint", methods=["POST"], content_types=FORM)
@visited(complaints, Who.GUEST)
def see_complaint(visit: Visit) -> Response:
    """Show how a complaint stands; an unknown reference and a wrong contact are answered alike."""
    from chalicelib.borrower.complain import Locked, look_up

    typed = {name: visit.form.get(name, "").strip()[:200] for name in _FIELDS}
    if missing := [name for name in _FIELDS if not typed[name]]:
        return _again(visit, typed, dict.fromkeys(missing, "required"))
    found = look_up(typed["reference"], typed["contact"], visit.wiring.clock())
    if isinstance(found, Complaint):
        return _found(visit, found)
    return _again(visit, typed, {"reference": "locked" if isinstance(found, Locked) else "unknown"})


@complaints.route("/open/complaint/act", methods=["POST"], content_types=FORM)
@visited(complaints, Who.GUEST)
def act_on_complaint(visit: Visit) -> Response:
    """Withdraw it or ask for a review, by the page that this session was shown of it."""
    from chalicelib.store import complaints as store

    given = {name: visit.form.get(name, "") for name in ("reference", "complaint", "grant", "act")}
    found = store.get(given["reference"], given["complaint"])
    if found is None or not same_csrf(given["grant"], _grant(visit, found)):
        raise NotFound("this session was shown no such complaint")
    act, words = given["act"], visit.form.get("words", "").strip()
    if fault := _fault(act, "sure" in visit.form, words):
        return _found(visit, found, 400, {fault: words_of("complaint", visit.language)["errors"][fault][act]})
    _act(visit, found, act, words)
    return _found(visit, store.require(found.reference, found.id))


def _fault(act: str, sure: bool, words: str) -> str:
    """Return which field is at fault; raises NotFound for an act that is none."""
    if act not in (WITHDRAW, REVIEW):
        raise NotFound(f"nobody can {act[:40]} a complaint")
    if act == WITHDRAW and not sure:
        return "sure"
    too_much = len(words) > 500
    return "words" if too_much or (act == REVIEW and not words) else ""


def _act(visit: Visit, found: Complaint, act: str, words: str) -> None:
    """Carry it out; what has moved on a moment ago is shown as it then stands."""
    from chalicelib.complaints.review import Review
    from chalicelib.complaints.withdraw import Withdraw

    timers, now = visit.wiring.timers, visit.wiring.clock()
    try:
        if act == WITHDRAW:
            said = f"{words_of('complaint', visit.language)['sure']}\n{words}"
            Withdraw(timers)(found.reference, said, now, complaint_id=found.id)
        else:
            Review(timers).ask(found.reference, words, now, found.id)
    except (NotNow, TooLate, Taken) as error:
        visit.wiring.telemetry.event("complaint moved on", reference=found.reference, why=str(error))


def _grant(visit: Visit, found: Complaint) -> str:
    """Return what proves that this session was shown a complaint: it named its contact."""
    if visit.session is None:
        raise NotFound("no session")
    return visit.session.grant(visit.wiring.session_key(), f"{found.reference}.{found.id}")


def _found(visit: Visit, found: Complaint, http: int = 200, errors: dict[str, str] | None = None) -> Response:
    from chalicelib.complaints.standing import profile_of
    from chalicelib.notices.variables import Regulator

    key = {"reference": found.reference, "complaint": found.id, "grant": _grant(visit, found)}
    context: dict[str, Any] = {
        "found": complained.shown(visit, found),
        "routes": complained.routes(visit, found),
        "acts": complained.acts(found, visit.wiring.clock()),
        "desk": Regulator.in_language(profile_of(found).regulator, visit.language),
        "typed": {"words": visit.form.get("words", "")} if errors else {},
        "path": "/open/complaint",
    }
    return visit.page("complaint", http, key=key, errors=errors or {}, **context)


def _again(visit: Visit, typed: dict[str, str], faults: dict[str, str]) -> Response:
    messages = words_of("complaint", visit.language)["errors"]
    http = 429 if "locked" in faults.values() else 400
    errors = {name: messages[name][fault] for name, fault in faults.items()}
    return visit.page("complaint", http, found=None, typed=typed, errors=errors)
