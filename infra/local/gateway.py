"""The front: our own pages, the SMS provider and the deployed API, each at its port of one server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from infra.local.engine import Asgi
from infra.local.web import Answer, Problem, Receive, Request, Send, as_json, read_request, send_answer

Serve = Callable[[Request], Answer]
_LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
# The user pool's sign-in pages, which AWS serves under a name of their own.
_SIGN_IN = ("/oauth2/", "/login", "/logout")
# Added by the engine to every answer; API Gateway adds no such header.
_NOT_FROM_AWS = {b"access-control-allow-origin", b"x-amz-request-id"}
_log = logging.getLogger(__name__)


class Gateway:
    """Gives each request to whoever answers at the port it came in by."""

    def __init__(
        self,
        public_port: int,
        sms_port: int,
        sms: Serve,
        mail: Callable[[Asgi], Asgi],
        second: Callable[[Asgi], Asgi],
    ) -> None:
        self._public_port, self._sms_port = public_port, sms_port
        self._sms, self._mail, self._second = sms, mail, second
        self._pages: Serve = _starting
        self._api = ""

    def serve_pages(self, pages: Serve) -> None:
        """From now on show these local pages."""
        self._pages = pages

    def serve_api(self, api_id: str, stage: str) -> None:
        """From now on pass what is not ours to this deployed API."""
        self._api = f"/_aws/execute-api/{api_id}/{stage}"

    def dispatch(self, engine: Asgi) -> Asgi:
        """Return the application in front of the engine."""
        tapped = self._mail(engine)

        async def front(scope: Any, receive: Receive, send: Send) -> None:
            port = (scope.get("server") or ("", 0))[1]
            if scope["type"] == "lifespan" or port not in (self._public_port, self._sms_port):
                await tapped(scope, receive, send)
            elif scope["type"] != "http":
                await send({"type": "websocket.close"})
            elif port == self._sms_port:
                await _answer(self._sms, scope, receive, send)
            else:
                await self._public(engine, scope, receive, send)

        return front

    async def _public(self, engine: Asgi, scope: Any, receive: Receive, send: Send) -> None:
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        path = scope["path"]
        if host.rsplit(":", 1)[0] not in _LOCAL_HOSTS:
            # As API Gateway does; here it also stops a page elsewhere that rebinds its name to us.
            await send_answer(send, as_json({"message": "Forbidden"}, 403))
        elif path in ("/", "/_local") or path.startswith("/_local/"):
            await _answer(self._pages, scope, receive, send)
        elif not self._api:
            await _answer(_starting, scope, receive, send)
        elif path.startswith(_SIGN_IN):
            await self._second(engine)(scope, receive, _cleaned(send))
        else:
            await engine(self._to_api(scope), receive, _cleaned(send))

    def _to_api(self, scope: Any) -> Any:
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        headers = [_as_file(*each) for each in scope["headers"]]
        return {
            **scope,
            "headers": headers,
            "path": self._api + scope["path"],
            "raw_path": self._api.encode() + raw,
        }


def _as_file(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """Let files come as files: of the template's `*~1*` AWS makes `*/*`, and the engine nothing."""
    return (name, b"*~1*;q=0, " + value) if name.lower() == b"accept" else (name, value)


def _starting(_: Request) -> Answer:
    raise Problem(503, "starting", "The product is still starting; try again in a few seconds.")


def _cleaned(send: Send) -> Send:
    async def cleaned(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = [each for each in message["headers"] if each[0].lower() not in _NOT_FROM_AWS]
            message = {**message, "headers": headers}
        await send(message)

    return cleaned


async def _answer(serve: Serve, scope: Any, receive: Receive, send: Send) -> None:
    try:
        request = await read_request(scope, receive)
        answer = await asyncio.to_thread(serve, request)
    except Problem as problem:
        answer = problem.answer()
    except Exception:
        _log.exception("a local page failed")
        answer = Problem(
            500, "runner-error", "The runner itself failed; see engine.log below .local."
        ).answer()
    await send_answer(send, answer, head=scope["method"] == "HEAD")
