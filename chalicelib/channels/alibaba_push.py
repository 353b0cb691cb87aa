"""What Alibaba Cloud pushes over HTTP: receipts (SmsReport) and replies (SmsUp).

Its pushes carry no signature (its documentation knows none), so the URL given in its console ends with an
unguessable token, and whoever does not know it is turned away before anything is parsed. Over https the path
is as secret as a header; access logs must not keep it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from chalicelib.channels.replies import Reply

# The service looks at the status and at `code` being a number; after anything but 200 it pushes again
# (1, 5 and 10 minutes later, then never), so answer only after the items are stored.
ANSWER = '{"code":0,"msg":"OK"}'
_BEIJING = timezone(timedelta(hours=8))
_PERSONAL = ("phone_number", "err_msg")


def path_token(key: bytes, account: str) -> str:
    """Return the 43-character token that ends the push URL of one Alibaba Cloud account."""
    mac = hmac.new(key, b"alibaba-push\0" + account.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def token_is_valid(given: str, keys: Sequence[bytes], account: str) -> bool:
    """Whether `given` is the token under one of `keys` (two while one is replaced), in constant time."""
    asked = given.encode("utf-8", "replace")
    hits = [hmac.compare_digest(asked, path_token(key, account).encode()) for key in keys]
    return any(hits)


def report_bodies(body: bytes) -> list[str]:
    """Return one receipts-queue message per report, as channels.receipts.parse takes it.

    The phone number is left out: the receipt finds its notice without it, and no queue holds personal data.
    Raises ValueError when the body is not a JSON array of objects.
    """
    kept = ({name: value for name, value in item.items() if name not in _PERSONAL} for item in _items(body))
    return [json.dumps({"source": "accord.alibaba", "detail": detail}, ensure_ascii=False) for detail in kept]


def replies(body: bytes) -> list[Reply]:
    """Return what people sent back; raises ValueError when the body is not a JSON array of objects."""
    return [
        Reply(
            provider="alibaba",
            phone=_e164(str(item.get("phone_number", ""))),
            text=str(item.get("content", "")),
            reply_id=str(item.get("sequence_id", "")),
            at=beijing_time(str(item.get("send_time", ""))),
        )
        for item in _items(body)
    ]


def beijing_time(text: str) -> datetime | None:
    """Return the UTC moment of a `2017-09-01 00:00:00` in Beijing time, or None when it is none."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=_BEIJING).astimezone(UTC)
    except ValueError:
        return None


def _e164(phone: str) -> str:
    """Return a number as we keep it; mainland numbers come without their country code."""
    return f"+86{phone}" if len(phone) == 11 and phone.startswith("1") else f"+{phone.lstrip('+')}"


def _items(body: bytes) -> list[dict[str, Any]]:
    items = json.loads(body)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("a push is a JSON array of objects")
    return items
