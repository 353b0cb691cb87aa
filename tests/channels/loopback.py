"""A server on 127.0.0.1 that answers, hangs, drips, breaks off or resets: real sockets, nothing patched."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Line = socket.socket
Behaviour = Callable[[Line], None]


def answer(status: int, body: bytes = b"", *headers: str) -> Behaviour:
    """Answer a request with a status and a body."""
    lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return lambda line: line.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def silence(line: Line) -> None:
    """Read the request and say nothing until the caller gives up."""
    with contextlib.suppress(OSError):
        line.settimeout(5)
        line.recv(1)


def hang_up(line: Line) -> None:
    """Close without an answer."""


def reset(line: Line) -> None:
    """Reset the connection after the request was read."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half(line: Line) -> None:
    """Break off in the middle of a status line."""
    line.sendall(b"HTTP/1.1 2")


def drip(beginning: bytes) -> Behaviour:
    """Send the beginning, then byte after byte, each in time for a timeout that counts from the last one."""

    def dripping(line: Line) -> None:
        with contextlib.suppress(OSError):
            line.sendall(beginning)
            for _ in range(100):
                line.sendall(b"x")
                time.sleep(0.05)

    return dripping


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Loopback:
    """Serves each connection with `behaviour`; what it received is in `requests`."""

    behaviour: Behaviour
    context: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)

    def __enter__(self) -> Loopback:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(6)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self._serve_one(line)
            line.close()

    def _serve_one(self, plain: Line) -> None:
        plain.settimeout(3)
        line = self.context.wrap_socket(plain, server_side=True) if self.context else plain
        with line:
            self.requests.append(_read(line))
            self.behaviour(line)


def closed_port() -> int:
    """Return a port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
    return port


def _read(line: Line) -> Received:
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = line.recv(65_536)
        if not piece:
            raise OSError("the caller left")
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    while len(body) < int(headers.get("content-length", 0)):
        body += line.recv(65_536)
    return Received(first.split(" ")[1], headers, body)
