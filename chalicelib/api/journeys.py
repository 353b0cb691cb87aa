"""Every journey's pages: its start, its questions, the check, the sending and the confirmation."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.api.leg import MINE, OPEN, Leg, leg_of
from chalicelib.api.shown import Shown
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.errors import InvalidAnswer, NotFound, Taken
from chalicelib.forms.journey import Page, PageAnswers

journeys = Blueprint(__name__)


@journeys.route("/my/form/{journey}", methods=["GET"])
@visited(journeys, Who.BORROWER)
def my_start(visit: Visit, journey: str) -> Response:
    """Say what a journey is about, or go to its first open question."""
    return _start(visit, journey, MINE)


@journeys.route("/open/form/{journey}", methods=["GET"])
@visited(journeys, Who.GUEST)
def open_start(visit: Visit, journey: str) -> Response:
    """The same for a guest."""
    return _start(visit, journey, OPEN)


@journeys.route("/my/form/{journey}/{page}", methods=["GET"])
@visited(journeys, Who.BORROWER)
def my_page(visit: Visit, journey: str, page: str) -> Response:
    """Show a question, the check or the confirmation."""
    return _show(visit, journey, page, MINE)


@journeys.route("/open/form/{journey}/{page}", methods=["GET"])
@visited(journeys, Who.GUEST)
def open_page(visit: Visit, journey: str, page: str) -> Response:
    """The same for a guest."""
    return _show(visit, journey, page, OPEN)


@journeys.route("/my/form/{journey}/{page}", methods=["POST"], content_types=FORM)
@visited(journeys, Who.BORROWER)
def my_answer(visit: Visit, journey: str, page: str) -> Response:
    """Keep the answers of a page, or send all of them."""
    return _take(visit, journey, page, MINE)


@journeys.route("/open/form/{journey}/{page}", methods=["POST"], content_types=FORM)
@visited(journeys, Who.GUEST)
def open_answer(visit: Visit, journey: str, page: str) -> Response:
    """The same for a guest."""
    return _take(visit, journey, page, OPEN)


def _start(visit: Visit, journey: str, root: str) -> Response:
    leg = leg_of(visit, journey, root)
    if leg.sent and "again" not in visit.query:
        return visit.go(leg.at("done"))
    if instead := leg.act.gate(visit):
        return instead
    if leg.answered and not leg.sent:
        return leg.go(leg.act.journey.first_open(leg.answered))
    first = leg.first
    return visit.page("start", t=leg.t, first=leg.at(first.name)) if "start" in leg.t else leg.go(first)


def _show(visit: Visit, journey: str, name: str, root: str) -> Response:
    leg = leg_of(visit, journey, root)
    if name == "done":
        return _done(leg)
    if name == "check" and leg.sent:
        return visit.go(leg.at("done"))
    if instead := leg.gate():
        return instead
    answered: PageAnswers = {} if leg.sent else leg.answered
    if name == "check":
        missing = leg.act.journey.first_open(answered)
        return leg.go(missing) if missing else _check(leg)
    try:
        page = leg.act.journey.page(name, answered)
    except NotFound:
        return visit.go(f"{root}/{journey}")
    shown = leg.shown(page)
    return _question(leg, page, shown, shown.typed_again(page, answered.get(name, {})), {})


def _take(visit: Visit, journey: str, name: str, root: str) -> Response:
    from chalicelib.store import drafts

    leg = leg_of(visit, journey, root)
    if name == "check":
        return _send(leg)
    if instead := leg.gate():
        return instead
    answered: PageAnswers = {} if leg.sent else leg.answered
    page = leg.act.journey.page(name, answered)
    shown = leg.shown(page)
    if "switch" in visit.typed:
        return _question(leg, page, shown, visit.typed, {})
    try:
        answers = page.read(visit.typed, shown.given)
    except InvalidAnswer as error:
        found = {fault.pointer: fault.detail for fault in error.errors}
        return _question(leg, page, shown, visit.typed, found)
    now, begun = visit.wiring.clock(), bool(leg.draft_id) and not leg.sent
    new = {each: said for each, said in leg.settled.items() if each not in answered} | {name: answers}
    for each, said in new.items():
        drafts.save(visit.subject, journey, each, said, now, _new_id(visit), begun=begun)
        begun = True
    now_answered = {**answered, **new}
    if visit.form.get("to") == "check":
        return leg.go(leg.act.journey.first_open(now_answered))
    return leg.go(leg.act.journey.next_after(page, now_answered))


def _send(leg: Leg) -> Response:
    """Carry the act out under the draft's id, then note that it was sent: twice does nothing twice."""
    from chalicelib.store import drafts

    visit, journey = leg.visit, leg.act.journey
    if leg.sent:
        return visit.go(leg.at("done"))
    if not leg.draft_id or journey.first_open(leg.answered):
        return visit.go(f"{leg.root}/{journey.name}")
    sent = leg.submission()
    try:
        leg.act.carry_out(visit, sent)
    except Taken:
        return _asked_again(leg)
    drafts.mark_sent(visit.subject, journey.name, sent.id, sent.at)
    return visit.go(leg.at("done"))


def _asked_again(leg: Leg) -> Response:
    """Somebody was quicker: ask for something else among what the moment still offers."""
    if instead := leg.act.gate(leg.visit):
        return instead
    for page in leg.act.journey.pages:
        if chosen := page.of_the_moment(leg.answered.get(page.name, {})):
            return _question(leg, page, leg.shown(page), {}, {chosen[0][0]: "gone"})
    raise Taken("nothing of the moment was chosen")


def _question(
    leg: Leg, page: Page, shown: Shown, typed: Mapping[str, Sequence[str]], found: Mapping[str, str]
) -> Response:
    visit, before = leg.visit, leg.before(page)
    return visit.page(
        "question",
        400 if found else 200,
        t=leg.t,
        page=leg.t["pages"][page.name],
        drawn=shown.drawn(page),
        link_to=page.link,
        journey=leg.act.journey.name,
        typed=typed,
        action=leg.at(page.name),
        back=leg.at(before.name) if before else "",
        to=visit.query.get("to", "") or visit.form.get("to", ""),
        errors=shown.faults(page, found),
    )


def _check(leg: Leg) -> Response:
    if instead := leg.act.gate(leg.visit):
        return instead
    pages = leg.act.journey.asked(leg.answered)
    rows = leg.shown(*pages).rows(pages, leg.answered)
    root, action = leg.at(""), leg.at("check")
    return leg.visit.page("check", t=leg.t, rows=rows, settled=leg.settled, root=root, action=action)


def _done(leg: Leg) -> Response:
    if not leg.sent:
        return leg.visit.go(f"{leg.root}/{leg.act.journey.name}")
    sent = leg.submission()
    more = leg.act.confirmation(leg.visit, sent)
    return leg.visit.page("done", t=leg.t, reference=sent.reference, more=more)


def _new_id(visit: Visit) -> str:
    return base64.b32encode(visit.wiring.randomness(10)).decode().lower()
