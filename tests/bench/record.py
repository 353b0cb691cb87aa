"""Notes every AWS call that leaves botocore, with the DynamoDB units it would be billed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.dynamodb.models import dynamodb_backends

from tests.bench.units import Item, index_units, read_units, write_units

_INDEXES = (("open_day", "pk", "sk"), ("worklist", "due_at", "pk", "sk"))
_SMS = "before-send.pinpoint-sms-voice-v2.SendTextMessage"


@dataclass
class Tally:
    """What one phase cost: calls by `service:Operation`, write and read units."""

    calls: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    reads: float = 0.0


@dataclass
class Recorder:
    """The tallies by phase; outside a phase nothing is noted. `texts` are the SMS sent, `tags` their ids."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    _phase: str | None = None
    _before: list[tuple[dict[str, Any], Item | None, bool]] = field(default_factory=list)
    _consistent: bool = False

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Note what is called until the block ends under this name."""
        self._phase = name
        self.tallies.setdefault(name, Tally())
        try:
            yield
        finally:
            self._phase = None

    def sent(self, event_name: str, request: AWSPreparedRequest, **more: Any) -> AWSResponse | None:
        """botocore's `before-send`, before moto's: counts each try; answers for the service moto lacks."""
        if self._phase is not None:
            _, service, operation = event_name.split(".")
            calls = self.tallies[self._phase].calls
            name = f"{service}:{operation}"
            calls[name] = calls.get(name, 0) + 1
            if service == "dynamodb":
                body = json.loads(request.body)
                self._consistent = body.get("ConsistentRead", False)
                written = _written(operation, body)
                self._before = [(where, _stored(where), transaction) for where, transaction in written]
        if event_name != _SMS:
            return None
        sent = json.loads(request.body)
        self.texts.append(sent["MessageBody"])
        self.tags.append(sent["Context"])
        answer = json.dumps({"MessageId": f"sms-{len(self.texts)}"}).encode()
        return AWSResponse(request.url, 200, {}, _Raw(answer))

    def answered(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        """botocore's `after-call`: what was written is in the table now, what was read is in the answer."""
        if self._phase is None:
            return
        tally = self.tallies[self._phase]
        for where, before, transaction in self._before:
            after = _stored(where)
            assert not _is_record(where) or before in (None, after), f"a record was changed: {where['key']}"
            tally.writes += write_units(before, after, transaction=transaction)
            tally.writes += sum(index_units(before, after, keys) for keys in _INDEXES)
        self._before = []
        if model.name in ("GetItem", "Query"):
            found = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
            tally.reads += read_units(found, consistent=self._consistent)


class _Raw(BytesIO):
    """The body of an answer, as urllib3 gives it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _is_record(where: dict[str, Any]) -> bool:
    """Whether an item is a fact or a line of the audit trail, which nobody ever changes (invariant 25)."""
    pk, sk = (str(where["key"][name]["S"]) for name in ("pk", "sk"))
    return pk.startswith("AUDIT#") or "#T#" in sk


def _written(operation: str, body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield the table and key of each item a request writes, and whether in a transaction."""
    if operation in ("PutItem", "UpdateItem", "DeleteItem"):
        yield _place(body), False
    elif operation == "BatchWriteItem":
        for table, requests in body["RequestItems"].items():
            for request in requests:
                (inner,) = request.values()
                yield _place({"TableName": table, **inner}), False
    elif operation == "TransactWriteItems":
        for act in body["TransactItems"]:
            (inner,) = act.values()
            yield _place(inner), True


def _place(written: dict[str, Any]) -> dict[str, Any]:
    key = written.get("Key") or {name: written["Item"][name] for name in ("pk", "sk")}
    return {"table": written["TableName"], "key": key}


def _stored(where: dict[str, Any]) -> Item | None:
    """Return an item as it stands in moto's table, asking no one."""
    found = dynamodb_backends["123456789012"]["us-east-1"].get_item(where["table"], where["key"])
    attributes: Item | None = found.to_json()["Attributes"] if found else None
    return attributes


@contextmanager
def recording(*before_moto: Callable[..., AWSResponse | None]) -> Iterator[Recorder]:
    """Record the calls of every botocore session made within the block.

    `before_moto` may answer a call in moto's place (`before-send`), once it is noted.
    """
    recorder = Recorder()
    handlers: list[tuple[str, Callable[..., Any]]] = [
        ("before-send", recorder.sent),
        *(("before-send", each) for each in before_moto),
        ("after-call", recorder.answered),
    ]
    botocore.handlers.BUILTIN_HANDLERS[:0] = handlers
    try:
        yield recorder
    finally:
        for handler in handlers:
            botocore.handlers.BUILTIN_HANDLERS.remove(handler)
