"""What is kept and what waits: encrypted with our key, hard to lose, open to those who must reach it."""

from __future__ import annotations

from typing import Any

import pytest

from infra.resources.queues import EVIDENCE_RULES, RULES
from tests.packaging.built import properties, resources

DATA_KEY = ({"Ref": "DataKey"}, {"Fn::GetAtt": ["DataKey", "Arn"]})
BUCKETS = ("RecordsBucket", "PrintBucket", "UploadsBucket")
TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}


def test_the_table_cannot_be_lost_by_accident() -> None:
    entry = resources("AWS::DynamoDB::Table")["Table"]
    table = entry["Properties"]
    assert entry["DeletionPolicy"] == entry["UpdateReplacePolicy"] == "Retain"
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["SSESpecification"]["KMSMasterKeyId"] in DATA_KEY
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_the_table_is_the_one_the_tests_stand_on() -> None:
    """tests/table.py makes the table for the unit tests; it must not drift from the deployed one."""
    calls: dict[str, Any] = {}

    class Client:
        def create_table(self, **given: Any) -> None:
            calls.update(given)

    from tests.table import make_table

    make_table(Client())
    deployed = properties("AWS::DynamoDB::Table")["Table"]
    for same in ("KeySchema", "GlobalSecondaryIndexes", "BillingMode"):
        assert calls[same] == deployed[same]
    assert calls["AttributeDefinitions"] == deployed["AttributeDefinitions"]


def test_the_keys_stay_and_the_one_that_can_rotate_does() -> None:
    keys = resources("AWS::KMS::Key")
    assert set(keys) == {"DataKey", "EvidenceKey", "SealKey"}
    for entry in keys.values():
        assert entry["DeletionPolicy"] == entry["UpdateReplacePolicy"] == "Retain"
        assert entry["Properties"]["PendingWindowInDays"] == 30
    assert keys["DataKey"]["Properties"]["EnableKeyRotation"] is True


@pytest.mark.parametrize("name", ["EvidenceKey", "SealKey"])
def test_the_evidence_key_and_the_seal_sign_and_nobody_but_iam_decides_who(name: str) -> None:
    key = properties("AWS::KMS::Key")[name]
    assert (key["KeySpec"], key["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")
    (statement,) = key["KeyPolicy"]["Statement"]
    assert list(statement["Principal"]) == ["AWS"]


def test_services_use_the_data_key_for_this_account_alone() -> None:
    statements = _taken(properties("AWS::KMS::Key")["DataKey"]["KeyPolicy"]["Statement"])
    services = [each for each in statements if "Service" in each["Principal"]]
    assert services
    for statement in services:
        assert statement["Condition"], statement["Sid"]
        assert not {"kms:*", "*"} & set(statement["Action"]), statement["Sid"]


def test_everything_that_holds_data_is_encrypted_with_our_key() -> None:
    for kind, name in (
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
    ):
        for resource, given in properties(kind).items():
            assert given.get(name) in DATA_KEY, resource


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_versioned_encrypted_and_kept(name: str) -> None:
    entry = resources("AWS::S3::Bucket")[name]
    bucket = entry["Properties"]
    assert entry["DeletionPolicy"] == entry["UpdateReplacePolicy"] == "Retain"
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] in DATA_KEY


def test_there_are_no_buckets_but_these_and_each_speaks_tls_only() -> None:
    assert set(resources("AWS::S3::Bucket")) == set(BUCKETS)
    policies = {each["Bucket"]["Ref"]: each for each in properties("AWS::S3::BucketPolicy").values()}
    assert set(policies) == set(BUCKETS)
    for name, policy in policies.items():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert (statement["Action"], statement["Condition"]) == ("s3:*", TLS_ONLY)
        whole = [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}]
        assert statement["Resource"] == whole


def test_what_was_sent_never_expires_and_a_printed_letter_does() -> None:
    buckets = properties("AWS::S3::Bucket")
    rules = {name: bucket["LifecycleConfiguration"]["Rules"] for name, bucket in buckets.items()}
    assert not any("ExpirationInDays" in rule for rule in rules["RecordsBucket"])
    (expired,) = (rule for rule in rules["PrintBucket"] if "ExpirationInDays" in rule)
    assert expired["Prefix"] == "outbox/"


def test_what_nobody_has_checked_is_gone_after_a_day_with_all_its_versions() -> None:
    rules = properties("AWS::S3::Bucket")["UploadsBucket"]["LifecycleConfiguration"]["Rules"]
    (gone,) = (rule for rule in rules if "ExpirationInDays" in rule)
    assert (gone["Prefix"], gone["ExpirationInDays"]) == ("uploads/", 1)
    (old,) = (rule for rule in rules if "NoncurrentVersionExpiration" in rule)
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_every_file_handed_in_is_told_to_its_check_and_parked_when_that_fails() -> None:
    bucket = properties("AWS::S3::Bucket")["UploadsBucket"]
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    rule = properties("AWS::Events::Rule")["UploadsRule"]
    detail = {"bucket": {"name": [{"Ref": "UploadsBucket"}]}, "object": {"key": [{"prefix": "uploads/"}]}}
    assert rule["EventPattern"]["detail"] == detail
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": ["EvidenceQueue", "Arn"]}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["EvidenceDlq", "Arn"]}}


