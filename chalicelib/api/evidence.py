"""Documents a borrower hands in: the list, a new one's name, its file, what became of it, and it again."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from chalice import Blueprint, Response

from chalicelib.api import views
from chalicelib.api.pages import words_of
from chalicelib.api.shown import Shown
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.codes import DocumentKind, Refusal
from chalicelib.domain.errors import InvalidAnswer, NotFound
from chalicelib.domain.local_form import format_date
from chalicelib.forms.fields import Given, Line, Typed
from chalicelib.forms.journey import Page
from chalicelib.texts import fill

if TYPE_CHECKING:
    from chalicelib.store.facts import Fact

evidence = Blueprint(__name__)

NAME = Page("add", (Line("name", most=80),))
LINK_SECONDS = 60
"""How long the link to a document is good: as long as a redirect takes, on a slow phone."""
_ENDINGS = {DocumentKind.PDF: "pdf", DocumentKind.JPEG: "jpg", DocumentKind.PNG: "png"}


@evidence.route("/my/evidence", methods=["GET"])
@visited(evidence, Who.BORROWER)
def listed(visit: Visit) -> Response:
    """Show every document, and let one more be added; `?back=` names the journey that led here."""
    from chalicelib.borrower import evidence as documents
    from chalicelib.domain.documents import MOST_DOCUMENTS

    found = documents.of(visit.case_id)
    kept = [fact for fact in found if fact.detail["state"] == documents.KEPT]
    lines = [_line(visit, fact) for fact in found]
    full = len(kept) >= MOST_DOCUMENTS
    return visit.page("evidence", documents=lines, full=full, kept=_back(visit))


@evidence.route("/my/evidence/add", methods=["GET"])
@visited(evidence, Who.BORROWER)
def ask(visit: Visit) -> Response:
    """Ask what the document shows."""
    return _ask(visit, {})


@evidence.route("/my/evidence/add", methods=["POST"], content_types=FORM)
@visited(evidence, Who.BORROWER)
def add(visit: Visit) -> Response:
    """Give the document a place, and go on to its file."""
    from chalicelib.store.documents import Upload, offer

    if "switch" in visit.typed:
        return _ask(visit, visit.typed)
    try:
        name = str(NAME.read(visit.typed, _shown(visit).given)["name"])
    except InvalidAnswer as error:
        return _ask(visit, visit.typed, {fault.pointer: fault.detail for fault in error.errors})
    made = base64.b32encode(visit.wiring.randomness(15)).decode().lower()
    if not offer(Upload(made, visit.case_id, name), visit.wiring.clock()):
        return visit.go("/my/evidence", None, **_back(visit))
    return visit.go(f"/my/evidence/{made}/file", None, **_back(visit))


@evidence.route("/my/evidence/{evidence_id}/file", methods=["GET"])
@visited(evidence, Who.BORROWER)
def choose(visit: Visit, evidence_id: str) -> Response:
    """Show the form that puts the file into the bucket; none for a document that was checked already."""
    from chalicelib.borrower.evidence import find, offered

    here = f"/my/evidence/{evidence_id}/state"
    if find(visit.case_id, evidence_id):
        return visit.go(here, None, **_back(visit))
    upload = offered(visit.case_id, evidence_id, visit.wiring.clock())
    asked = urlencode({"lang": visit.language, "sent": "1", **_back(visit)})
    form = visit.wiring.uploads.form(evidence_id, f"{visit.wiring.settings.public_url}{here}?{asked}")
    url = urlsplit(form.url)
    t = words_of("evidence", visit.language)
    origin = f"{url.scheme}://{url.netloc}"
    return visit.page("upload", forms_to=origin, t=t, form=form, called=upload.name, kept=_back(visit))


@evidence.route("/my/evidence/{evidence_id}/state", methods=["GET"])
@visited(evidence, Who.BORROWER)
def state(visit: Visit, evidence_id: str) -> Response:
    """Say what became of a document: being checked, received, refused and why, or not there yet."""
    from chalicelib.borrower.evidence import KEPT, find, offered

    t, fact = words_of("evidence", visit.language), find(visit.case_id, evidence_id)
    if fact is None:
        name = offered(visit.case_id, evidence_id, visit.wiring.clock()).name
        now = "checking" if "sent" in visit.query else "waiting"
    else:
        name, now = fact.detail["name"], "received" if fact.detail["state"] == KEPT else "declined"
    reason = t["reasons"][fact.detail["reason"]] if fact and now == "declined" else ""
    here = f"/my/evidence/{evidence_id}"
    return visit.page(
        "upload_state", t=t, state=now, called=name, reason=reason, here=here, kept=_back(visit)
    )


@evidence.route("/my/evidence/{evidence_id}", methods=["GET"])
@visited(evidence, Who.BORROWER)
def fetch(visit: Visit, evidence_id: str) -> Response:
    """Hand a kept document back as a file to be saved, from the bucket's own address.

    Not through this function: what it may return is limited to 6 MB, and no browser ever takes a file from
    outside for something of ours.
    """
    from chalicelib.borrower.evidence import KEPT, archive_key, find

    fact = find(visit.case_id, evidence_id)
    if fact is None or fact.detail["state"] != KEPT:
        raise NotFound("no such document in this case")
    name = f"{fact.detail['name']}.{_ENDINGS[fact.detail['kind']]}"
    key = archive_key(visit.case_id, evidence_id)
    return visit.leave(visit.wiring.shared_records.link(key, name, LINK_SECONDS))


def _ask(visit: Visit, typed: Typed, found: Mapping[str, str] | None = None) -> Response:
    shown, back = _shown(visit), _back(visit)
    return visit.page(
        "question",
        400 if found else 200,
        t=shown.t,
        page=shown.t["pages"][NAME.name],
        drawn=shown.drawn(NAME),
        typed=typed,
        action="/my/evidence/add",
        back="/my/evidence",
        hidden_back=back.get("back", ""),
        to="",
        errors=shown.faults(NAME, found or {}),
    )


def _shown(visit: Visit) -> Shown:
    today, currency = views.today_and_currency(visit)
    return Shown(words_of("evidence", visit.language), Given(today, currency), visit.language)


def _line(visit: Visit, fact: Fact) -> dict[str, Any]:
    """Return a checked document as the list shows it; a refused one cannot be fetched."""
    t, detail = words_of("evidence", visit.language), fact.detail
    if "reason" in detail:
        told = fill(t["refused"], reason=t["reasons"][Refusal(detail["reason"])])
        return {"id": "", "name": detail["name"], "told": told}
    day = format_date(fact.at.astimezone(views.zone_of(visit.case())).date(), visit.language)
    told = fill(t["kept"], day=day, size=f"{max(1, round(detail['size'] / 1000)):,} KB")
    return {"id": fact.which[0], "name": detail["name"], "told": told}


def _back(visit: Visit) -> dict[str, str]:
    """Return the journey that led here, to go back to; only a name, never an address."""
    name = visit.query.get("back", "") or visit.form.get("back", "")
    return {"back": name} if re.fullmatch(r"[a-z_]{1,20}", name) else {}
