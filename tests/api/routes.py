"""The route table as the tests walk it: method, path and policy of each; new routes come by themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import app
from chalicelib.api.visit import Who

SIGNED = {
    ("POST", "/v1/events"),
    ("OPTIONS", "/v1/events"),
    ("POST", "/v1/validate"),
    ("GET", "/v1/events/{reference}"),
    ("POST", "/v1/providers/alibaba/{token}/reports"),
    ("POST", "/v1/providers/alibaba/{token}/replies"),
    ("POST", "/v1/providers/app/{lender}"),
}
"""Routes for machines: a signature over the body, an unguessable token or reference is their policy."""
LIKELY = {"journey": "feedback", "page": "reason", "token": "x" * 22}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    who: Who | None
    view: Any

    @property
    def names_something(self) -> bool:
        """Whether the path holds an id."""
        return "{" in self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, **values: str) -> str:
        """Return a path of this route, with likely values for what is not given."""
        return re.sub(
            r"\{(\w+)\}", lambda found: {**LIKELY, **values}.get(found[1], "nobody-knows-it"), self.path
        )

    def leads(self, path: str) -> bool:
        """Whether a path is one of this route's."""
        return bool(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", self.path), path))


def _all() -> list[Route]:
    return [
        Route(method, path, getattr(entry.view_function, "who", None), entry.view_function)
        for path, methods in app.app.routes.items()
        for method, entry in methods.items()
    ]


ROUTES = _all()
PAGES = [route for route in ROUTES if route.who]
READ = [route for route in PAGES if route.method in ("GET", "HEAD")]
WRITTEN = [route for route in PAGES if route.method == "POST"]
BORROWERS = [route for route in PAGES if route.who == Who.BORROWER]
