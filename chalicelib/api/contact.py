"""How a borrower wants to be contacted: what is silent, what he asked for, each changed with one page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api import views
from chalicelib.api.pages import words_of
from chalicelib.api.shown import Row, Shown
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.errors import InvalidAnswer, NotFound
from chalicelib.forms import contact as forms
from chalicelib.forms.fields import Given, Value
from chalicelib.forms.journey import Page
from chalicelib.texts import fill

contact = Blueprint(__name__)


@contact.route("/my/preferences", methods=["GET"])
@visited(contact, Who.BORROWER)
def preferences(visit: Visit) -> Response:
    """Lead on from the address that messages sent earlier name."""
    return visit.go("/my/contact")


@contact.route("/my/contact", methods=["GET"])
@visited(contact, Who.BORROWER)
def overview(visit: Visit) -> Response:
    """Show what is silent and what was asked for, and confirm what was just changed."""
    return _overview(visit)


@contact.route("/my/contact", methods=["POST"], content_types=FORM)
@visited(contact, Who.BORROWER)
def silence(visit: Visit) -> Response:
    """Silence a channel at once, or start it again."""
    from chalicelib.borrower.preferences import start_channel, stop_channel

    case, channel = visit.case(), visit.form.get("channel", "")
    acts = {"stop": stop_channel, "start": start_channel}
    act = acts.get(visit.form.get("act", ""))
    if act is None or channel not in reachable(case):
        return _overview(visit, words_of("contact", visit.language)["errors"])
    act(case, ChannelName(channel), visit.wiring.clock())
    return visit.go("/my/contact", changed=channel)


@contact.route("/my/contact/{name}", methods=["GET"])
@visited(contact, Who.BORROWER)
def question(visit: Visit, name: str) -> Response:
    """Ask for one thing, with what was asked for before."""
    from chalicelib.borrower.preferences import asked_for

    page, shown = _page(name), _shown(visit)
    typed = shown.typed_again(page, forms.answers_of(asked_for(visit.case())))
    return visit.page("question", **_drawn(shown, page), typed=typed)


@contact.route("/my/contact/{name}", methods=["POST"], content_types=FORM)
@visited(contact, Who.BORROWER)
def answer(visit: Visit, name: str) -> Response:
    """Put the answer in force and say so; a language switch shows the page again with what was typed."""
    from chalicelib.borrower.preferences import ask

    page, shown = _page(name), _shown(visit)
    if "switch" in visit.typed:
        return visit.page("question", **_drawn(shown, page), typed=visit.typed)
    try:
        answers = page.read(visit.typed, shown.given)
    except InvalidAnswer as error:
        found = shown.faults(page, {fault.pointer: fault.detail for fault in error.errors})
        return visit.page("question", 400, **_drawn(shown, page), typed=visit.typed, errors=found)
    if name == "hours":  # here, unlike in a journey, nothing chosen means that all hours suit
        answers = {"days": [], "parts": [], **answers}
    ask(visit.case(), answers, visit.wiring.clock())
    return visit.go("/my/contact", changed=name)


def reachable(case: Case) -> list[ChannelName]:
    """Return the channels over which a case has an address of its borrower."""
    return [channel for channel in ChannelName if case.borrower.address(channel)]


def channels_offered(visit: Visit) -> Mapping[str, Mapping[str, str]]:
    """Return the channels a borrower may prefer, as his language calls them."""
    named = words_of("common", visit.language)["channels"]
    offered = {channel.value: named[channel] for channel in reachable(visit.case())}
    anything = words_of("contact", visit.language)["nothing"]
    return {"channel": {**offered, forms.ANY: anything}}


def _overview(visit: Visit, errors: Mapping[str, str] | None = None) -> Response:
    from chalicelib.borrower.preferences import asked_for, silenced

    case, off = visit.case(), silenced(visit.case())
    answers = forms.answers_of(asked_for(case))
    return visit.page(
        "contact",
        400 if errors else 200,
        channels=[(channel, channel not in off) for channel in reachable(case)],
        rows=_rows(_shown(visit), answers, words_of("contact", visit.language)["nothing"]),
        told=_told(visit, case, off),
        errors=errors or {},
    )


def _told(visit: Visit, case: Case, off: frozenset[ChannelName]) -> str:
    """Return what to say of the change just made: of what is now, not of what an address claims."""
    t, changed = words_of("contact", visit.language), visit.query.get("changed", "")
    if changed in reachable(case):
        named = words_of("common", visit.language)["channels"][changed]
        return str(fill(t["stopped" if changed in off else "started"], channel=named))
    return str(t["saved"]) if changed in {page.name for page in forms.PAGES} else ""


def _rows(shown: Shown, answers: Mapping[str, Value], nothing: str) -> list[Row]:
    """Return each thing one may ask for, and what was asked for."""
    kept = {
        page.name: {f.name: answers[f.name] for f in page.fields if answers.get(f.name)}
        for page in forms.PAGES
    }
    rows = shown.rows(forms.PAGES, kept)
    empty = words_of("common", shown.language)["none"]
    return [Row(row.page, row.label, nothing if row.text == empty else row.text) for row in rows]


def _shown(visit: Visit) -> Shown:
    """Return the fields with the words that the feedback asks in: the questions are the same."""
    today, currency = views.today_and_currency(visit)
    t = {
        **words_of("contact", visit.language),
        "pages": words_of("journeys/feedback", visit.language)["pages"],
    }
    return Shown(t, Given(today, currency, channels_offered(visit)), visit.language)


def _page(name: str) -> Page:
    for page in forms.PAGES:
        if page.name == name:
            return page
    raise NotFound(f"nothing called {name} is asked of contacts")


def _drawn(shown: Shown, page: Page) -> dict[str, Any]:
    action = f"/my/contact/{page.name}"
    return {
        "t": shown.t,
        "page": shown.t["pages"][page.name],
        "drawn": shown.drawn(page),
        "action": action,
        "back": "/my/contact",
        "to": "",
    }
