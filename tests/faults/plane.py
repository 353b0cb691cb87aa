"""The fault plane: every AWS request passes here on its way to the stand-ins, and one is made to fail."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import FrameType, SimpleNamespace
from typing import Any, NoReturn

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse


class Mode(StrEnum):
    """How a call fails. `http500` and `read_timeout` come after the effect, `http500_lost` without one."""

    CONNECT = "connect"
    READ_TIMEOUT = "read_timeout"
    THROTTLE = "throttle"
    HTTP500 = "http500"
    HTTP500_LOST = "http500_lost"
    CRASH_BEFORE = "crash_before"
    CRASH_AFTER = "crash_after"


CRASHES = {Mode.CRASH_BEFORE, Mode.CRASH_AFTER}
ACTS = {Mode.READ_TIMEOUT, Mode.HTTP500, Mode.CRASH_AFTER}


class Crash(BaseException):
    """The process is gone: no `except Exception` sees it, and nothing it still tries reaches AWS."""


class StandInBroke(BaseException):
    """A stand-in of this suite has a bug; never to be taken for a fault of the product."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The `number`-th request on the wire fails (SDK retries count as requests of their own).

    `lasting`: the service stays like that for the rest of the invocation, so the SDK's retries fail too.
    """

    number: int
    mode: Mode
    lasting: bool = False

    def __str__(self) -> str:
        return f"#{self.number} {self.mode.value}{' lasting' if self.lasting else ''}"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its service and operation, `what` it is about in the product's words, its JSON body.

    `place` is the way through the product's code that leads to it, the same for all calls that take it.
    """

    service: str
    operation: str
    what: str
    body: Mapping[str, Any]
    place: int = 0

    @property
    def name(self) -> str:
        return f"{self.operation} {self.what}".strip()


Act = Callable[[], AWSResponse]
Service = Callable[[Call, Act], AWSResponse]


def answer(status: int, body: Mapping[str, Any], **headers: str) -> AWSResponse:
    """Return what a service says in JSON."""
    return AWSResponse("", status, headers, MockRawResponse(json.dumps(body)))


def refusal(code: str, status: int = 400, message: str = "planted") -> AWSResponse:
    """Return a service's error, readable for both of AWS's JSON protocols."""
    body = {"__type": code, "code": code, "message": message}
    return answer(status, body, **{"x-amzn-errortype": code})


@dataclass
class Plane:
    """Counts the calls of one act, fails one of them, and lets a second actor in before any.

    `down`: services that nobody reaches until they are taken out again.
    """

    services: Mapping[str, Service] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    fault: Fault | None = None
    hit: Call | None = None
    down: set[str] = field(default_factory=set)
    before_call: Callable[[Call], None] = lambda call: None
    after_call: Callable[[Call], None] = lambda call: None
    _armed: bool = False
    _broken: str = ""
    _dead: bool = False

    @contextmanager
    def armed(self, fault: Fault | None = None) -> Iterator[None]:
        """Count the calls of a block from 1 and let `fault` hit one of them."""
        self.calls, self.fault, self.hit, self._armed = [], fault, None, True
        try:
            yield
        finally:
            self._armed = False

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """One Lambda invocation: what broke for it is whole again for the next."""
        outer = self._broken, self._dead
        self._broken, self._dead = "", False
        try:
            yield
        finally:
            self._broken, self._dead = outer

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Another process's invocation in the middle of this one: neither counted nor failed."""
        kept, self._armed = self._armed, False
        try:
            with self.invocation():
                yield
        finally:
            self._armed = kept

    def __call__(self, event_name: str, request: AWSPreparedRequest, moto: Act) -> AWSResponse:
        try:
            call = read_call(event_name, request)
        except Exception as error:
            raise StandInBroke(event_name) from error
        return self.passed(call, moto)

    def keeps_away(self, service: str) -> bool:
        """Whether the next call of a service will find nobody to connect to."""
        fault = self.fault if self._armed else None
        due = fault is not None and fault.mode == Mode.CONNECT and not self._dead
        hit = fault is not None and (len(self.calls) + 1 == fault.number or self._broken == service)
        return service in self.down or (due and hit)

    def passed(self, call: Call, moto: Act) -> AWSResponse:
        """Count a call, fail it if its turn has come, and else let its stand-in (or moto) answer."""
        service = call.service
        stub = self.services.get(service)

        def act() -> AWSResponse:
            try:
                response = stub(call, moto) if stub else moto()
                self.after_call(call)
            except Exception as error:
                raise StandInBroke(call.name) from error
            return response

        if not self._armed:
            return self._unless_down(service, act)
        if self._dead:
            raise Crash
        self.calls.append(call)
        self.before_call(call)
        mode = self._mode(call)
        return self._unless_down(service, act) if mode is None else self._fail(mode, act)

    def _unless_down(self, service: str, act: Act) -> AWSResponse:
        if service in self.down:
            raise EndpointConnectionError(endpoint_url="https://planted")
        return act()

    def kill(self) -> NoReturn:
        """End the process that makes the present call."""
        self._dead = True
        raise Crash

    def _mode(self, call: Call) -> Mode | None:
        fault = self.fault
        if fault is None:
            return None
        if len(self.calls) == fault.number:
            self.hit = call
            if fault.lasting:
                self._broken = call.service
            return fault.mode
        return fault.mode if self._broken == call.service else None

    def _fail(self, mode: Mode, act: Act) -> AWSResponse:
        if mode in ACTS:
            act()
        match mode:
            case Mode.CONNECT:
                raise EndpointConnectionError(endpoint_url="https://planted")
            case Mode.READ_TIMEOUT:
                raise ReadTimeoutError(endpoint_url="https://planted")
            case Mode.THROTTLE:
                return refusal("ThrottlingException")
            case Mode.HTTP500 | Mode.HTTP500_LOST:
                return refusal("InternalServerError", 500)
            case Mode.CRASH_BEFORE | Mode.CRASH_AFTER:
                return self.kill()


