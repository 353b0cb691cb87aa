"""The three listening sockets: for visitors, for the engine and for the SMS provider."""

from __future__ import annotations

import socket


class PortTaken(Exception):
    """Something else listens at the port; choose another with PORT= or --port."""


def listen(port: int) -> list[socket.socket]:
    """Return sockets at 127.0.0.1, the first at `port`, two at free ports; raises PortTaken.

    They are opened here, first of all, so that a taken port is known before any work is done.
    """
    sockets: list[socket.socket] = []
    for number in (port, 0, 0):
        each = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sockets.append(each)
        try:
            each.bind(("127.0.0.1", number))
            each.listen(128)
        except OSError as error:
            for opened in sockets:
                opened.close()
            raise PortTaken(str(port)) from error
    return sockets
