"""The runner's own pages: start, outbox and cases, as HTML for people and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2

from infra.local import show, staff
from infra.local.acts import Acts
from infra.local.objects import NoObject
from infra.local.product import Product
from infra.local.replies import SUGGESTED
from infra.local.seed import APP, second_factors, zones
from infra.local.sms_api import FAILING_ENDINGS
from infra.local.web import Answer, Problem, Request, as_json, see_other

_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'"
_SHOWN = 60  # of the newest, on a page; the JSON has all
_OBJECTS = "/_local/objects/"
_KINDS = {"application/pdf": "application/pdf", "application/json": "application/json"}


class Pages:
    """Serves `/` and everything below `/_local/`."""

    def __init__(self, product: Product, staff_code: Callable[[str], str]) -> None:
        self._product, self._acts = product, Acts(product)
        loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
        self._templates = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
        self._templates.globals.update(
            loans=second_factors(),
            lenders=product.lenders,
            failing_numbers=FAILING_ENDINGS,
            suggested=SUGGESTED,
            staff=staff.members(),
            staff_password=staff.PASSWORD,
            staff_code=staff_code,
            zones=[zone.key for zone in zones()],
        )
        self._templates.filters.update(linked=show.linked, local=show.local, pretty=show.pretty, due=show.due)
        self._routes: dict[str, dict[str, Callable[[Request], Answer]]] = {
            "/": {"GET": self._start},
            "/_local": {"GET": lambda _: see_other("/")},
            "/_local/": {"GET": lambda _: see_other("/")},
            "/_local/outbox": {"GET": self._outbox},
            "/_local/outbox.json": {"GET": lambda _: as_json(self._product.outbox())},
            "/_local/cases": {"GET": self._cases},
            "/_local/cases.json": {"GET": lambda _: as_json(self._product.cases())},
            "/_local/clock": {"GET": lambda _: as_json(self._acts.clock()), "POST": self._acts.move_clock},
            "/_local/lenders.json": {"GET": lambda _: as_json(self._lenders())},
            "/_local/staff.json": {
                "GET": lambda _: as_json({one.id: staff_code(one.id) for one in staff.members()})
            },
            "/_local/receipts": {"POST": self._acts.receipt},
            "/_local/replies": {"POST": self._acts.reply},
            "/_local/send": {"POST": self._send},
            _OBJECTS: {"GET": self._object},
            APP: {"POST": self._app},
        }

    def __call__(self, request: Request) -> Answer:
        """Answer one request; raises Problem for what cannot be served."""
        path = next((each for each in (_OBJECTS, APP) if request.path.startswith(each)), request.path)
        methods = self._routes.get(path)
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
        event = self._product.new_event(request.query.get("event", ["overdue"])[0])
        return self._page(
            "start.html",
            request,
            curl=self._product.curl_for(event),
            event=json.dumps(event, ensure_ascii=False, indent=1),
            answer=None,
        )

    def _outbox(self, request: Request) -> Answer:
        messages = self._product.outbox()
        states = {
            channel["notice_id"]: channel["state"]
            for case in self._product.cases()
            for delivery in case["deliveries"]
            for channel in delivery["channels"]
        }
        newest = messages[: -_SHOWN - 1 : -1]
        return self._page("outbox.html", request, messages=newest, total=len(messages), states=states)

    def _cases(self, request: Request) -> Answer:
        cases = self._product.cases()
        return self._page("cases.html", request, cases=cases[: -_SHOWN - 1 : -1], total=len(cases))

    def _object(self, request: Request) -> Answer:
        """Show an object of a bucket: a letter's pages, a message as it was kept, a receipt."""
        bucket, _, key = unquote(request.path.removeprefix(_OBJECTS)).partition("/")
        try:
            body, kind = self._product.buckets.get(bucket, key)
        except NoObject:
            raise Problem(404, "no-such-object", f"There is no {key} in {bucket}.") from None
        return Answer(body=body, kind=_KINDS.get(kind, "text/plain; charset=utf-8"))

    def _app(self, request: Request) -> Answer:
        """Take a message as the app of the lender named in the path."""
        return self._product.apps().take(request.path.removeprefix(APP), request)

    def _page(self, name: str, request: Request, **values: Any) -> Answer:
        body = self._templates.get_template(name).render(
            now=self._product.clock(),
            next_timers=self._product.timers.next_timers(),
            here=request.path,
            **values,
        )
        return Answer(body=body, headers={"content-security-policy": _CSP, "referrer-policy": "same-origin"})

    def _lenders(self) -> list[dict[str, Any]]:
        return [
            {"lender": each.id, "secret": each.secret, "profile": each.profile, "live": each.live}
            for each in self._product.lenders
        ]

    def _send(self, request: Request) -> Answer:
        """Sign and post the event of the start page's form; the page shows what the product answered."""
        event = str(request.fields().get("event", ""))
        answer = self._acts.send(event)
        start = Request("GET", "/", {}, {}, b"")
        return self._page("start.html", start, curl="", event=event, answer=answer)
