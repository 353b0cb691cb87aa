"""Every act's form, drawn from the act's own data: shown, checked, sent once."""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.staff.form import Form
from chalicelib.api.staff.visit import FORM, StaffVisit, staffed
from chalicelib.api.staff.worklist import place
from chalicelib.domain.audit import Audited
from chalicelib.domain.errors import InvalidAnswer, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Given
from chalicelib.mediation import standing
from chalicelib.staff import acts as table
from chalicelib.staff.act import Act, On
from chalicelib.staff.acts import Result
from chalicelib.store import cases as case_store
from chalicelib.store import staff_forms

acts = Blueprint(__name__)
_PATH = "/staff/do/{about}/{on}/{act}"
_KEY = re.compile(r"[a-z2-7]{12}")


@acts.route(_PATH, methods=["GET"])
@staffed(acts, Permission.READ_CASES, Audited.FORM_READ)
def ask(visit: StaffVisit, about: str, on: str, act: str) -> Response:
    """Show an act's form, or its one question where there is nothing to fill in."""
    chosen = _act(on, act)
    table.require_open(visit.actor, chosen, about)
    key = base64.b32encode(visit.wiring.randomness(8)).decode().lower()[:12]
    return _page(visit, chosen, about, Form(chosen, _given(visit, chosen, about), visit.language), key)


@acts.route(_PATH, methods=["POST"], content_types=FORM)
@staffed(acts, Permission.READ_CASES, Audited.ACTED)
def send(visit: StaffVisit, about: str, on: str, act: str) -> Response:
    """Carry an act out, or propose it; what the form gets wrong is shown beside its fields."""
    chosen, key = _act(on, act), visit.form.get("key", "")
    if not _KEY.fullmatch(key):
        return visit.page("error", 403, kind="forged", said="")
    table.require_his(visit.actor, chosen, about)
    if staff_forms.result_of(visit.actor.id, key):
        return _done(visit, chosen, about, Result.DONE_BEFORE)
    form = Form(chosen, _given(visit, chosen, about), visit.language)
    try:
        answers = chosen.page.read(visit.typed, form.given)
    except InvalidAnswer as error:
        faults = {fault.pointer: fault.detail for fault in error.errors}
        return _page(visit, chosen, about, form, key, faults)
    result = table.send(chosen, visit.wiring.desk(visit.actor, key), about, answers)
    staff_forms.note(visit.actor.id, key, result.value, visit.wiring.clock())
    return _done(visit, chosen, about, result)


def shown_acts(visit: StaffVisit, on: On, about: str) -> list[dict[str, str]]:
    """Return the acts that the reader may do to something now, with how each reads and where its form is.

    One whose form would have nothing to choose from is left out.
    """
    from chalicelib.api.staff.pages import words_of

    titles, now = words_of("acts", visit.language)["acts"], visit.wiring.clock()
    return [
        {"title": titles[act.name]["title"], "place": f"/staff/do/{about}/{on.value}/{act.name}"}
        for act in table.open_to(visit.actor, on, about)
        if all(act.offered(about, now, visit.language).values())
    ]


def _done(visit: StaffVisit, act: Act, about: str, result: Result) -> Response:
    visit.detail["result"] = result.value
    return visit.go(place(act.on, about), done=act.name, result=result.value)


def _page(
    visit: StaffVisit, act: Act, about: str, form: Form, key: str, faults: dict[str, str] | None = None
) -> Response:
    found: dict[str, Any] = {
        "t": form.words,
        "about": about,
        "back": place(act.on, about),
        "drawn": form.drawn(),
        "typed": visit.typed,
        "key": key,
        "errors": form.faults(faults or {}),
        "four_eyes": act.four_eyes is True,  # where it depends on the answers, the form's lead says on which
    }
    return visit.page("act", 400 if faults else 200, **found)


def _act(on: str, name: str) -> Act:
    if on not in set(On):
        raise NotFound("no such act")
    return table.named(name, On(on))


def _given(visit: StaffVisit, act: Act, about: str) -> Given:
    """Return what the moment offers to choose from, and whose day and currency count."""
    now = visit.wiring.clock()
    today, currency = date.min, ""
    if act.on == On.CASE:
        try:
            case = case_store.get(CaseId.parse(about))
        except ValueError:
            raise NotFound("no such case") from None
        today, currency = now.astimezone(standing.zone_of(case)).date(), case.amount.currency
    else:
        today = now.date()
    return Given(today, currency, act.offered(about, now, visit.language))