@contextmanager
def installed(plane: Plane) -> Iterator[None]:
    """Put the plane around moto's `before-send` handler, and let SDK retries wait no time."""

    def stub(
        stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **_: Any
    ) -> AWSResponse | None:
        def moto() -> AWSResponse:
            replied = stubber.process_request(request)
            assert replied is not None, f"moto knows no {request.url}"
            status, headers, body = replied
            return AWSResponse(request.url, status, headers, MockRawResponse(body))

        return plane(event_name, request, moto) if stubber.enabled else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BotocoreStubber, "__call__", stub)
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
        yield


def read_call(event_name: str, request: AWSPreparedRequest) -> Call:
    """Return the call in a `before-send` event (`before-send.dynamodb.PutItem`)."""
    _, service, operation = event_name.split(".")
    if service == "s3":
        from tests.faults.buckets import read_object_call

        return read_object_call(operation, request)
    body = _body(request)
    return Call(service, operation, about(operation, body), body, _place())


def _place() -> int:
    """Return a hash of the product's lines that are on the stack."""
    frame: FrameType | None = sys._getframe(1)
    lines = []
    while frame := frame.f_back if frame else None:
        if "/chalicelib/" in frame.f_code.co_filename:
            lines.append((frame.f_code.co_qualname, frame.f_lineno))
    return hash(tuple(lines))


def _body(request: AWSPreparedRequest) -> Mapping[str, Any]:
    raw = request.body
    text = raw.decode() if isinstance(raw, bytes) else raw or ""
    found: Mapping[str, Any] = json.loads(text) if text.startswith("{") else {}
    return found


# A row's kind without what differs from run to run: generations, digests, references.
_KIND = re.compile(r"^(?:\d{4}#)?(T#)?(\w+)(?:#(\w+)#(\w+))?")


def about(operation: str, body: Mapping[str, Any]) -> str:
    """Return what a DynamoDB call is about: `claim`, `release`, or the kinds of its rows."""
    if operation == "UpdateItem":
        return _update(body)
    if operation == "BatchWriteItem":
        acts = [act for acts in body["RequestItems"].values() for act in acts]
        rows = [(act.get("PutRequest") or {}).get("Item") or act["DeleteRequest"]["Key"] for act in acts]
        return "+".join(sorted(kind(row["sk"]["S"]) for row in rows))
    if operation == "TransactWriteItems":
        acts = [act for item in body["TransactItems"] for act in item.values()]
        if any(act["Key"]["sk"]["S"] == "PERSON" for act in acts if "Key" in act):
            return _update(acts[0])
        return "+".join(sorted(kind((act.get("Item") or act["Key"])["sk"]["S"]) for act in acts))
    if "IndexName" in body:
        return str(body["IndexName"])
    row = body.get("Item") or body.get("Key")
    return kind(row["sk"]["S"]) if isinstance(row, dict) and "sk" in row else ""


def _update(body: Mapping[str, Any]) -> str:
    names = body.get("ExpressionAttributeNames", {}).values()
    expression = str(body["UpdateExpression"])
    if "claims" in names:
        return "release" if "REMOVE" in expression and "claims" in _removed(body) else "claim"
    return f"{kind(body['Key']['sk']['S'])} {'+'.join(sorted(_changed(body)))}"


def _removed(body: Mapping[str, Any]) -> set[str]:
    part = str(body["UpdateExpression"]).partition("REMOVE")[2]
    return {body["ExpressionAttributeNames"][name] for name in re.findall(r"#\w+", part)}


def _changed(body: Mapping[str, Any]) -> set[str]:
    return {body["ExpressionAttributeNames"][name] for name in re.findall(r"#\w+", body["UpdateExpression"])}


def kind(sort_key: str) -> str:
    """Return a row's kind: `0001#T#SENT#first_notice#SMS` is `SENT`, `LINK` stays `LINK`."""
    found = _KIND.match(sort_key)
    return found.group(2) if found else sort_key
