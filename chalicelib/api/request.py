"""What a request to a page brings along: its path, form, language and session."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from chalice.app import Request

from chalicelib.api import session as sessions
from chalicelib.api.session import Session
from chalicelib.wiring import Wiring

LANGUAGES = ("zh-CN", "en")
_MAX_FIELDS = 60


def is_foreign(request: Request) -> bool:
    """Whether the browser says that another site made this request."""
    return request.headers.get("sec-fetch-site", "") in ("cross-site", "same-site")


def path_of(request: Request) -> str:
    """Return the path asked for, below the deployment's own prefix."""
    path = request.path
    for name, value in (request.uri_params or {}).items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path


def typed_in(request: Request) -> dict[str, list[str]]:
    """Return every value of the form, by field; one that cannot be read has a nameless field alone."""
    if request.method != "POST":
        return {}
    try:
        text = raw_bytes(request).decode("utf-8")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        return {"": [""]}
    return fields or {"": [""]}


def raw_bytes(request: Request) -> bytes:
    """Return the body as it was signed or sent, whatever API Gateway made of it."""
    body = request.raw_body
    return body if isinstance(body, bytes) else body.encode("utf-8")


def session_in(request: Request, wiring: Wiring) -> Session | None:
    """Return the live session of the request's cookie, or None."""
    try:
        cookies = SimpleCookie(request.headers.get("cookie", ""))
    except CookieError:
        return None
    cookie = cookies.get(cookie_kind(wiring)[0])
    if cookie is None:
        return None
    return sessions.open_session(cookie.value, wiring.session_key(), wiring.clock())


def cookie_kind(wiring: Wiring) -> tuple[str, str]:
    """Return the session cookie's name and its flags beyond the usual.

    Over https it is `__Host-` and Secure; plain http exists on the local engine alone.
    """
    secure = wiring.settings.public_url.startswith("https:")
    return ("__Host-accord", "; Secure") if secure else ("accord", "")


def language_of(request: Request, query: Mapping[str, str]) -> str:
    """Return the language asked for, else the one the browser prefers."""
    asked = query.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    accepted = request.headers.get("accept-language", "").lower()
    return "en" if accepted.startswith("en") else "zh-CN"
