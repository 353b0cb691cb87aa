"""The runner's own pages: start, outbox, cases and clock, as HTML for people and JSON for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2
from markupsafe import Markup, escape

from infra.local.durations import Duration
from infra.local.product import NotAnEvent, Product
from infra.local.receipts import UnknownStatus
from infra.local.seed import second_factors
from infra.local.sms_api import FAILING_ENDINGS
from infra.local.timers import NoTimer
from infra.local.web import Answer, Problem, Request, as_json, see_other

# A link ends where ASCII does: Chinese text follows it without a space.
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+[A-Za-z0-9/=_-]")
_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'"
_SHOWN = 60  # of the newest, on a page; the JSON has all
_PAGES = ("/", "/_local/outbox", "/_local/cases")


class Pages:
    """Serves `/` and everything below `/_local/`."""

    def __init__(self, product: Product) -> None:
        self._product = product
        loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        self._templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
        self._templates.globals.update(
            loans=second_factors(), lenders=product.lenders, failing_numbers=FAILING_ENDINGS
        )
        self._templates.filters.update(linked=linked, local=_local, pretty=_pretty)
        self._routes: dict[str, dict[str, Callable[[Request], Answer]]] = {
            "/": {"GET": self._start},
            "/_local": {"GET": lambda _: see_other("/")},
            "/_local/": {"GET": lambda _: see_other("/")},
            "/_local/outbox": {"GET": self._outbox},
            "/_local/outbox.json": {"GET": lambda _: as_json(self._product.outbox())},
            "/_local/cases": {"GET": self._cases},
            "/_local/cases.json": {"GET": lambda _: as_json(self._product.cases())},
            "/_local/clock": {"GET": lambda _: as_json(self._clock()), "POST": self._move_clock},
            "/_local/lenders.json": {"GET": lambda _: as_json(self._lenders())},
            "/_local/receipts": {"POST": self._receipt},
            "/_local/send": {"POST": self._send},
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one request; raises Problem for what cannot be served."""
        methods = self._routes.get(request.path)
        if methods is None:
            raise Problem(404, "no-such-page", f"There is no {request.path}; the local pages start at /.")
        method = "GET" if request.method == "HEAD" else request.method
        if method not in methods:
            allowed = ", ".join(methods)
            answer = Problem(405, "method-not-allowed", f"Use {allowed} here.").answer()
            return Answer(answer.status, answer.body, answer.kind, {"allow": allowed})
        if method == "POST":
            self._refuse_foreign(request)
        return methods[method](request)

    def _refuse_foreign(self, request: Request) -> None:
        """A page of another site must not move the clock through the developer's browser."""
        origin = request.headers.get("origin")
        if origin and origin != f"http://{request.headers.get('host', '')}":
            raise Problem(
                403, "foreign-origin", "Send this from the local pages or without an Origin header."
            )

    def _start(self, request: Request) -> Answer:
        event = self._product.new_event()
        return self._page(
            "start.html",
            request,
            curl=self._product.curl_for(event),
            event=json.dumps(event, ensure_ascii=False, indent=1),
            answer=None,
        )

    def _outbox(self, request: Request) -> Answer:
        messages = self._product.outbox()
        return self._page("outbox.html", request, messages=messages[: -_SHOWN - 1 : -1], total=len(messages))

    def _cases(self, request: Request) -> Answer:
        cases = self._product.cases()
        return self._page("cases.html", request, cases=cases[: -_SHOWN - 1 : -1], total=len(cases))

    def _page(self, name: str, request: Request, **values: Any) -> Answer:
        body = self._templates.get_template(name).render(
            now=self._product.clock(),
            next_timer=self._product.timers.next_timer(),
            here=request.path,
            **values,
        )
        return Answer(body=body, headers={"content-security-policy": _CSP, "referrer-policy": "same-origin"})

    def _clock(self) -> dict[str, str | None]:
        return {
            "now": _stamp(self._product.clock()),
            "next_timer_at": _stamp(self._product.timers.next_timer()),
        }

    def _move_clock(self, request: Request) -> Answer:
        fields = request.fields()
        advance, to = fields.get("advance"), fields.get("to")
        if (advance is None) == (to is None):
            raise Problem(422, "advance-or-to", 'Send either {"advance": "P1D"} or {"to": "next_timer"}.')
        if to is not None:
            self._to_next(to)
        else:
            self._advance(advance)
        return _back(fields) if request.is_form else as_json(self._clock())

    def _to_next(self, to: object) -> None:
        if to != "next_timer":
            raise Problem(
                422, "unknown-goal", '"to" can only be "next_timer"; use "advance" for a length of time.'
            )
        try:
            self._product.timers.advance_to_next()
        except NoTimer:
            raise Problem(
                409, "no-timer", "No case waits for a timer; post an overdue event first."
            ) from None

    def _advance(self, advance: object) -> None:
        if not isinstance(advance, str):
            raise Problem(
                422, "not-a-duration", '"advance" is an ISO 8601 duration, for example "P1D" or "PT2H".'
            )
        try:
            to = Duration.parse(advance).after(self._product.clock())
        except ValueError as error:
            raise Problem(422, "not-a-duration", f"{error}.") from error
        self._product.timers.advance(to)

    def _lenders(self) -> list[dict[str, str]]:
        return [
            {"lender": each.id, "secret": each.secret, "profile": each.profile}
            for each in self._product.lenders
        ]

    def _receipt(self, request: Request) -> Answer:
        fields = request.fields()
        identifier, status = fields.get("provider_message_id"), fields.get("status")
        if not isinstance(identifier, str) or not isinstance(status, str):
            raise Problem(422, "fields-missing", "Send provider_message_id and status, both as text.")
        message = self._product.messages.find(identifier)
        if message is None:
            raise Problem(
                404, "no-such-message", "No message has this provider_message_id; see /_local/outbox.json."
            )
        try:
            self._product.receive_receipt(message, status.upper())
        except UnknownStatus as error:
            known = ", ".join(error.known)
            raise Problem(
                422, "unknown-status", f"A {message.channel} receipt has one of: {known}."
            ) from error
        taken = {"provider_message_id": identifier, "status": status.upper()}
        return _back(fields) if request.is_form else as_json(taken, 202)

    def _send(self, request: Request) -> Answer:
        """Sign and post the event of the start page's form; the page shows what the product answered."""
        event = str(request.fields().get("event", ""))
        try:
            status, body = self._product.send_event(event.encode())
        except NotAnEvent as error:
            raise Problem(422, "not-an-event", f"{error}.") from error
        return self._page(
            "start.html",
            Request("GET", "/", {}, {}, b""),
            curl="",
            event=event,
            answer={"status": status, "body": body},
        )


def _back(fields: dict[str, Any]) -> Answer:
    """Lead back to the page whose button was pressed, never to anywhere else."""
    back = fields.get("back", "/")
    return see_other(back if back in _PAGES else "/")


def linked(text: str) -> Markup:
    """Return the text with its web addresses as links that can be tapped; everything else is escaped."""
    parts, at = [], 0
    for found in _URL.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


def _local(moment: datetime | str | None, form: str = "%a %d %b %Y %H:%M") -> str:
    """Return a moment as a wall clock in Shanghai, where the seeded borrowers live."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    return moment.astimezone(ZoneInfo("Asia/Shanghai")).strftime(form) if moment else "–"


def _pretty(detail: Any) -> str:
    """Return a fact's details on one line."""
    if not isinstance(detail, dict):
        return "" if detail is None else str(detail)
    return " · ".join(
        f"{name} {value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}"
        for name, value in detail.items()
    )