@pytest.mark.parametrize("queue", ["EvidenceQueue", "EvidenceDlq"])
def test_files_are_told_of_by_our_rule_alone(queue: str) -> None:
    (allowed,) = (each for each in statements(queue) if each["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    rules = [{"Fn::GetAtt": [rule, "Arn"]} for rule in EVIDENCE_RULES]
    assert allowed["Condition"]["ArnEquals"]["aws:SourceArn"] == rules


def test_only_files_of_the_print_house_are_told_of() -> None:
    told = properties("AWS::S3::Bucket")["PrintBucket"]["NotificationConfiguration"]
    assert told == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    assert "NotificationConfiguration" not in properties("AWS::S3::Bucket")["RecordsBucket"]
    detail = properties("AWS::Events::Rule")["PrintEventsRule"]["EventPattern"]["detail"]
    assert detail == {
        "bucket": {"name": [{"Ref": "PrintBucket"}]},
        "object": {"key": [{"prefix": "events/"}]},
    }


def test_the_print_house_reaches_its_own_places_and_nothing_else() -> None:
    entry = resources("AWS::IAM::Role")["PrintHouseRole"]
    assert entry["Condition"] == "HasPrintHouse"
    (trust,) = entry["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"AWS": {"Ref": "PrintHouse"}}
    assert "sts:ExternalId" in trust["Condition"]["StringEquals"]
    (policy,) = entry["Properties"]["Policies"]
    by_action = {
        action: statement
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }
    assert set(by_action) == {
        "s3:ListBucket",
        "s3:GetObject",
        "s3:PutObject",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    read = [{"Fn::Sub": f"${{PrintBucket.Arn}}/{place}/*"} for place in ("outbox", "rejected")]
    assert by_action["s3:GetObject"]["Resource"] == read
    assert by_action["s3:ListBucket"]["Condition"] == {
        "StringLike": {"s3:prefix": ["outbox/*", "rejected/*"]}
    }
    assert by_action["s3:PutObject"]["Resource"] == {"Fn::Sub": "${PrintBucket.Arn}/events/*"}
    assert "RecordsBucket" not in str(policy)
    key = by_action["kms:Decrypt"]["Condition"]["StringEquals"]
    assert key["kms:EncryptionContext:aws:s3:arn"] == {"Fn::GetAtt": ["PrintBucket", "Arn"]}


def statements(queue: str) -> list[dict[str, Any]]:
    """The statements of a queue's policy."""
    policies = properties("AWS::SQS::QueuePolicy").values()
    (policy,) = (each for each in policies if each["Queues"] == [{"Ref": queue}])
    return _taken(policy["PolicyDocument"]["Statement"])


def _taken(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they are when every condition holds."""
    return [each.get("Fn::If", ["", each])[1] for each in statements]


def test_every_queue_parks_its_poison_for_14_days_and_speaks_tls_only() -> None:
    queues = properties("AWS::SQS::Queue")
    for name, queue in queues.items():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name
        (denied,) = (each for each in statements(name) if each["Effect"] == "Deny")
        assert (denied["Action"], denied["Condition"]) == ("sqs:*", TLS_ONLY)
        if not name.endswith("Dlq"):
            assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in queues, name


@pytest.mark.parametrize("queue", ["ReceiptsQueue", "ReceiptsDlq"])
def test_receipts_come_from_our_topic_and_rules_alone(queue: str) -> None:
    allowed = {
        each["Principal"]["Service"]: each["Condition"]["ArnEquals"]["aws:SourceArn"]
        for each in statements(queue)
        if each["Effect"] == "Allow"
    }
    assert allowed == {
        "sns.amazonaws.com": {"Ref": "ReceiptsTopic"},
        "events.amazonaws.com": [{"Fn::GetAtt": [rule, "Arn"]} for rule in RULES],
    }


def test_nobody_outside_the_account_fills_another_queue() -> None:
    others = set(properties("AWS::SQS::Queue")) - {
        "ReceiptsQueue",
        "ReceiptsDlq",
        "EvidenceQueue",
        "EvidenceDlq",
        "FeedQueue",
        "FromBusQueue",
        "FeedDlq",
    }
    assert [name for name in others if any(each["Effect"] == "Allow" for each in statements(name))] == []


def test_whatever_tells_of_receipts_parks_what_it_cannot_deliver() -> None:
    rules = properties("AWS::Events::Rule")
    assert set(rules) >= set(RULES)
    for name in RULES:
        (target,) = rules[name]["Targets"]
        assert target["Arn"] == {"Fn::GetAtt": ["ReceiptsQueue", "Arn"]}
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["ReceiptsDlq", "Arn"]}}
    subscription = properties("AWS::SNS::Subscription")["ReceiptsSubscription"]
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": ["ReceiptsDlq", "Arn"]}}
