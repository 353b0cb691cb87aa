"""What a letter to a stranger says, in each of our languages: his complaint does not know his own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from chalicelib.complaints.standing import profile_of
from chalicelib.complaints.tell import ACKNOWLEDGEMENT, DECISION, news
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.local_form import LANGUAGES, format_date
from chalicelib.notices.purposes import ComplaintNews
from chalicelib.texts import fill, load_words

_TTL = 3_600  # seconds for which a text may still be handed over; the window is asked before it leaves


@dataclass(frozen=True, slots=True)
class Written:
    """One letter as it leaves."""

    subject: str
    text: str
    html: str
    ttl: int = 0


def written(found: Complaint, kind: str, channel: ChannelName, public_url: str) -> Written:
    """Return a letter of a kind; a text is short and leads to the page where everything stands."""
    told, url = news(found, kind), f"{public_url}/open/complaint"
    each = [_said(found, told, kind, language, url) for language in LANGUAGES]
    if channel == ChannelName.SMS:
        return Written("", "\n".join(said["text"] for said in each), "", _TTL)
    lines = [line for said in each for line in (*said["mail"], "")]
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return Written(" · ".join(said["subject"] for said in each), "\n".join(lines).strip(), paragraphs)


def _said(found: Complaint, told: ComplaintNews, kind: str, language: str, url: str) -> dict[str, Any]:
    words = load_words(f"strangers/{language}")
    regulator = profile_of(found).regulator
    legal = load_words(f"{found.jurisdiction.lower()}/legal.{language}")
    day: Callable[[Any], str] = lambda value: format_date(value, language) if value else ""  # noqa: E731
    values = {
        "reference": found.reference,
        "received": day(told.received_on),
        "day": day(found.review_by if found.review_by and not found.reviewed else told.decide_by),
        "outcome": words["outcomes"].get(told.outcome, ""),
        "url": url,
        "regulator": regulator["name"][language],
        "phone": regulator["phone"],
    }
    own = fill(words["letters"][kind], **values)
    body = list(_body(told, kind, words, legal["complaint_routes"]))
    lines = [words["greeting"], *own["lines"], *body, *fill(words["closing"], **values)]
    return {"subject": own["subject"], "text": own["text"], "mail": lines}


def _body(told: ComplaintNews, kind: str, words: dict[str, Any], routes: list[str]) -> Iterator[str]:
    """Yield what was decided, its reasons and where to turn; what was typed is never read as words again."""
    if told.decision:
        yield f"{words['redress']}{told.decision}"
    if told.reasons:
        yield words["reasons"]
        yield from (line for line in told.reasons.splitlines() if line.strip())
    if kind != ACKNOWLEDGEMENT:
        yield words["routes" if kind != DECISION else "routes_decision"]
        yield from (f"- {line}" for line in routes)
