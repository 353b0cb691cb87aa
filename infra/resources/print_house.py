"""The print house: what it tells comes to the receipts, and it may enter its own bucket and nothing else."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, att, ref, sub

LETTERS, EVENTS, REJECTED = "outbox/", "events/", "rejected/"
"""Where in the print bucket letters wait, the print house tells of them, and what we could not read lies."""


def part() -> Part:
    return {
        "Resources": {"PrintEventsRule": told(), "PrintHouseRole": role()},
        "Outputs": {
            "PrintHouseRoleArn": {
                "Condition": "HasPrintHouse",
                "Description": "The role the print house assumes, with the external id of docs/deploy.md",
                "Value": att("PrintHouseRole"),
            }
        },
    }


def told() -> Part:
    """A new object of the print house goes to the receipts as a pointer; its content stays in the bucket."""
    detail = {"bucket": {"name": [ref("PrintBucket")]}, "object": {"key": [{"prefix": EVENTS}]}}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"{NAME}-print-events"),
            "EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail},
            "Targets": [
                {
                    "Id": "receipts",
                    "Arn": att("ReceiptsQueue"),
                    "DeadLetterConfig": {"Arn": att("ReceiptsDlq")},
                }
            ],
        },
    }


def role() -> Part:
    """Read letters, tell of them, see what was rejected; the external id keeps others' orders apart."""
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": ref("PrintHouse")},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": sub(f"{NAME}-${{AWS::AccountId}}")}},
    }
    policy = {"Version": "2012-10-17", "Statement": [listing(), reading(), telling(), key_of_bucket()]}
    return {
        "Type": "AWS::IAM::Role",
        "Condition": "HasPrintHouse",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "PrintHouse", "PolicyDocument": policy}],
        },
    }


def listing() -> Part:
    return {
        "Sid": "List",
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Resource": att("PrintBucket"),
        "Condition": {"StringLike": {"s3:prefix": [f"{LETTERS}*", f"{REJECTED}*"]}},
    }


def reading() -> Part:
    places = [sub(f"${{PrintBucket.Arn}}/{place}*") for place in (LETTERS, REJECTED)]
    return {"Sid": "Read", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": places}


def telling() -> Part:
    place = sub(f"${{PrintBucket.Arn}}/{EVENTS}*")
    return {"Sid": "Tell", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": place}


def key_of_bucket() -> Part:
    """The bucket's key alone: the encryption context of a bucket key is the bucket's ARN."""
    return {
        "Sid": "Key",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": att("DataKey"),
        "Condition": {
            "StringEquals": {
                "kms:ViaService": sub("s3.${AWS::Region}.${AWS::URLSuffix}"),
                "kms:EncryptionContext:aws:s3:arn": att("PrintBucket"),
            }
        },
    }
