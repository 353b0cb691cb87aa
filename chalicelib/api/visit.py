"""One page request of a borrower: its form, language and session, and the page that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from chalice import Blueprint, Response
from chalice.app import Request

from chalicelib.api import session as sessions
from chalicelib.api.session import Session
from chalicelib.domain.case import Case
from chalicelib.domain.errors import CaseClosed, NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.wiring import Wiring, wired

LANGUAGES = ("zh-CN", "en")
FORM = ["application/x-www-form-urlencoded"]
ONE_CLICK = [*FORM, "multipart/form-data"]
"""What a mail program may send (RFC 8058)."""
_MAX_FIELDS = 20

View = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a borrower's page needs to know of its request."""

    wiring: Wiring
    language: str
    form: Mapping[str, str]
    query: Mapping[str, str]
    session: Session | None
    foreign: bool

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

    def case(self) -> Case:
        """Return the case of the session; raises NotFound when there is none."""
        from chalicelib.store import cases

        return cases.get(self.case_id)

    def page(self, name: str, http: int = 200, **context: object) -> Response:
        """Return a rendered page; a session's cookie is renewed with it."""
        from chalicelib.api.pages import render

        html = render(name, self.language, csrf=self.csrf, base=self.base, **context)
        return Response(html, headers=self._headers(), status_code=http)

    def go(self, path: str, session: Session | None = None, **query: str) -> Response:
        """Return a redirect to one of our own pages (303), starting `session` if one is given."""
        asked = urlencode({"lang": self.language, **query})
        headers = self._headers(session) | {"Location": f"{self.base}{path}?{asked}"}
        return Response("", headers=headers, status_code=303)

    def _headers(self, session: Session | None = None) -> dict[str, str | list[str]]:
        from chalicelib.api.pages import content_security_policy

        headers: dict[str, str | list[str]] = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": content_security_policy(),
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
        name, flags = _cookie_kind(self.wiring)
        value = session.seal(self.wiring.session_key())
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{flags}"


def visited(blueprint: Blueprint, *, verified: bool) -> Callable[[View], View]:
    """Give a view its Visit and turn what goes wrong into pages; stands right under `@route`.

    With `verified`, a request without a live session is shown the way back, and a form must carry the
    session's CSRF token and come from our own page, as far as the browser says (`Sec-Fetch-Site`; under our
    Referrer-Policy browsers send no Origin to compare).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Response:
            visit = _visit(blueprint.current_request)
            try:
                if verified and visit.session is None:
                    return visit.page("error", 403, status=403)
                if verified and visit.form and (visit.foreign or not _csrf_is_right(visit)):
                    return visit.page("error", 403, status=403)
                return view(visit, *args, **kwargs)
            except CaseClosed:
                return visit.page("closed", reason="closed")
            except NotFound:
                return visit.page("error", 404, status=404)
            except Exception:
                visit.wiring.telemetry.logger.exception("page failed")
                return visit.page("error", 500, status=500)

        return guarded

    return decorate


def _visit(request: Request) -> Visit:
    wiring = wired()
    query = dict(request.query_params or {})
    session = _session(request, wiring)
    foreign = request.headers.get("sec-fetch-site", "") in ("cross-site", "same-site")
    return Visit(wiring, _language(request, query, session), _form(request), query, session, foreign)


def _form(request: Request) -> dict[str, str]:
    if request.method != "POST":
        return {}
    try:
        fields = parse_qs(
            raw_bytes(request).decode("utf-8"), keep_blank_values=True, max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        return {"": ""}
    return {name: values[0] for name, values in fields.items()} or {"": ""}


def raw_bytes(request: Request) -> bytes:
    """Return the body as it was signed or sent, whatever API Gateway made of it."""
    body = request.raw_body
    return body if isinstance(body, bytes) else body.encode("utf-8")


def _session(request: Request, wiring: Wiring) -> Session | None:
    try:
        cookies = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        return None
    cookie = cookies.get(_cookie_kind(wiring)[0])
    if cookie is None:
        return None
    return sessions.open_session(cookie.value, wiring.session_key(), wiring.clock())


def _cookie_kind(wiring: Wiring) -> tuple[str, str]:
    """Over https the cookie is `__Host-` and Secure; plain http exists on the local engine alone."""
    secure = wiring.settings.public_url.startswith("https:")
    return ("__Host-accord", "; Secure") if secure else ("accord", "")


def _language(request: Request, query: Mapping[str, str], session: Session | None) -> str:
    asked = query.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    accepted = request.headers.get("accept-language", "").lower()
    return "en" if accepted.startswith("en") else "zh-CN"


def _csrf_is_right(visit: Visit) -> bool:
    return sessions.same_csrf(visit.form.get("csrf", ""), visit.csrf)
