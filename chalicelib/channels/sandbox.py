"""The provider of test lenders: reaches nobody, and reports what its magic recipients stand for.

recipients.json lists them: the last seven characters of a phone number, a postal address or an app user's id,
or the local part of an e-mail address. It holds no client, so nothing it is given can leave.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Channel, Outgoing, Refused, Result, Unsure
from chalicelib.channels.sandbox_receipts import receipt_body, reply_body

Put = Callable[[str, int], None]


class Sandbox:
    """Answers at once; `report` and `reply` put a body on a queue, to be seen in so many seconds (≤ 900)."""

    def __init__(
        self, report: Put, reply: Put, clock: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._report, self._reply = report, reply
        self._clock, self._new_id = clock, new_id

    def send(self, message: Outgoing) -> Result:
        """Do what the recipient stands for; see Channel.send."""
        outcome = recipients()["outcomes"][outcome_of(message.to)]
        if "refused" in outcome:
            code, again = outcome["refused"]
            return Refused(code, again=again)
        if "unsure" in outcome:
            return Unsure(outcome["unsure"])
        message_id = self._new_id()
        try:
            self._tell(message, message_id, outcome)
        except (ClientError, BotoCoreError) as error:
            return Unsure(type(error).__name__)  # some of its receipts may be on the queue
        return Accepted(message_id, "sandbox")

    def _tell(self, message: Outgoing, message_id: str, outcome: dict[str, Any]) -> None:
        now, channel = self._clock(), message.tags["channel"]
        for delay, word in outcome["receipts"][channel]:
            at = now + timedelta(seconds=delay)
            self._report(receipt_body(channel, word, message.tags, message_id, at), delay)
        if "reply" in outcome and channel == "SMS":
            delay, text = outcome["reply"]
            self._reply(reply_body(message.to, text, message_id), delay)


@dataclass(frozen=True, slots=True)
class LendersApart:
    """Keeps test and live lenders apart: the one place where a message takes its way to a real provider.

    A message that does not say whose it is goes nowhere.
    """

    live: Channel
    sandbox: Channel
    is_test: Callable[[str], bool]

    def send(self, message: Outgoing) -> Result:
        """Send through the lender's own provider; see Channel.send."""
        if not message.lender:
            return Refused("no_lender", again=False)
        return (self.sandbox if self.is_test(message.lender) else self.live).send(message)


def outcome_of(to: str) -> str:
    """Return the name of what a recipient stands for: `delivered` for every one that is not magic."""
    magic = recipients()
    if "@" in to:
        return str(magic["mailboxes"].get(to.partition("@")[0].lower(), "delivered"))
    return str(magic["endings"].get(to.strip()[-7:], "delivered"))


@cache
def recipients() -> dict[str, Any]:
    """Return recipients.json, read once: `outcomes` by name, `endings` and `mailboxes` that lead to them."""
    data: dict[str, Any] = json.loads(Path(__file__).with_name("recipients.json").read_text(encoding="utf-8"))
    return data
