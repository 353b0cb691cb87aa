"""The queues, each with the dead-letter queue its poison is parked in."""

from __future__ import annotations

from infra.resources.feeds import RULE, may_send
from infra.resources.parts import NAME, Part, att, ref, sub

DLQ_DAYS = 14
VISIBILITY_SECONDS = 180
"""Six times the consumers' 30 s (what Lambda asks for), so a batch in work is not handed out twice."""
SENDING_SECONDS = 360
"""Six times the senders' 60 s."""
RECEIVES = 5
RULES = ("EmailReceiptsRule", "PrintEventsRule")
"""They tell the receipts."""
EVIDENCE_RULES = ("UploadsRule",)
FEED_RULES = (RULE,)
TOPICS = ("ReceiptsTopic", "OpsTopic")
DEAD_LETTERS = ("EvidenceDlq", "FeedDlq", "LoanEventsDlq", "NoticesDlq", "ReceiptsDlq", "SweepDlq")


def part() -> Part:
    made = {
        "LoanEventsQueue": queue("loan-events", "LoanEventsDlq"),
        "FeedQueue": queue("feed", "FeedDlq"),
        "FromBusQueue": queue("from-bus", "FeedDlq"),  # chalicelib.workflow.take_feed knows it by this name
        "FeedDlq": dead_letters("feed-dlq"),
        "NoticesQueue": queue("notices", "NoticesDlq", SENDING_SECONDS),
        "ReceiptsQueue": queue("receipts", "ReceiptsDlq"),
        "NoticesDlq": dead_letters("notices-dlq"),
        "EvidenceQueue": queue("evidence", "EvidenceDlq"),
        "EvidenceDlq": dead_letters("evidence-dlq"),
        "LoanEventsDlq": dead_letters("loan-events-dlq"),
        "ReceiptsDlq": dead_letters("receipts-dlq"),
        "SweepDlq": dead_letters("sweep-dlq"),
    }
    policies = {f"{name}Policy": policy(name) for name in made}
    for name in ("ReceiptsQueue", "ReceiptsDlq"):  # who delivers there parks there what it could not deliver
        statements = policies[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        statements += [from_receipts_topic(name), from_rules(name, RULES)]
    for name in ("EvidenceQueue", "EvidenceDlq"):
        statements = policies[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        statements.append(from_rules(name, EVIDENCE_RULES))
    policies["FeedQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"].append(may_send("FeedQueue"))
    for name in ("FromBusQueue", "FeedDlq"):
        statements = policies[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"]
        statements.append(from_rules(name, FEED_RULES))
    return {
        "Resources": made | policies,
        "Outputs": {f"{name}Url": {"Value": ref(name)} for name in made if not name.endswith("Dlq")},
    }


def encrypted(name: str, **more: object) -> Part:
    return {
        "QueueName": sub(f"{NAME}-{name}"),
        "KmsMasterKeyId": ref("DataKey"),
        "MessageRetentionPeriod": DLQ_DAYS * 24 * 3600,
        **more,
    }


def queue(name: str, dlq: str, visibility: int = VISIBILITY_SECONDS) -> Part:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": encrypted(
            name,
            VisibilityTimeout=visibility,
            RedrivePolicy={"deadLetterTargetArn": att(dlq), "maxReceiveCount": RECEIVES},
        ),
    }


def dead_letters(name: str) -> Part:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": encrypted(name),
    }


def policy(name: str) -> Part:
    return {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [ref(name)],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "sqs:*",
                        "Resource": att(name),
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }


def from_receipts_topic(queue: str) -> Part:
    return {
        "Sid": "Receipts",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": att(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": ref("ReceiptsTopic")}},
    }


def from_rules(queue: str, rules: tuple[str, ...]) -> Part:
    return {
        "Sid": "Rules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": att(queue),
        "Condition": {"ArnEquals": {"aws:SourceArn": [att(rule) for rule in rules]}},
    }
