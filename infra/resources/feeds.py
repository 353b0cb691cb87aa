"""Where lenders' own AWS accounts send events: a queue and an event bus, open to the accounts named alone."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, arn, att, ref, sub

RULE = "FeedBusRule"
FAILED = {"EventBusName": ref("FeedBus"), "RuleName": sub(f"{NAME}-feed")}
"""The dimensions of the rule's metrics: `Ref` of a rule on a bus of ours is `bus|rule`, which is neither."""
ACCOUNTS = {"AWS": ref("FeedAccounts")}
NONE = ref("AWS::NoValue")


def part() -> Part:
    return {
        "Resources": {
            "FeedBus": bus(),
            RULE: rule(),
        },
        "Outputs": {"FeedBusArn": {"Value": att("FeedBus")}},
    }


def bus() -> Part:
    put = {
        "Sid": "Lenders",
        "Effect": "Allow",
        "Principal": ACCOUNTS,
        "Action": "events:PutEvents",
        "Resource": sub(arn("events", f"event-bus/{NAME}-feed")),
    }
    policy = {"Fn::If": ["HasFeeds", {"Version": "2012-10-17", "Statement": [put]}, NONE]}
    return {"Type": "AWS::Events::EventBus", "Properties": {"Name": sub(f"{NAME}-feed"), "Policy": policy}}


def rule() -> Part:
    """Everything on the bus goes to a queue that nothing else may fill: that is what proves its account."""
    target = {"Id": "events", "Arn": att("FromBusQueue"), "DeadLetterConfig": {"Arn": att("FeedDlq")}}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"{NAME}-feed"),
            "EventBusName": ref("FeedBus"),
            "EventPattern": {"version": ["0"]},  # every event has it
            "Targets": [target],
        },
    }


def may_send(queue: str) -> Part:
    """A statement of `queue`'s policy: the lenders' accounts may fill it."""
    allowed = {
        "Sid": "Lenders",
        "Effect": "Allow",
        "Principal": ACCOUNTS,
        "Action": ["sqs:GetQueueUrl", "sqs:SendMessage"],
        "Resource": att(queue),
    }
    return {"Fn::If": ["HasFeeds", allowed, NONE]}


def may_encrypt() -> Part:
    """A statement of the key's policy: who fills the encrypted queue needs the key, by way of SQS alone."""
    allowed = {
        "Sid": "Lenders",
        "Effect": "Allow",
        "Principal": ACCOUNTS,
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"kms:ViaService": sub("sqs.${AWS::Region}.${AWS::URLSuffix}")}},
    }
    return {"Fn::If": ["HasFeeds", allowed, NONE]}
