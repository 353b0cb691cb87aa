"""A provider's receipt goes on the timeline of the case whose notice it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.notices.receipts import parse_receipt, record
from chalicelib.telemetry import Metric, Telemetry


@dataclass(frozen=True, slots=True)
class TakeReceipt:
    """Takes receipts of SES and End User Messaging."""

    telemetry: Telemetry
    clock: Callable[[], datetime]

    def __call__(self, body: str) -> None:
        """Record a receipt; one about no notice of ours is only counted. Raises ValueError on no JSON."""
        receipt = parse_receipt(body)
        if receipt is None:
            self.telemetry.count(Metric.RECEIPT_UNMATCHED)
            self.telemetry.problem("receipt unmatched")
            return
        record(receipt, self.clock())
        self.telemetry.count(Metric.RECEIPT)
