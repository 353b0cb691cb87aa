"""`make deploy`, rehearsed: the packaged template through a change set on the local engine."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.settings import Settings
from infra.deploy import KEYS, Deployment, complete_keys, main
from infra.stack import Change, Stack, StackError
from tests.packaging.built import built
from tests.packaging.test_parameters import PARAMETERS


@pytest.fixture(scope="module")
def deployment(engine: str) -> Deployment:
    boto3.client("s3", endpoint_url=engine).create_bucket(Bucket="artefacts")

    def clients(service: str) -> Any:
        return boto3.client(service, endpoint_url=engine)

    return Deployment("dev", "artefacts", clients, lambda changes: True, pause=0.1)


@pytest.fixture(scope="module")
def outputs(deployment: Deployment) -> dict[str, str]:
    return deployment.run(built(), PARAMETERS)


def test_first_deployment_makes_everything_and_learns_its_own_address(
    deployment: Deployment, outputs: dict[str, str]
) -> None:
    variables = deployment.clients("lambda").get_function_configuration(FunctionName="accord-dev-send_notice")
    assert variables["Environment"]["Variables"]["ACCORD_PUBLIC_URL"] == outputs["ApiUrl"]


@pytest.mark.parametrize(
    ("machine", "calls"),
    [("CaseMachineArn", "function:accord-dev-close_case"), ("DeliveryMachineArn", "accord-dev-notices")],
)
def test_the_machines_call_what_was_deployed(
    deployment: Deployment, outputs: dict[str, str], machine: str, calls: str
) -> None:
    client = deployment.clients("stepfunctions")
    definition = client.describe_state_machine(stateMachineArn=outputs[machine])["definition"]
    assert "${" not in definition
    assert calls in definition
    assert outputs["NoticesQueueUrl"] in definition


def test_the_functions_are_told_where_everything_is(deployment: Deployment, outputs: dict[str, str]) -> None:
    function = deployment.clients("lambda").get_function_configuration(FunctionName="accord-dev-send_notice")
    told = function["Environment"]["Variables"]
    assert told["ACCORD_RECORDS_BUCKET"] == outputs["RecordsBucketName"]
    assert told["ACCORD_PRINT_BUCKET"] == outputs["PrintBucketName"]
    assert told["ACCORD_DELIVERY_MACHINE_ARN"] == outputs["DeliveryMachineArn"]
    assert told["ACCORD_RECEIPTS_QUEUE_URL"] == outputs["ReceiptsQueueUrl"]
    settings = Settings.from_environment(told | {"AWS_REGION": "us-east-1"})
    assert (settings.sms_per_second, settings.senders, settings.alibaba_share) == (20, 10, 0)
    for bucket in (settings.records_bucket, settings.print_bucket):
        assert deployment.clients("s3").get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"


def test_a_print_house_that_is_named_gets_its_role(deployment: Deployment, outputs: dict[str, str]) -> None:
    assert "PrintHouseRoleArn" not in outputs
    seen: list[Change] = []

    def decline(changes: list[Change]) -> bool:
        seen.extend(changes)
        return False

    with pytest.raises(StackError, match="nothing was changed"):
        replace(deployment, agreed=decline).run(built(), {"PrintHouse": "arn:aws:iam::111122223333:root"})
    assert "PrintHouseRole" in {change.name for change in seen}


def test_second_deployment_of_the_same_changes_nothing(
    deployment: Deployment, outputs: dict[str, str]
) -> None:
    def never(changes: list[Change]) -> bool:
        raise AssertionError([str(change) for change in changes])

    assert replace(deployment, agreed=never).run(built(), {}) == outputs


def test_a_changed_parameter_is_proposed_and_can_be_declined(
    deployment: Deployment, outputs: dict[str, str]
) -> None:
    seen: list[Change] = []

    def decline(changes: list[Change]) -> bool:
        seen.extend(changes)
        return False

    with pytest.raises(StackError, match="nothing was changed"):
        replace(deployment, agreed=decline).run(built(), {"LogLevel": "DEBUG"})
    assert ("Modify", "SendNotice") in {(change.action, change.name) for change in seen}
    function = deployment.clients("lambda").get_function_configuration(FunctionName="accord-dev-send_notice")
    assert function["Environment"]["Variables"]["LOG_LEVEL"] == "INFO"


def test_keys_are_completed_once_and_never_replaced(deployment: Deployment, outputs: dict[str, str]) -> None:
    client = deployment.clients("secretsmanager")
    held = json.loads(client.get_secret_value(SecretId="accord/dev/keys")["SecretString"])
    assert set(held) == set(KEYS)
    assert len(set(held.values())) == len(KEYS)
    assert min(len(value) for value in held.values()) >= 32
    assert complete_keys(client, "dev", lambda: "never used") == []


def test_a_refused_change_set_says_why(
    deployment: Deployment, outputs: dict[str, str], tmp_path: Path
) -> None:
    template = json.loads(built().template.read_text())
    template["Resources"]["Broken"] = {"Type": "AWS::No::Such"}
    broken = tmp_path / "sam.json"
    broken.write_text(json.dumps(template))
    with pytest.raises((StackError, ClientError), match="AWS::No::Such"):
        deployment.run(replace(built(), template=broken), {})


def test_a_failed_creation_is_explained_and_can_be_gone_on_with(deployment: Deployment) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "one"}}
    nowhere = {
        "RoleArn": "arn:aws:iam::000000000000:role/x",
        "DefinitionS3Location": {"Bucket": "b", "Key": "no"},
    }
    machine = {"Type": "AWS::StepFunctions::StateMachine", "DependsOn": "Queue", "Properties": nowhere}
    stack = Stack(deployment.clients("cloudformation"), "half-made", pause=0.1)
    stack.propose("first", uploaded(deployment, {"Queue": queue, "Machine": machine}), {})
    with pytest.raises(StackError, match=r"half-made is CREATE_FAILED: Machine: .*not found"):
        stack.execute("first")
    changes = stack.propose("second", uploaded(deployment, {"Queue": queue}), {})
    assert "Machine" not in {change.name for change in changes}
    stack.execute("second")


def uploaded(deployment: Deployment, resources: dict[str, Any]) -> str:
    """The address of a template of `resources` in the bucket."""
    client = deployment.clients("s3")
    client.put_object(Bucket="artefacts", Key="half", Body=json.dumps({"Resources": resources}))
    return f"{client.meta.endpoint_url}/artefacts/half"


def test_the_api_has_one_stage(deployment: Deployment, outputs: dict[str, str]) -> None:
    """SAM adds an unguarded stage called "Stage" unless the template says its OpenAPI version."""
    stages = deployment.clients("apigateway").get_stages(restApiId=outputs["RestAPIId"])["item"]
    assert [stage["stageName"] for stage in stages] == ["api"]


def test_command_line_says_in_one_line_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("infra.deploy.package", lambda stage, out: built(stage))
    with socket.socket() as probe:  # a port nobody listens on
        probe.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert main(["--stage", "dev", "--bucket", "b", "--yes", "--endpoint-url", nobody]) == 1
    assert capsys.readouterr().err.startswith("Not deployed: Could not connect")
