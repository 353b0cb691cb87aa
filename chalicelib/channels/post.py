"""One HTTP POST that tells apart what was surely not sent from what may have been read."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Timer

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import HTTPResponse

from chalicelib.channels import Refused, Unsure

_FAULTS = (OSError, HTTPError, HTTPException)  # an ssl.SSLError is an OSError


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds to wait: to connect, for each piece of the answer, and for both in all.

    The last is there because a peer that drips byte by byte must not hold a sender.
    """

    connect: float = 2.0
    read: float = 5.0
    whole: float = 8.0


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Place:
    """Where to POST: a host by name and, when they are known, the very addresses to connect to.

    `trust` replaces the system's certificates.
    """

    host: str
    port: int
    tls: bool = True
    addresses: Sequence[str] = ()
    trust: ssl.SSLContext | None = None
    patience: Patience = PATIENCE

    @property
    def authority(self) -> str:
        """The Host header: the port only where it is not the scheme's own."""
        return self.host if self.port == (443 if self.tls else 80) else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the first bytes of the body."""

    status: int
    body: bytes


def post(
    place: Place, path: str, headers: Mapping[str, str], body: bytes, *, most: int
) -> Answer | Refused | Unsure:
    """POST once, follow nothing, read at most `most` bytes of the answer.

    Refused (again): there was no connection, so nothing left. Unsure: it broke after that. Each call connects
    anew on purpose: a kept connection that the peer has closed meanwhile would put a message in doubt.
    """
    connection = _connect(place)
    if isinstance(connection, Refused):
        return connection
    with closing(connection):
        deadline = Timer(place.patience.whole, _cut, [connection.sock])
        deadline.daemon = True
        deadline.start()
        try:
            connection.request(
                "POST", path, body, {"host": place.authority, **headers}, preload_content=False
            )
            answer = connection.getresponse()
            return Answer(answer.status, _beginning(answer, most))
        except _FAULTS as error:
            return Unsure(type(error).__name__)
        finally:
            deadline.cancel()


def _connect(place: Place) -> HTTPConnection | Refused:
    """Return a connection that has shaken hands, over the first address that answers."""
    refused = Refused("no_address", again=True)
    for address in place.addresses or (place.host,):
        connection = _connection(place, address)
        try:
            connection.connect()
        except _FAULTS as error:
            connection.close()
            refused = Refused(type(error).__name__, again=True)
        else:
            connection.timeout = place.patience.read
            return connection
    return refused


def _connection(place: Place, address: str) -> HTTPConnection:
    if not place.tls:
        return HTTPConnection(address, place.port, timeout=place.patience.connect)
    # The certificate must name the host, whatever address it was reached by.
    return HTTPSConnection(
        address,
        place.port,
        timeout=place.patience.connect,
        server_hostname=place.host,
        ssl_context=place.trust,
        cert_reqs="CERT_REQUIRED",
    )


def _beginning(answer: HTTPResponse, most: int) -> bytes:
    """Read the body's beginning; a body that breaks off does not unsay the status."""
    try:
        return answer.read(most, decode_content=False)
    except _FAULTS:
        return b""


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it may be over already
        line.shutdown(socket.SHUT_RDWR)
