"""The console's two cookies: the session's, and that of an attempt to sign in."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, unquote

from chalice.app import Request

from chalicelib.wiring import Wiring

SESSION, ATTEMPT = "accord-staff", "accord-staff-attempt"


def read(request: Request, name: str, wiring: Wiring) -> str:
    """Return a cookie's value, empty when there is none."""
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(_named(name, wiring))
    except CookieError:
        return ""
    return unquote(found.value) if found else ""


def write(name: str, value: str, seconds: int | None, wiring: Wiring) -> str:
    """Return a Set-Cookie header; no `seconds`: until the browser is closed, 0: taken away.

    Lax, not Strict: the way back from the user pool's page is a navigation from another site.
    """
    age = "" if seconds is None else f"; Max-Age={seconds}"
    secure = "; Secure" if _is_secure(wiring) else ""
    return f"{_named(name, wiring)}={quote(value)}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"


def _named(name: str, wiring: Wiring) -> str:
    return f"__Host-{name}" if _is_secure(wiring) else name


def _is_secure(wiring: Wiring) -> bool:
    """Plain http exists on the local engine alone."""
    return wiring.settings.public_url.startswith("https:")
