"""A file as an answer: the pages' own headers, a fixed name, never shown inside a page."""

from __future__ import annotations

from chalice import Response

from chalicelib.api.visit import Visit

CALENDAR = "text/calendar; charset=utf-8"
PDF = "application/pdf"


def attachment(visit: Visit, body: str | bytes, kind: str, name: str) -> Response:
    """Return a file to be saved as `name` (ASCII, ours, never taken from a request)."""
    headers = visit.page_headers() | {
        "Content-Type": kind,
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(body, headers=headers, status_code=200)
