"""Chalice's app behind WSGI, in process, for tools that speak to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chalice.test import Client

import app


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a WSGI request as API Gateway and our function do; what no route takes is a 404 or 415."""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    query = environ.get("QUERY_STRING", "")
    path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    if environ["REQUEST_METHOD"] == "OPTIONS":  # API Gateway's own answer; Chalice's stand-in for it breaks
        start_response("403 Answer", [])
        return [b""]
    client = Client(app.app)
    answer = client.http.request(
        environ["REQUEST_METHOD"], f"{path}?{query}" if query else path, headers=headers, body=body
    )
    start_response(f"{answer.status_code} Answer", [(k, str(v)) for k, v in answer.headers.items()])
    return [answer.body]
