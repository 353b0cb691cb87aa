"""Renders the console's pages; knows no request, route or store."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from chalicelib.domain.local_form import require_language
from chalicelib.texts import FOLDER, environment, load_words


def render(name: str, language: str, context: Mapping[str, Any]) -> str:
    """Return the console's page `name` as HTML in a language.

    Raises jinja2.UndefinedError for what its template names and `context` lacks.
    """
    base = context.get("base", "")

    def link(where: str, /, **query: object) -> str:
        return f"{base}{where}?{urlencode({'lang': language, **query})}"

    given = {
        "language": language,
        "words": words_of("common", language),
        "codes": words_of("codes", language),
        "t": words_of("pages", language).get(name, {}),
        "act_words": words_of("acts", language)["acts"],
        "css": _css(),
        "link": link,
        "errors": {},
    }
    return environment().get_template(f"staff/{name}.html").render({**given, **context})


def words_of(name: str, language: str) -> dict[str, Any]:
    """Return a list of the console's words in a language."""
    return load_words(f"staff/{require_language(language)}/{name}")


def content_security_policy(login: str) -> str:
    """Return the pages' policy: our one style sheet; forms go to us and, signing out, to `login` (origin)."""
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self' {login}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _css() -> Any:
    from markupsafe import Markup

    sheets = (FOLDER / "pages" / "style.css", FOLDER / "staff" / "style.css")
    return Markup("\n".join(sheet.read_text(encoding="utf-8").strip() for sheet in sheets))  # noqa: S704
