"""The controls of the packaged template: what is kept is encrypted and kept, what fails is seen."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from chalicelib.notices.send import LEASE
from chalicelib.settings import Settings
from infra.resources.functions import CONSUMERS, FUNCTIONS
from infra.resources.parts import joined
from tests.packaging.built import built, resources, template

DATA_KEY = ({"Ref": "DataKey"}, {"Fn::GetAtt": ["DataKey", "Arn"]})
STAGES = pytest.mark.parametrize("stage", ["dev", "prod"])


def properties(kind: str, stage: str = "dev") -> dict[str, dict[str, Any]]:
    return {name: entry["Properties"] for name, entry in resources(kind, stage).items()}


@STAGES
def test_cfn_lint_finds_nothing(stage: str) -> None:
    command = [sys.executable, "-c", "import sys; from cfnlint.runner import main; sys.exit(main())"]
    ran = subprocess.run([*command, str(built(stage).template)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


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


def test_the_key_rotates_and_stays() -> None:
    entry = resources("AWS::KMS::Key")["DataKey"]
    assert entry["DeletionPolicy"] == "Retain"
    assert entry["Properties"]["EnableKeyRotation"] is True


def test_everything_that_holds_data_is_encrypted_with_our_key() -> None:
    for kind, name in (
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::Logs::LogGroup", "KmsKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
    ):
        for resource, given in properties(kind).items():
            assert given.get(name) in DATA_KEY, resource


def test_every_queue_parks_its_poison_for_14_days_and_speaks_tls_only() -> None:
    queues = properties("AWS::SQS::Queue")
    guarded = {policy["Queues"][0]["Ref"]: policy for policy in properties("AWS::SQS::QueuePolicy").values()}
    assert set(guarded) == set(queues)
    for name, queue in queues.items():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name
        assert any(
            statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for statement in guarded[name]["PolicyDocument"]["Statement"]
        ), name
        if not name.endswith("Dlq"):
            assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in queues, name


def test_sdk_lambda_lease_and_visibility_stand_in_order() -> None:
    functions = properties("AWS::Serverless::Function")
    queues = properties("AWS::SQS::Queue")
    lease = LEASE.total_seconds()
    assert all(function["Timeout"] < lease for function in functions.values())
    assert functions["APIHandler"]["Timeout"] < 29, "API Gateway gives up after 29 s"
    for name, queue in CONSUMERS.items():
        visibility = queues[queue]["VisibilityTimeout"]
        assert visibility >= 6 * functions[name]["Timeout"]
        assert visibility > lease


def test_consumers_hand_back_only_what_failed() -> None:
    for name, queue in CONSUMERS.items():
        (source,) = properties("AWS::Serverless::Function")[name]["Events"].values()
        assert source["Properties"]["Queue"] == {"Fn::Sub": f"${{{queue}.Arn}}"}
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["Properties"]["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_a_failing_sweep_is_parked() -> None:
    invoke = properties("AWS::Serverless::Function")["Sweep"]["EventInvokeConfig"]
    assert invoke["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["SweepDlq", "Arn"]}


def alarmed() -> set[tuple[str, str]]:
    """(metric, what it is about) of every alarm."""
    found = set()
    for alarm in properties("AWS::CloudWatch::Alarm").values():
        for dimension in alarm["Dimensions"]:
            value = dimension["Value"]
            about = value.get("Ref") or value.get("Fn::GetAtt", [""])[0] if isinstance(value, dict) else value
            found.add((alarm["MetricName"], about))
    return found


def test_every_dlq_function_and_execution_failure_is_alarmed() -> None:
    wanted = {
        ("ApproximateNumberOfMessagesVisible", n) for n in properties("AWS::SQS::Queue") if n.endswith("Dlq")
    }
    wanted |= {(metric, name) for name in FUNCTIONS for metric in ("Errors", "Throttles")}
    wanted |= {(metric, "CaseMachine") for metric in ("ExecutionsFailed", "ExecutionsTimedOut")}
    wanted |= {("ApproximateAgeOfOldestMessage", queue) for queue in CONSUMERS.values()}
    assert wanted <= alarmed()


def test_every_alarm_tells_the_operators() -> None:
    for name, alarm in properties("AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "OpsTopic"}], name
        assert alarm["TreatMissingData"] in ("notBreaching", "breaching"), name


def test_alarms_of_our_own_metrics_name_metrics_that_exist() -> None:
    from chalicelib.telemetry import Metric

    names = {value for key, value in vars(Metric).items() if key.isupper()}
    ours = [
        a["MetricName"] for a in properties("AWS::CloudWatch::Alarm").values() if a["Namespace"] == "Accord"
    ]
    assert ours
    assert set(ours) <= names


def test_every_log_ends_and_every_function_has_one() -> None:
    groups = properties("AWS::Logs::LogGroup")
    assert all(group["RetentionInDays"] <= 400 for group in groups.values())
    for name, function in properties("AWS::Serverless::Function").items():
        assert function["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}LogGroup"}
        assert function["Tracing"] == "PassThrough"


def test_logs_hold_neither_bodies_nor_tokens() -> None:
    machine = properties("AWS::StepFunctions::StateMachine")["CaseMachine"]["LoggingConfiguration"]
    assert machine["IncludeExecutionData"] is False
    api = properties("AWS::Serverless::Api")["RestAPI"]
    (settings,) = api["MethodSettings"]
    assert settings["DataTraceEnabled"] is False
    assert settings["LoggingLevel"] == "OFF"
    assert settings["ThrottlingRateLimit"] > 0
    logged = json.loads(api["AccessLogSetting"]["Format"]).values()
    # A path can hold a link token; an address or a query can be personal.
    assert not set(logged) & {
        "$context.path",
        "$context.identity.sourceIp",
        "$context.requestOverride.path.token",
    }


def test_the_functions_environment_is_what_the_app_reads() -> None:
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    given = dict.fromkeys(variables, "x") | {"AWS_REGION": "x"}
    Settings.from_environment(given)  # KeyError if one is missing
    read: set[str] = set()

    class Spy(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            read.add(key)
            return super().__getitem__(key)

    Settings.from_environment(Spy(given))
    assert {name for name in variables if name.startswith("ACCORD_")} == {
        n for n in read if n.startswith("ACCORD_")
    }


def test_no_secret_is_in_the_template() -> None:
    for name, secret in properties("AWS::SecretsManager::Secret").items():
        assert "SecretString" not in secret, name
    assert "whsec_" not in json.dumps(template())


def test_stages_differ_in_name_and_declared_tuning_only() -> None:
    dev, prod = template("dev"), template("prod")
    assert prod["Parameters"]["Stage"]["AllowedValues"] == ["prod"]
    assert set(dev["Resources"]) == set(prod["Resources"])
    assert prod["Resources"]["Sweep"]["Properties"]["ReservedConcurrentExecutions"] == 1


def test_two_parts_cannot_define_the_same_resource() -> None:
    with pytest.raises(ValueError, match="Table"):
        joined({"Resources": {"Table": {}}}, {"Resources": {"Table": {}}})
