"""Two-way SMS of End User Messaging."""

from __future__ import annotations

import json

import pytest

from chalicelib.channels.replies import Reply, parse_inbound

# The example of "two-way SMS message payload" in the service's guide.
INBOUND = {
    "originationNumber": "+14255550182",
    "destinationNumber": "+12125550101",
    "messageKeyword": "JOIN",
    "messageBody": "STOP",
    "inboundMessageId": "cae173d2-66b9-564c-8309-21f858e9fb84",
    "previousPublishedMessageId": "m-1",
}
REPLY = Reply("eum", "+14255550182", "STOP", "cae173d2-66b9-564c-8309-21f858e9fb84")


def test_an_inbound_message_is_read_bare_and_from_sns() -> None:
    bare = json.dumps(INBOUND)
    assert parse_inbound(bare) == REPLY
    assert parse_inbound(json.dumps({"Type": "Notification", "Message": bare})) == REPLY


def test_something_else_is_no_reply() -> None:
    assert parse_inbound('{"eventType": "TEXT_DELIVERED"}') is None


@pytest.mark.parametrize("body", ["", "[]", "1", "{"])
def test_what_is_no_object_is_an_error(body: str) -> None:
    with pytest.raises(ValueError):
        parse_inbound(body)
