"""The controls of the packaged template: what is kept is encrypted and kept, what fails is seen."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from chalicelib.notices.send import LEASE
from chalicelib.settings import Settings
from infra.resources.functions import AT_ONCE, CONSUMERS
from infra.resources.parts import joined
from tests.packaging.built import built, properties, template

STAGES = pytest.mark.parametrize("stage", ["dev", "prod"])


@STAGES
def test_cfn_lint_finds_nothing(stage: str) -> None:
    command = [sys.executable, "-c", "import sys; from cfnlint.runner import main; sys.exit(main())"]
    ran = subprocess.run([*command, str(built(stage).template)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_sdk_lambda_lease_and_visibility_stand_in_order() -> None:
    functions = properties("AWS::Serverless::Function")
    queues = properties("AWS::SQS::Queue")
    lease = LEASE.total_seconds()
    assert all(function["Timeout"] < lease for function in functions.values())
    assert functions["APIHandler"]["Timeout"] < 29, "API Gateway gives up after 29 s"
    for name, queue in [(name, queue) for name, worked in CONSUMERS.items() for queue in worked]:
        visibility = queues[queue]["VisibilityTimeout"]
        assert visibility >= 6 * functions[name]["Timeout"]
        assert visibility > lease


def test_consumers_hand_back_only_what_failed() -> None:
    for name, worked in CONSUMERS.items():
        sources = properties("AWS::Serverless::Function")[name]["Events"].values()
        queues = {source["Properties"]["Queue"]["Fn::Sub"] for source in sources}
        assert queues == {f"${{{queue}.Arn}}" for queue in worked}
        at_once = {"Ref": "Senders"} if name == "SendNotice" else AT_ONCE
        for source in sources:
            assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
            assert source["Properties"]["ScalingConfig"] == {"MaximumConcurrency": at_once}


def test_a_failing_sweep_is_parked() -> None:
    invoke = properties("AWS::Serverless::Function")["Sweep"]["EventInvokeConfig"]
    assert invoke["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["SweepDlq", "Arn"]}


def test_every_log_ends_and_every_function_has_one() -> None:
    groups = properties("AWS::Logs::LogGroup")
    assert all(group["RetentionInDays"] <= 400 for group in groups.values())
    for name, function in properties("AWS::Serverless::Function").items():
        assert function["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}LogGroup"}
        assert function["Tracing"] == "PassThrough"


def test_logs_hold_neither_bodies_nor_tokens() -> None:
    for machine in properties("AWS::StepFunctions::StateMachine").values():
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
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
    given = dict.fromkeys(variables, "1") | {"AWS_REGION": "x"}
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


def test_a_sender_that_waits_for_its_turn_is_not_killed_with_a_claim_in_its_hands() -> None:
    """A sender keeps to rate / senders: of the most senders at the least rate each still sends in time."""
    parameters = template()["Parameters"]
    rates = [parameters[f"{name}PerSecond"]["MinValue"] for name in ("Sms", "Email", "Voice")]
    longest = parameters["Senders"]["MaxValue"] / min(rates)
    assert longest + 15 < properties("AWS::Serverless::Function")["SendNotice"]["Timeout"]


def test_every_machine_ends_by_itself_and_waits_no_longer_than_a_case_may_last() -> None:
    for name, machine in properties("AWS::StepFunctions::StateMachine").items():
        definition = json.loads(machine["DefinitionString"])
        assert 86_400 <= definition["TimeoutSeconds"] <= 300 * 86_400, name
        assert machine["StateMachineType"] == "STANDARD"
        assert machine["RoleArn"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}


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


def test_guesses_at_links_codes_and_references_are_counted_by_source() -> None:
    firewall = properties("AWS::WAFv2::WebACL")["Firewall"]
    (rule,) = firewall["Rules"]
    rate = rule["Statement"]["RateBasedStatement"]
    assert rule["Action"] == {"Block": {"CustomResponse": {"ResponseCode": 429}}}
    assert (rate["AggregateKeyType"], rate["Limit"], rate["EvaluationWindowSec"]) == ("IP", 1000, 300)
    scope = json.dumps(rate["ScopeDownStatement"])
    for text in ("POST", "/n/", "/open/"):
        assert f'"{text}"' in scope
    assert not rule["VisibilityConfig"]["SampledRequestsEnabled"], "a sample holds a path, a path a token"
    (bound,) = properties("AWS::WAFv2::WebACLAssociation").values()
    assert bound["WebACLArn"] == {"Fn::GetAtt": ["Firewall", "Arn"]}


def test_the_gateways_own_answers_are_guarded_and_plain() -> None:
    answers = properties("AWS::ApiGateway::GatewayResponse")
    assert {each["ResponseType"] for each in answers.values()} == {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED"}
    for each in answers.values():
        names = {name.removeprefix("gatewayresponse.header.") for name in each["ResponseParameters"]}
        assert {"Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"} <= names
        assert all(value[0] == value[-1] == "'" for value in each["ResponseParameters"].values())
        assert "请" in each["ResponseTemplates"]["text/html"]
