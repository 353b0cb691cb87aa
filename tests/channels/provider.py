"""An HTTP answer put under a real botocore client: everything above the socket is real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from chalicelib.wiring import Wiring

_SESSION = botocore.session.get_session()  # reads the service models once


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body


@dataclass
class Provider:
    """A client whose requests are recorded and answered with `status` and `body`, or fail with `error`."""

    service: str
    status: int = 200
    body: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    requests: list[AWSPreparedRequest] = field(default_factory=list)
    client: Any = None

    def __post_init__(self) -> None:
        self.client = _SESSION.create_client(
            self.service, region_name="us-east-1", config=Wiring._config(retries=0)
        )
        self.client.meta.events.register_first("before-send.*", self._answer)

    def fail(self, code: str, status: int) -> None:
        """Answer with a service error from now on."""
        self.status, self.body = status, {"__type": code, "message": code}

    def sent(self, number: int = 0) -> dict[str, Any]:
        """Return the JSON body of a request."""
        body: dict[str, Any] = json.loads(self.requests[number].body)
        return body

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.requests.append(request)
        if self.error:
            raise self.error
        body = json.dumps(self.body).encode()
        headers = {"content-type": "application/json", "x-amzn-errortype": str(self.body.get("__type", ""))}
        return AWSResponse(request.url, self.status, headers, _Raw(body))
