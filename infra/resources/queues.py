"""The queues, each with the dead-letter queue its poison is parked in."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, att, ref, sub

DLQ_DAYS = 14
VISIBILITY_SECONDS = 180
"""Six times the consumers' 30 s (what Lambda asks for), so a batch in work is not handed out twice."""
RECEIVES = 5
DEAD_LETTERS = ("LoanEventsDlq", "ReceiptsDlq", "SweepDlq")


def part() -> Part:
    made = {
        "LoanEventsQueue": queue("loan-events", "LoanEventsDlq"),
        "ReceiptsQueue": queue("receipts", "ReceiptsDlq"),
        "LoanEventsDlq": dead_letters("loan-events-dlq"),
        "ReceiptsDlq": dead_letters("receipts-dlq"),
        "SweepDlq": dead_letters("sweep-dlq"),
    }
    policies = {f"{name}Policy": policy(name) for name in made}
    policies["ReceiptsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"].append(from_receipts_topic())
    return {
        "Resources": made | policies,
        "Outputs": {"LoanEventsQueueUrl": {"Value": ref("LoanEventsQueue")}},
    }


def encrypted(name: str, **more: object) -> Part:
    return {
        "QueueName": sub(f"{NAME}-{name}"),
        "KmsMasterKeyId": ref("DataKey"),
        "MessageRetentionPeriod": DLQ_DAYS * 24 * 3600,
        **more,
    }


def queue(name: str, dlq: str) -> Part:
    return {
        "Type": "AWS::SQS::Queue",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": encrypted(
            name,
            VisibilityTimeout=VISIBILITY_SECONDS,
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


def from_receipts_topic() -> Part:
    return {
        "Sid": "Receipts",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": att("ReceiptsQueue"),
        "Condition": {"ArnEquals": {"aws:SourceArn": ref("ReceiptsTopic")}},
    }
