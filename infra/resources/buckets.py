"""The buckets: what was sent and came back, kept for proof; letters to print; unchecked files."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, att, ref, sub
from infra.resources.print_house import LETTERS

KEEP = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
UPLOADED = "uploads/"
LETTER_DAYS = 90
"""How long a printed letter's file stays in the outbox (*policy*); its proof is in the records."""


def part() -> Part:
    records, prints = bucket("records"), bucket("print")
    prints["Properties"]["NotificationConfiguration"] = {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    expired = {"Id": "printed", "Status": "Enabled", "Prefix": LETTERS, "ExpirationInDays": LETTER_DAYS}
    prints["Properties"]["LifecycleConfiguration"]["Rules"].append(expired)
    return {
        "Resources": {
            "UploadsBucket": uploads_bucket(),
            "UploadsBucketPolicy": policy("UploadsBucket"),
            "UploadsRule": uploaded(),
            "RecordsBucket": records,
            "RecordsBucketPolicy": policy("RecordsBucket"),
            "PrintBucket": prints,
            "PrintBucketPolicy": policy("PrintBucket"),
        },
        "Outputs": {
            "RecordsBucketName": {"Value": ref("RecordsBucket")},
            "PrintBucketName": {"Value": ref("PrintBucket")},
        },
    }


def uploads_bucket() -> Part:
    """What borrowers hand in, until it is checked: a day at most, and its old versions a day more."""
    uploads = bucket("uploads")
    gone = {"Id": "unchecked", "Status": "Enabled", "Prefix": UPLOADED, "ExpirationInDays": 1}
    (old,) = uploads["Properties"]["LifecycleConfiguration"]["Rules"]
    old["NoncurrentVersionExpiration"] = {"NoncurrentDays": 1}
    uploads["Properties"]["LifecycleConfiguration"]["Rules"].append(gone)
    uploads["Properties"]["NotificationConfiguration"] = {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    return uploads


def uploaded() -> Part:
    """A new file goes to its check as a pointer; its content stays in the bucket."""
    detail = {"bucket": {"name": [ref("UploadsBucket")]}, "object": {"key": [{"prefix": UPLOADED}]}}
    target = {"Id": "check", "Arn": att("EvidenceQueue"), "DeadLetterConfig": {"Arn": att("EvidenceDlq")}}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"{NAME}-uploads"),
            "EventPattern": {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail},
            "Targets": [target],
        },
    }


def bucket(name: str) -> Part:
    """A private, versioned, encrypted bucket; old versions of a key go after a year."""
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": att("DataKey")}
    old = {
        "Id": "old-versions",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 365},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    return {
        "Type": "AWS::S3::Bucket",
        **KEEP,
        "Properties": {
            "BucketName": sub(f"{NAME}-{name}-${{AWS::AccountId}}-${{AWS::Region}}"),
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": encryption, "BucketKeyEnabled": True}
                ]
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "LifecycleConfiguration": {"Rules": [old]},
        },
    }


def policy(name: str) -> Part:
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [att(name), sub(f"${{{name}.Arn}}/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": ref(name),
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [tls_only]},
        },
    }
