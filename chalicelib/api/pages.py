"""Renders the borrower's pages from templates and words; knows no request, route or store.

Every page also takes `csrf` (empty: no field), `base` (path prefix of the deployment, default ""), and
`switch` (own path for the language link, default "": no link; feedback and check switch by themselves).
Links and forms carry `?lang=`. Context of each page, all required:

landing           token: str, state: "open" | "locked" | "gone", error: "" | "empty" | "wrong",
                  tries_left: int
info              variables: Variables (as for a notice)
notice            variables: Variables, answered_on: date | None (the reader's local day)
feedback          values: {reason, text, wish, mode} (a missing one is empty), modes_offered: codes,
                  errors: {field: "required" | "invalid" | "too_long"}, text_limit: int, answers_id: str
check             values (as above), answers_id: str
done              reference: str, wish: code, received: datetime | None (in the reader's zone)
preferences       stopped: collection of SMS, EMAIL; error: "" | "required" | "invalid"
preferences_done  channel: SMS | EMAIL
closed            reason: "settled" | "closed" | "answered"
error             status: int (403, 404; any other reads as 500)

Forms send: factor; reason, text, wish, mode, answers_id (to /my/feedback, with `change` when the form is only
to be shown again, unvalidated and filled; then to /my/feedback/send); channel; each with csrf.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from chalicelib.domain.local_form import format_date, format_moment, require_language
from chalicelib.notices.variables import Variables, local_values
from chalicelib.texts import FOLDER, environment, fill, load_words

PROFILE = "CN"  # the profile whose legal information is shown; the only one with words so far
FIELDS = ("reason", "text", "wish", "mode")

Context = Mapping[str, Any]


def render(name: str, language: str, *, csrf: str = "", **context: object) -> str:
    """Return the page `name` as HTML in a language.

    Raises KeyError for an unknown page or code, TypeError when the page's context is not as the module's
    table says, ValueError for an unknown language.
    """
    words = load_words(f"pages/words.{require_language(language)}")
    needed, prepare = _PAGES[name]
    given = {"base": "", "switch": "", **context}
    if given.keys() != {"base", "switch", *needed}:
        raise TypeError(f"page {name} takes {sorted(needed)}, got {sorted(context)}")
    own = {**given, **prepare(given, words, language)}
    return (
        environment()
        .get_template(f"pages/{name}.html")
        .render(
            {
                "errors": {},
                "language": language,
                "words": words,
                "t": words[name],
                "css": _css(),
                "csrf": csrf,
                "link": lambda path: f"{given['base']}{path}?lang={language}",
                **own,
            }
        )
    )


def content_security_policy() -> str:
    """Return the Content-Security-Policy the pages work under: our one style sheet and our own forms."""
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _css() -> Any:
    from markupsafe import Markup

    return Markup((FOLDER / "pages" / "style.css").read_text(encoding="utf-8").strip())  # noqa: S704


def _as_given(context: Context, words: Context, language: str) -> Context:
    return {}


def _landing(context: Context, words: Context, language: str) -> Context:
    error = context["error"]
    messages = words["landing"]["errors"]
    return {"errors": {"factor": fill(messages[error], tries_left=context["tries_left"])} if error else {}}


def _info(context: Context, words: Context, language: str) -> Context:
    values = _values(context, language)
    return {"law": fill(load_words(f"{PROFILE.lower()}/legal.{language}")["info"], **values)}


def _notice(context: Context, words: Context, language: str) -> Context:
    answered = context["answered_on"]
    return {
        "v": _values(context, language),
        "answered_on": format_date(answered, language) if answered else "",
    }


def _feedback(context: Context, words: Context, language: str) -> Context:
    messages = words["feedback"]["errors"]
    found = cast("Mapping[str, str]", context["errors"])
    errors = {f: fill(messages[f][found[f]], limit=context["text_limit"]) for f in FIELDS if f in found}
    return {"errors": errors, **_answers(context, words, language)}


def _answers(context: Context, words: Context, language: str) -> Context:
    return {"values": {field: context["values"].get(field, "") for field in FIELDS}}


def _done(context: Context, words: Context, language: str) -> Context:
    received = context["received"]
    return {"received": format_moment(received, language) if received else ""}


def _preferences(context: Context, words: Context, language: str) -> Context:
    error = context["error"]
    return {"errors": {"channel": words["preferences"]["errors"][error]} if error else {}}


def _error(context: Context, words: Context, language: str) -> Context:
    status = str(context["status"])
    return {"status": status if status in ("403", "404") else "500"}


def _values(context: Context, language: str) -> dict[str, Any]:
    return local_values(cast("Variables", context["variables"]), profile=PROFILE, language=language)


_PAGES: dict[str, tuple[tuple[str, ...], Callable[[Context, Context, str], Context]]] = {
    "landing": (("token", "state", "error", "tries_left", "stop"), _landing),
    "info": (("variables",), _info),
    "notice": (("variables", "answered_on"), _notice),
    "feedback": (("values", "errors", "modes_offered", "text_limit", "answers_id"), _feedback),
    "check": (("values", "answers_id"), _answers),
    "done": (("reference", "wish", "received"), _done),
    "preferences": (("stopped", "error"), _preferences),
    "preferences_done": (("channel",), _as_given),
    "closed": (("reason",), _as_given),
    "error": (("status",), _error),
}
