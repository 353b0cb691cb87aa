"""One request to the console: who of the staff makes it, what it may show, and the trail it leaves."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from chalice import Blueprint, Response
from chalice.app import Request

from chalicelib.api.guard import HEADERS
from chalicelib.api.request import LANGUAGES, is_foreign, language_of, path_of, typed_in
from chalicelib.api.staff import cookies
from chalicelib.api.staff.refusal import told
from chalicelib.domain.actor import Actor
from chalicelib.domain.audit import Audited, Entry
from chalicelib.domain.errors import AccordError, NotFound, NotInRole
from chalicelib.domain.permissions import Permission, holds, require
from chalicelib.store import audit
from chalicelib.wiring import Wiring, wired

FORM = ["application/x-www-form-urlencoded"]
View = Callable[..., Response]
_DENIALS = (403, 404)
"""Answers that keep something from somebody; a form with faults was his to send."""
NAVIGATION = {
    "/staff/report": Permission.READ_REPORTS,
    "/staff/audit": Permission.READ_AUDIT,
}
"""Pages in the navigation that take more than to read cases."""


@dataclass(frozen=True, slots=True)
class StaffVisit:
    """What a page needs to know of its request. `detail` are the codes that its line of the trail gets."""

    wiring: Wiring
    language: str
    path: str
    typed: Mapping[str, Sequence[str]]
    query: Mapping[str, str]
    foreign: bool
    token: str
    signed_in: Actor | None
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who makes the request; raises NotInRole when nobody is signed in."""
        if self.signed_in is None:
            raise NotInRole("sign in first")
        return self.signed_in

    @property
    def form(self) -> Mapping[str, str]:
        """The first value of each field."""
        return {name: values[0] for name, values in self.typed.items()}

    @property
    def base(self) -> str:
        """Path under which this deployment answers (`/api` on a bare API Gateway stage)."""
        return urlsplit(self.wiring.settings.public_url).path

    @property
    def zone(self) -> ZoneInfo:
        """Whose clock counts where no borrower's does."""
        return ZoneInfo("UTC")

    @property
    def csrf(self) -> str:
        """The token that this session's forms carry."""
        key = self.wiring.session_key()
        return hmac.new(key, f"staff-csrf\0{self.token}".encode(), hashlib.sha256).hexdigest()

    def page(self, name: str, http: int = 200, **context: object) -> Response:
        """Return a rendered page."""
        from chalicelib.api.staff.pages import render

        where = {
            "csrf": self.csrf, "base": self.base, "path": self.path, "actor": self.signed_in,
            "switched": self._switched(), "hidden": self._hidden(),
        }  # fmt: skip
        html = render(name, self.language, {**where, **context})
        return Response(html, headers=self.headers(), status_code=http)

    def _switched(self) -> str:
        """Return the query of this very page in the other language."""
        other = next(each for each in LANGUAGES if each != self.language)
        return urlencode({**self.query, "lang": other})

    def _hidden(self) -> frozenset[str]:
        """Return the pages in the navigation that are not the reader's."""
        actor = self.signed_in
        return frozenset(
            place for place, needed in NAVIGATION.items() if not (actor and holds(actor, needed))
        )

    def go(self, path: str, **query: str) -> Response:
        """Return a redirect (303) to one of the console's own pages."""
        return self.leave(f"{self.base}{path}?{urlencode({'lang': self.language, **query})}")

    def leave(self, url: str) -> Response:
        """Return a redirect (303) to an address that we made ourselves."""
        return Response("", headers=self.headers() | {"Location": url}, status_code=303)

    def headers(self) -> dict[str, str | list[str]]:
        """Return the headers of every page of the console."""
        from chalicelib.api.staff.pages import content_security_policy

        login = urlsplit(self.wiring.settings.staff_login_url)
        return {
            **HEADERS,
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": content_security_policy(f"{login.scheme}://{login.netloc}"),
            "X-Robots-Tag": "noindex",
        }


def staffed(blueprint: Blueprint, permission: Permission, what: Audited) -> Callable[[View], View]:
    """Give a view its StaffVisit, and show nothing of it that is not on the audit trail first.

    Stands right under `@route`. Whoever is not signed in is led to the sign-in page, or told to sign in again
    when he sent a form. The line of the trail names the first parameter of the path and holds codes alone; if
    it cannot be kept, the answer is an error and nothing else (ASVS V16: fails closed).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**about: str) -> Response:
            visit = visit_of(blueprint.current_request)
            if visit.signed_in is None:
                return _sign_in(visit)
            if visit.typed and _is_forged(visit):
                return visit.page("error", 403, kind="forged", said="")
            answer, outcome = _answered(visit, view, permission, about)
            try:
                _keep(visit, Audited.DENIED if outcome in _DENIALS else what, about, outcome)
            except Exception:
                visit.wiring.telemetry.logger.exception("audit failed")
                return visit.page("error", 500, kind="failed", said="")
            return answer

        guarded.permission, guarded.audited = permission, what  # type: ignore[attr-defined]
        return guarded

    return decorate


def visit_of(request: Request) -> StaffVisit:
    """Return the visit of a request, whoever makes it."""
    from chalicelib.store import staff_sessions

    wiring, query = wired(), dict(request.query_params or {})
    token = cookies.read(request, cookies.SESSION, wiring)
    actor = staff_sessions.find(token, wiring.clock()) if token else None
    return StaffVisit(
        wiring=wiring,
        language=language_of(request, query),
        path=path_of(request),
        typed=typed_in(request),
        query=query,
        foreign=is_foreign(request),
        token=token,
        signed_in=actor,
    )


def _sign_in(visit: StaffVisit) -> Response:
    if visit.typed:
        return visit.page("error", 403, kind="signed_out", said="")
    from chalicelib.api.staff.sign_in import begin

    return begin(visit)


def _is_forged(visit: StaffVisit) -> bool:
    given = visit.form.get("csrf", "")
    return visit.foreign or not hmac.compare_digest(given.encode(), visit.csrf.encode())


def _answered(
    visit: StaffVisit, view: View, permission: Permission, about: dict[str, str]
) -> tuple[Response, int]:
    try:
        require(visit.actor, permission)
        answer = view(visit, **about)
    except NotFound:
        answer = visit.page("error", 404, kind="not_found", said="")
    except NotInRole as error:
        answer = visit.page("error", 403, kind="not_in_role", **told(error, visit.language))
    except AccordError as error:
        answer = visit.page("error", 409, kind="not_now", **told(error, visit.language))
    except Exception:
        visit.wiring.telemetry.logger.exception("staff page failed")
        answer = visit.page("error", 500, kind="failed", said="")
    return answer, answer.status_code


def _keep(visit: StaffVisit, what: Audited, about: dict[str, str], outcome: int) -> None:
    names = list(about.values())
    detail = {**visit.detail, **dict(list(about.items())[1:]), "status": str(outcome)}
    now = visit.wiring.clock()
    entry = Entry(now, visit.actor.id, what, names[0] if names else "", detail)
    audit.record(entry, visit.wiring.randomness(8).hex())
