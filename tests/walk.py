"""Walks a journey as a person does: answers each page that comes, skips what he has no answer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Answers = Mapping[str, Mapping[str, Any]]

FEEDBACK: Answers = {
    "reason": {"reason": "UNEMPLOYMENT"},
    "income": {},
    "pay": {},
    "words": {"text": "我失业了"},
    "mediation": {"wish": "YES"},
    "mode": {"mode": "TELEPHONE"},
    "more": {},
}
_LONGEST = 30


def walk(
    post: Callable[[str, Mapping[str, Any]], str],
    journey: str,
    answers: Answers,
    *,
    root: str = "/my/form",
) -> str:
    """Answer page after page until the check, and return its path.

    `post(path, form)` submits one page and returns where it leads; `answers` are by page, the first of them
    the journey's first.
    """
    page = next(iter(answers))
    for _ in range(_LONGEST):
        path = urlsplit(post(f"{root}/{journey}/{page}", answers.get(page) or {"": ""})).path
        page = path.rpartition("/")[2]
        if page == "check":
            return path
    raise AssertionError(f"{journey} never came to its check")
