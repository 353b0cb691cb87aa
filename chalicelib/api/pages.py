"""Renders pages from templates and words; knows no request, route or store."""

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
    """Return the page `name` as HTML in a language.

    Every page knows `csrf` (the token of its forms), `base` (the path prefix of the deployment), `path` (its
    own, for the language link; empty: none), `errors` (the message of each faulty field) and `t`, its words:
    those in the file called after it unless others are given. What else its template names must be in
    `context`. Raises jinja2.UndefinedError for what is not, FileNotFoundError for an unknown page, ValueError
    for an unknown language.
    """
    base = context.get("base", "")

    def link(where: str, /, **query: object) -> str:
        return f"{base}{where}?{urlencode({'lang': language, **query})}"

    given = {
        "language": language,
        "words": words_of("common", language),
        "t": context.get("t") or words_of(name, language),
        "css": _css(),
        "link": link,
    }
    return environment().get_template(f"pages/{name}.html").render({**_PLAIN, **given, **context})


_PLAIN: Mapping[str, Any] = {"errors": {}, "csrf": "", "base": "", "path": "", "verified": False}


def words_of(name: str, language: str) -> dict[str, Any]:
    """Return the words of a page (`common` for those of all) in a language."""
    return load_words(f"pages/{require_language(language)}/{name}")


def content_security_policy(forms_to: str = "") -> str:
    """Return the Content-Security-Policy the pages work under: our one style sheet and our own forms.

    `forms_to` is one more origin to which the page's form may go, for a file that is put straight into a
    bucket.
    """
    digest = base64.b64encode(hashlib.sha256(_css().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'{forms_to and ' ' + forms_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _css() -> Any:
    from markupsafe import Markup

    return Markup((FOLDER / "pages" / "style.css").read_text(encoding="utf-8").strip())  # noqa: S704
