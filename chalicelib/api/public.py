"""What anybody may read and ask: home, whether a notice is genuine, his case, rights by country."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib.api import session as sessions
from chalicelib.api import views
from chalicelib.api.pages import words_of
from chalicelib.api.shown import Shown
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.errors import InvalidAnswer, NotFound
from chalicelib.forms.doors import FIND, GENUINE
from chalicelib.forms.fields import Given
from chalicelib.forms.journey import Page
from chalicelib.texts import load_words

public = Blueprint(__name__)

COUNTRIES = ("cn", "us", "gb", "eu")


@public.route("/open", methods=["GET"])
@visited(public, Who.ANYONE)
def home(visit: Visit) -> Response:
    """Say who we are and where to go."""
    return visit.page("home", countries=COUNTRIES)


@public.route("/open/rights/{country}", methods=["GET"])
@visited(public, Who.ANYONE)
def rights(visit: Visit, country: str) -> Response:
    """Show the rights and duties of a country's borrowers, and its supervisor."""
    from chalicelib import profiles
    from chalicelib.notices.variables import Regulator

    if country not in COUNTRIES:
        raise NotFound(f"no rights of {country}")
    law = load_words(f"{country}/legal.{visit.language}")["info"]
    profile = profiles.current(country.upper(), visit.wiring.clock())
    regulator = Regulator.in_language(profile.regulator, visit.language)
    return visit.page("rights", law=law, country=country, regulator=regulator)


@public.route("/open/genuine", methods=["GET"])
@visited(public, Who.ANYONE)
def ask_genuine(visit: Visit) -> Response:
    """Ask for the code printed in a message and for its day."""
    return _asked(visit, "genuine", GENUINE)


@public.route("/open/genuine", methods=["POST"], content_types=FORM)
@visited(public, Who.ANYONE)
def genuine(visit: Visit) -> Response:
    """Say whether such a message was sent that day, and nothing else."""
    from datetime import date

    from chalicelib import links
    from chalicelib.domain.local_form import format_date
    from chalicelib.store import printed

    try:
        answers = GENUINE.read(visit.typed, _given(visit))
    except InvalidAnswer as error:
        return _asked(visit, "genuine", GENUINE, error)
    day, wiring = date.fromisoformat(str(answers["day"])), visit.wiring
    digest = links.check_digest(str(answers["code"]), day, wiring.pepper())
    said = "yes" if printed.was_sent(digest, wiring.clock()) else "no"
    return visit.page("genuine_done", said=said, day=format_date(day, visit.language))


@public.route("/open/find", methods=["GET"])
@visited(public, Who.ANYONE)
def ask_find(visit: Visit) -> Response:
    """Ask for the case reference printed in a message, and who asks."""
    return _asked(visit, "find", FIND)


@public.route("/open/find", methods=["POST"], content_types=FORM)
@visited(public, Who.ANYONE)
def find(visit: Visit) -> Response:
    """Start the session of the case whose reference and second factor are right; else tell nothing."""
    from chalicelib.borrower.verify import Locked, Verified, Verify

    try:
        answers = FIND.read(visit.typed, _given(visit))
    except InvalidAnswer as error:
        return _asked(visit, "find", FIND, error)
    now = visit.wiring.clock()
    check = Verify(visit.wiring.pepper).by_reference
    match check(str(answers["reference"]), str(answers["factor"]), now):
        case Verified(case_id, answered):
            return visit.go("/my" if answered else "/my/info", sessions.start(case_id, now))
        case Locked():
            return visit.page("find_locked", 429)
    return _asked(visit, "find", FIND, wrong=words_of("find", visit.language)["wrong"])


def _given(visit: Visit) -> Given:
    return Given(*views.today_and_currency(visit))


def _asked(
    visit: Visit, name: str, page: Page, error: InvalidAnswer | None = None, wrong: str = ""
) -> Response:
    """Return a page's questions, with what is wrong in them."""
    t: dict[str, Any] = {"pages": {name: words_of(name, visit.language)}}
    shown = Shown(t, _given(visit), visit.language)
    faults = {fault.pointer: fault.detail for fault in error.errors} if error else {}
    errors = shown.faults(page, faults) | ({page.fields[0].name: wrong} if wrong else {})
    status = 400 if errors else 200
    return visit.page(
        "asked", status, t=t["pages"][name], drawn=shown.drawn(page), typed=visit.typed, errors=errors
    )
