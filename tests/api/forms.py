"""Fills whatever form a page holds, and goes a journey to its end without knowing its questions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.api.browser import Browser, goes_to, hidden, text

TYPED = {
    "year": "2026",
    "month": "11",
    "day": "23",
    "contact": "13800138000",
    "tel": "13800138000",
    "decimal": "1200.00",
}
_CONTROL = re.compile(r"<(input|textarea)\b([^>]*)>")
_MOST_PAGES = 25


def filled(html: str, words: str = "说明", typed: Mapping[str, str] = TYPED) -> dict[str, str]:
    """Return what a person may send with the form of a page: first choices, and `words` where words go."""
    form: dict[str, str] = {}
    for tag, inner in _CONTROL.findall(html):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', inner))
        name, kind = attrs.get("name", ""), attrs.get("type", tag)
        if not name or name in form or name == "csrf":
            continue
        if kind in ("radio", "checkbox", "hidden"):
            form[name] = attrs["value"]
        else:
            keys = (name.rpartition("-")[2], attrs.get("inputmode", ""))
            form[name] = next((typed[key] for key in keys if key in typed), words)
    return form


def journey(
    browser: Browser, name: str, words: str, typed: Mapping[str, str] = TYPED, root: str = "/my/form"
) -> None:
    """Answer a journey's every question, up to its check."""
    path = f"{root}/{name}"
    for _ in range(_MOST_PAGES):
        page = browser.get(path)
        if page.status_code == 303:
            path = goes_to(page)
        elif path.endswith("/check"):
            return
        elif "<form" in text(page):
            form = filled(text(page), words, typed)
            path = goes_to(browser.post(path, form, csrf=hidden(page, "csrf")))
        else:
            (path,) = re.findall(rf'class="button" href="({root}/{name}/\w+)', text(page))
    raise AssertionError(f"{name} never came to its check")
