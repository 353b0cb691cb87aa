"""One page request: its form, language and session, and the page that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice import Blueprint, Response
from chalice.app import Request

from chalicelib.api import session as sessions
from chalicelib.api.request import cookie_kind, is_foreign, language_of, path_of, session_in, typed_in
from chalicelib.api.session import Session
from chalicelib.domain.case import Case
from chalicelib.domain.errors import CaseClosed, NotFound
from chalicelib.domain.keys import CaseId, Subject
from chalicelib.wiring import Wiring, wired

FORM = ["application/x-www-form-urlencoded"]
ONE_CLICK = [*FORM, "multipart/form-data"]
"""What a mail program may send (RFC 8058)."""

View = Callable[..., Response]


class Who(StrEnum):
    """Whom a page is for; the policy that every page's route must have (tests/api/test_routes.py).

    ANYONE needs no session and gets none, GUEST is anyone with a session, begun with his first page,
    BORROWER has shown that the case is his.
    """

    ANYONE = "ANYONE"
    GUEST = "GUEST"
    BORROWER = "BORROWER"


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page needs to know of its request; `typed` are all values of its form."""

    wiring: Wiring
    language: str
    path: str
    typed: Mapping[str, Sequence[str]]
    query: Mapping[str, str]
    session: Session | None
    foreign: bool
    seen: dict[str, Case] = field(default_factory=dict)

    @property
    def form(self) -> Mapping[str, str]:
        """The first value of each field."""
        return {name: values[0] for name, values in self.typed.items()}

    @property
    def base(self) -> str:
        """Path under which this deployment answers (`/api` on a bare API Gateway stage)."""
        return urlsplit(self.wiring.settings.public_url).path

    @property
    def csrf(self) -> str:
        """The token this session's forms carry; empty before verification."""
        return self.session.csrf(self.wiring.session_key()) if self.session else ""

    @property
    def case_id(self) -> CaseId:
        """The case this session was verified for; raises NotFound without a session."""
        if self.session is None:
            raise NotFound("no session")
        return self.session.case_id

    @property
    def subject(self) -> Subject:
        """Whose visit this is; raises NotFound without a session."""
        if self.session is None:
            raise NotFound("no session")
        return self.session.subject

    @property
    def verified(self) -> bool:
        """Whether the visitor has shown that a case is his."""
        return self.session is not None and isinstance(self.session.subject, CaseId)

    def case(self) -> Case:
        """Return the case of the session, read once a visit; raises NotFound when there is none."""
        from chalicelib.store import cases

        if "case" not in self.seen:
            self.seen["case"] = cases.get(self.case_id)
        return self.seen["case"]

    def page(self, name: str, http: int = 200, *, forms_to: str = "", **context: object) -> Response:
        """Return a rendered page; a session's cookie is renewed with it.

        `forms_to` is one more origin to which its form may go.
        """
        from chalicelib.api.pages import render

        where = {"csrf": self.csrf, "base": self.base, "path": self.path, "verified": self.verified}
        html = render(name, self.language, {**where, **context})
        return Response(html, headers=self.page_headers(forms_to=forms_to), status_code=http)

    def go(self, path: str, session: Session | None = None, **query: str) -> Response:
        """Return a redirect to one of our own pages (303), starting `session` if one is given."""
        asked = urlencode({"lang": self.language, **query})
        headers = self.page_headers(session) | {"Location": f"{self.base}{path}?{asked}"}
        return Response("", headers=headers, status_code=303)

    def leave(self, url: str) -> Response:
        """Return a redirect (303) to an address outside our own pages, which we made ourselves."""
        return Response("", headers=self.page_headers() | {"Location": url}, status_code=303)

    def page_headers(self, session: Session | None = None, forms_to: str = "") -> dict[str, str | list[str]]:
        """Return the headers of every answer; a session's cookie is renewed with it."""
        from chalicelib.api.pages import content_security_policy

        headers: dict[str, str | list[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": content_security_policy(forms_to),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex",
        }
        if kept := session or self.session:
            headers["Set-Cookie"] = self._cookie(kept.seen_at(self.wiring.clock()))
        return headers

    def _cookie(self, session: Session) -> str:
        name, flags = cookie_kind(self.wiring)
        value = session.seal(self.wiring.session_key())
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{flags}"


def visited(blueprint: Blueprint, who: Who, *, cross_site: bool = False) -> Callable[[View], View]:
    """Give a view its Visit and turn what goes wrong into pages; stands right under `@route`.

    For a BORROWER a request without a live session is shown the way back. A form of somebody with a session
    must carry its CSRF token, and every form must come from our own page, as far as the browser says
    (`Sec-Fetch-Site`; under our Referrer-Policy browsers send no Origin to compare), unless `cross_site`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            visit = _visit(blueprint.current_request, who)
            try:
                if who == Who.BORROWER and not visit.verified:
                    return visit.page("error", 403, status="403")
                if visit.typed and _is_forged(visit, who, cross_site):
                    return visit.page("error", 403, status="403")
                return view(visit, *args, **kwargs)
            except CaseClosed:
                return visit.page("closed", reason="closed")
            except NotFound:
                return visit.page("error", 404, status="404")
            except Exception:
                visit.wiring.telemetry.logger.exception("page failed")
                return visit.page("error", 500, status="500")

        guarded.who = who  # type: ignore[attr-defined]
        return guarded

    return decorate


def _is_forged(visit: Visit, who: Who, cross_site: bool) -> bool:
    if visit.foreign and not cross_site:
        return True
    return who != Who.ANYONE and not _csrf_is_right(visit)


def _csrf_is_right(visit: Visit) -> bool:
    return sessions.same_csrf(visit.form.get("csrf", ""), visit.csrf)


def _visit(request: Request, who: Who) -> Visit:
    wiring = wired()
    query = dict(request.query_params or {})
    session, language = session_in(request, wiring), language_of(request, query)
    typed, foreign = typed_in(request), is_foreign(request)
    visit = Visit(wiring, language, path_of(request), typed, query, session, foreign)
    if who == Who.GUEST and session is None:
        return replace(visit, session=sessions.start_guest(wiring.randomness, wiring.clock()))
    return visit
