"""The web on the fault plane: our POST to a provider with its connection stood in for, all above it real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from chalicelib.channels import post
from chalicelib.channels.post import Place
from tests.faults.plane import Call, Mode, Plane, StandInBroke, answer

APP_URL = "https://93.184.216.34/notices"
_ALIBABA = "dysmsapi.aliyuncs.com"


@dataclass
class Line:
    """A connection as `channels.post` uses it; `plane` decides what becomes of its one request."""

    plane: Plane
    service: str
    sock: None = None
    timeout: float = 0.0
    _answer: AWSResponse | None = field(default=None, init=False)

    def connect(self) -> None:
        if self.plane.keeps_away(self.service):
            self._pass(Call(self.service, _OPERATIONS[self.service], "", {}))

    def request(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], *, preload_content: bool
    ) -> None:
        given = {name.lower(): value for name, value in headers.items()}
        asked = dict(parse_qsl(urlsplit(path).query))
        self._pass(
            Call(
                self.service,
                _OPERATIONS[self.service],
                "",
                {"headers": given, "asked": asked, "body": body.decode()},
            )
        )

    def _pass(self, call: Call) -> None:
        try:
            self._answer = self.plane.passed(call, _nobody)
            self._answer = _in_its_words(self._answer, call.service, self.plane)
        except EndpointConnectionError:
            raise ConnectionRefusedError from None
        except ReadTimeoutError:
            raise TimeoutError from None

    def getresponse(self) -> Line:
        return self

    @property
    def status(self) -> int:
        assert self._answer is not None
        return int(self._answer.status_code)

    def read(self, most: int, *, decode_content: bool) -> bytes:
        assert self._answer is not None
        return bytes(self._answer.content)[:most]

    def close(self) -> None:
        """Nothing is open."""


_OPERATIONS = {"alibaba": "SendSms", "app": "PostNotice"}


# A planted refusal as each provider says it; `http500` came after the effect, so from a proxy before the app.
_SAID = {
    ("alibaba", Mode.THROTTLE): answer(200, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}),
    ("app", Mode.THROTTLE): answer(429, {}),
    ("app", Mode.HTTP500): answer(502, {}),
}


def _in_its_words(said: AWSResponse, service: str, plane: Plane) -> AWSResponse:
    planted = said.headers.get("x-amzn-errortype") and plane.fault
    return _SAID.get((service, plane.fault.mode), said) if planted and plane.fault else said


def _nobody() -> AWSResponse:
    raise StandInBroke("nobody answers on the web")


@contextmanager
def on(plane: Plane, chance: Callable[[], float]) -> Iterator[None]:
    """Lead all POSTs over the plane, and let `chance` choose between providers."""

    def line(place: Place, address: str) -> Line:
        return Line(plane, "alibaba" if place.host == _ALIBABA else "app")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post, "_connection", line)
        patch.setattr("chalicelib.wiring.providers.random.random", chance)
        yield
