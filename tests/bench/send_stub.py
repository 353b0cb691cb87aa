"""AWS on loopback for the senders: a table that stands still, buckets and providers that note it all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.aws_stub import AwsStub
from tests.bench.units import Item

_TAKES: dict[str, dict[str, Any]] = {
    "BatchWriteItem": {"UnprocessedItems": {}},
    "PutItem": {},
    "UpdateItem": {},
    "TransactWriteItems": {},
    "SendTextMessage": {"MessageId": "sms-1"},
    "StartExecution": {"executionArn": "arn:aws:states:us-east-1:1:execution:m:n", "startDate": 1795420800.0},
}


@dataclass
class Standing:
    """Rows that every read finds as they are, and what was asked: operations in order, objects, messages."""

    rows: Iterable[Item]
    asked: list[str] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def get(self, key: Item) -> dict[str, Any]:
        found = [row for row in self.rows if all(row[name] == value for name, value in key.items())]
        return {"Item": found[0]} if found else {}

    def query(self, values: Item) -> dict[str, Any]:
        """Rows of the partition whose sort key begins so: the one query a sender makes."""
        pk, prefix = (value["S"] for value in values.values())
        items = [row for row in self.rows if row["pk"]["S"] == pk and row["sk"]["S"].startswith(prefix)]
        return {"Items": items, "Count": len(items), "ScannedCount": len(items)}


class SendStub(AwsStub):
    """What the senders call; bound to its rows by `partial`, as the base class takes no state of ours."""

    def __init__(self, standing: Standing, *args: Any, **kwargs: Any) -> None:
        self.standing = standing
        super().__init__(*args, **kwargs)

    def do_PUT(self) -> None:  # noqa: N802 (the base class calls it so)
        """S3: keep the object."""
        self.standing.asked.append("PutObject")
        self.standing.objects[self.path.lstrip("/")] = self.body()
        self.answer(200, b"", {"ETag": '"e"'})

    def operation(self) -> str:
        """SES alone is a REST service; all others name the operation in a header."""
        return "SendEmail" if self.path == "/v2/email/outbound-emails" else super().operation()

    def answer_to(self, operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
        self.standing.asked.append(operation)
        if operation.startswith("Send"):
            self.standing.messages.append(request)
        match operation:
            case "SendEmail":
                return {"MessageId": "mail-1"}
            case "GetItem":
                return self.standing.get(request["Key"])
            case "Query":
                return self.standing.query(request["ExpressionAttributeValues"])
            case _ if operation in _TAKES:
                return _TAKES[operation]
        return super().answer_to(operation, request)
