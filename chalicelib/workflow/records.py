"""What the queues' records become."""

from __future__ import annotations

import json

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from chalicelib.telemetry import Metric
from chalicelib.wiring import wired


def loan_event(record: SQSRecord) -> None:
    """Carry out the stored event a record refers to."""
    wiring = wired()
    reference = json.loads(record.body)["reference"]
    wiring.accept.accept(reference, wiring.clock())
    wiring.telemetry.count(Metric.EVENT_APPLIED)
    wiring.telemetry.event("event applied", reference=reference)


def receipt(record: SQSRecord) -> None:
    """Put a provider's receipt on its case; one that is about no notice of ours is logged and dropped."""
    from chalicelib.notices.receipts import parse_receipt
    from chalicelib.notices.receipts import record as put

    wiring = wired()
    found = parse_receipt(record.body)
    if found is None:
        wiring.telemetry.count(Metric.RECEIPT_UNMATCHED)
        wiring.telemetry.problem("receipt unmatched", message_id=record.message_id)
        return
    put(found, wiring.clock())
    wiring.telemetry.count(Metric.RECEIPT)
