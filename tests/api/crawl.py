"""Follows every link of a browser's pages, as far as it leads."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

from chalice.test import HTTPResponse

from tests.api.browser import Browser, text

STARTS = ("/my", "/my/info", "/my/notice", "/my/preferences", "/open")


def crawl(browser: Browser, *starts: str, most: int = 120) -> dict[str, HTTPResponse]:
    """Return every page that links lead to, by path; the start pages are those of a borrower."""
    waiting, seen = list(starts or STARTS), dict[str, HTTPResponse]()
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen[path] = page = browser.get(path)
        if page.status_code == 303:
            waiting.append(urlsplit(page.headers["Location"]).path)
        elif page.headers.get("Content-Type", "").startswith("text/html"):
            found = re.findall(r'<a[^>]* href="(/[^"]*)"', text(page))
            waiting += [urlsplit(unescape(each)).path for each in found]
    return seen
