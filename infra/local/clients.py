"""One boto3 client per service, made one at a time: only using them is safe in several threads."""

from __future__ import annotations

import threading
from typing import Any

import boto3

_lock = threading.Lock()
_clients: dict[str, Any] = {}


def client(service: str) -> Any:
    """Return the client of a service, at the engine that `prepare_environment` named."""
    with _lock:
        if service not in _clients:
            _clients[service] = boto3.client(service)
        return _clients[service]
