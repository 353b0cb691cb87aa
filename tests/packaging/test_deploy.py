"""`make deploy`, rehearsed: the packaged template through a change set on the local engine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import KEYS, Deployment, chosen, complete_keys, main, pair
from infra.stack import Change, Stack, StackError
from tests.packaging.built import built

PARAMETERS = {
    "EmailFrom": "notice@example.org",
    "SmsOrigination": "arn:aws:sms-voice:us-east-1:000000000000:pool/pool-rehearsal",
    "ManageSms": "no",
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The local engine as a process of its own; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "localhost",
        "TZ": "UTC",
        "IOT_MTLS_ENABLED": "0",
    }
    home = tmp_path_factory.mktemp("engine")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, cwd=home, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    client = boto3.client("sts", endpoint_url=url)
    for _ in range(100):
        try:
            client.get_caller_identity()
        except (BotoCoreError, ClientError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the engine did not come up")


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
    machine = deployment.clients("stepfunctions").describe_state_machine(
        stateMachineArn=outputs["CaseMachineArn"]
    )
    assert "${" not in machine["definition"]
    assert "function:accord-dev-close_case" in machine["definition"]


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


def test_missing_parameters_are_named_with_their_meaning() -> None:
    with pytest.raises(StackError, match=r"EmailFrom=….*verified SES identity"):
        chosen(built().template, {"LogLevel": "INFO"}, {})


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(StackError, match="unknown parameters EmailForm"):
        chosen(built().template, PARAMETERS | {"EmailForm": "x"}, {})


def test_what_is_not_given_again_stays() -> None:
    present = PARAMETERS | {"LogLevel": "DEBUG", "Gone": "x"}
    kept = chosen(built().template, {"LogLevel": "INFO"}, present)
    assert kept == {"EmailFrom": None, "SmsOrigination": None, "ManageSms": None, "LogLevel": "INFO"}


@pytest.mark.parametrize("text", ["EmailFrom", "=x", ""])
def test_parameters_are_pairs(text: str) -> None:
    import argparse

    with pytest.raises(argparse.ArgumentTypeError):
        pair(text)
    assert pair("PublicUrl=https://a.example/?x=y") == ("PublicUrl", "https://a.example/?x=y")
