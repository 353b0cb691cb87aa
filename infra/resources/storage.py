"""What keeps data: the customer managed key, the one table, the secret with the app's keys."""

from __future__ import annotations

from infra.resources.feeds import may_encrypt
from infra.resources.parts import NAME, Part, arn, att, ref, same_account, sub

KEEP = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def part() -> Part:
    return {
        "Resources": {
            "DataKey": data_key(),
            "DataKeyAlias": {
                "Type": "AWS::KMS::Alias",
                "Properties": {"AliasName": sub(f"alias/{NAME}"), "TargetKeyId": ref("DataKey")},
            },
            "EvidenceKey": evidence_key(),
            "EvidenceKeyAlias": {
                "Type": "AWS::KMS::Alias",
                "Properties": {"AliasName": sub(f"alias/{NAME}-evidence"), "TargetKeyId": ref("EvidenceKey")},
            },
            "SealKey": seal_key(),
            "SealKeyAlias": {
                "Type": "AWS::KMS::Alias",
                "Properties": {"AliasName": sub(f"alias/{NAME}-seal"), "TargetKeyId": ref("SealKey")},
            },
            "Table": table(),
            "KeysSecret": keys_secret(),
        },
        "Outputs": {
            "TableName": {"Value": ref("Table")},
            "KeysSecretId": {"Value": ref("KeysSecret")},
        },
    }


def data_key() -> Part:
    return {
        "Type": "AWS::KMS::Key",
        **KEEP,
        "Properties": {
            "Description": sub(f"Everything {NAME} keeps"),
            "EnableKeyRotation": True,
            "PendingWindowInDays": 30,
            "KeyPolicy": {
                "Version": "2012-10-17",
                "Statement": [
                    delegated_to_iam(),
                    publishers(),
                    log_writer(),
                    log_deliverer(),
                    may_encrypt(),
                ],
            },
        },
    }


def evidence_key() -> Part:
    """Signs the proof of a case; the public half verifies it anywhere, offline (docs/evidence.md)."""
    return signing_key("Signs the evidence of")


def seal_key() -> Part:
    """The institution's seal under agreements: a key of its own, so that no other use can seal."""
    return signing_key("Seals the agreements of")


def signing_key(what: str) -> Part:
    return {
        "Type": "AWS::KMS::Key",
        **KEEP,
        "Properties": {
            "Description": sub(f"{what} {NAME}"),
            "KeySpec": "ECC_NIST_P256",
            "KeyUsage": "SIGN_VERIFY",
            "PendingWindowInDays": 30,
            "KeyPolicy": {"Version": "2012-10-17", "Statement": [delegated_to_iam()]},
        },
    }


def delegated_to_iam() -> Part:
    return {
        "Sid": "AccountDelegatesToIam",
        "Effect": "Allow",
        "Principal": {"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
        "Action": "kms:*",
        "Resource": "*",
    }


def publishers() -> Part:
    """The services that put messages on encrypted topics and queues for us."""
    services = ("ses", "sms-voice", "sns", "cloudwatch", "events")
    return {
        "Sid": "Publishers",
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": same_account(),
    }


def log_writer() -> Part:
    """CloudWatch Logs, for log groups of this account alone."""
    return {
        "Sid": "Logs",
        "Effect": "Allow",
        "Principal": {"Service": sub("logs.${AWS::Region}.${AWS::URLSuffix}")},
        "Action": [
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": sub(arn("logs", "log-group:*"))}},
    }


def log_deliverer() -> Part:
    """Step Functions' log delivery into an encrypted group."""
    return {
        "Sid": "LogDelivery",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": same_account(),
    }


def table() -> Part:
    attributes = ("pk", "sk", "open_day", "worklist", "due_at")
    return {
        "Type": "AWS::DynamoDB::Table",
        **KEEP,
        "Properties": {
            "TableName": sub(NAME),
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes],
            "KeySchema": key_schema("pk", "sk"),
            "GlobalSecondaryIndexes": [
                {
                    # Sparse and sharded by lender and day: only open cases, never one hot key.
                    "IndexName": "open_cases",
                    "KeySchema": key_schema("open_day", "pk"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
                {
                    # Sparse: only cases in mediation, by whose turn it is and by when.
                    "IndexName": "worklist",
                    "KeySchema": key_schema("worklist", "due_at"),
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ],
            "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": att("DataKey")},
            "DeletionProtectionEnabled": True,
        },
    }


def key_schema(partition: str, order: str) -> list[Part]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": order, "KeyType": "RANGE"}]


def keys_secret() -> Part:
    """CloudFormation can make up one value per secret; `infra.deploy` adds the keys still missing, once."""
    return {
        "Type": "AWS::SecretsManager::Secret",
        **KEEP,
        "Properties": {
            "Name": sub("accord/${Stage}/keys"),
            "Description": "Keys of borrower links, sessions, references; losing them voids all links",
            "KmsKeyId": ref("DataKey"),
            "GenerateSecretString": {
                "SecretStringTemplate": "{}",
                "GenerateStringKey": "link_pepper",
                "PasswordLength": 64,
                "ExcludePunctuation": True,
            },
        },
    }
