"""Least privilege, on the packaged template: one role per function, named actions, named resources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from infra.resources.functions import FUNCTIONS
from tests.packaging.built import resources, template

ANY_RESOURCE = {
    # Log delivery of a state machine: AWS gives these actions no resource to name.
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}
STATEMENT = {"Sid", "Effect", "Action", "Resource", "Condition"}


def statements(stage: str = "dev") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement of every role, with the role's logical id."""
    for name, role in resources("AWS::IAM::Role", stage).items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield name, statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_actions_are_named_one_by_one(stage: str) -> None:
    for role, statement in statements(stage):
        assert statement["Effect"] == "Allow", role
        assert statement.keys() <= STATEMENT, f"{role}: NotAction and NotResource allow the rest of the world"
        for action in listed(statement["Action"]):
            assert "*" not in action, f"{role}: {action}"
            assert action.count(":") == 1, f"{role}: {action}"


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_any_resource_only_where_aws_knows_no_other(stage: str) -> None:
    for role, statement in statements(stage):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= ANY_RESOURCE, f"{role}: {statement['Sid']}"


def test_written_out_arns_name_this_account_and_one_thing() -> None:
    for role, statement in statements():
        for resource in listed(statement["Resource"]):
            text = resource.get("Fn::Sub") if isinstance(resource, dict) else resource
            text = text[0] if isinstance(text, list) else text
            if text is None or text == "*" or text.startswith("${"):
                continue
            assert text.startswith("arn:${AWS::Partition}:"), f"{role}: {text}"
            assert "${AWS::AccountId}" in text, f"{role}: {text}"
            # A star only at the end, below a name of ours.
            assert "*" not in text[:-1], f"{role}: {text}"
            assert "${Stage}" in text or "identity/" in text or "EmailConfigurationSet" in text, (
                f"{role}: {text}"
            )


def test_one_role_per_function() -> None:
    functions = resources("AWS::Serverless::Function")
    roles = [entry["Properties"]["Role"]["Fn::GetAtt"][0] for entry in functions.values()]
    assert set(functions) == set(FUNCTIONS)
    assert len(set(roles)) == len(roles)
    assert set(roles) <= set(resources("AWS::IAM::Role"))


def test_a_function_writes_only_its_own_log() -> None:
    functions = resources("AWS::Serverless::Function")
    for name, entry in functions.items():
        role = template()["Resources"][entry["Properties"]["Role"]["Fn::GetAtt"][0]]
        document = role["Properties"]["Policies"][0]["PolicyDocument"]
        logs = [s for s in document["Statement"] if any(a.startswith("logs:") for a in listed(s["Action"]))]
        assert [s["Resource"] for s in logs] == [{"Fn::GetAtt": [f"{name}LogGroup", "Arn"]}]


SEAL = {"Fn::GetAtt": ["SealKey", "Arn"]}


def test_the_key_is_used_through_services_only() -> None:
    for role, statement in statements():
        keys = any(action.startswith("kms:") for action in listed(statement["Action"]))
        if keys and statement["Resource"] != SEAL:
            assert statement["Condition"]["StringEquals"]["kms:ViaService"], role


def test_only_what_completes_an_agreement_holds_the_seal_and_only_signs_with_it() -> None:
    found = {role: listed(each["Action"]) for role, each in statements() if each["Resource"] == SEAL}
    assert found == {"SteerRole": ["kms:GetPublicKey", "kms:Sign"]}


@pytest.mark.parametrize(
    ("machine", "tasks", "sends"),
    [
        ("CaseMachine", ["AwaitSignal", "Steer", "CloseCase"], True),
        ("DeliveryMachine", [], True),
        ("RepaymentMachine", ["SteerPlan", "AwaitPayment"], False),
        ("ComplaintMachine", ["SteerPlan", "AwaitPayment"], False),
    ],
)
def test_a_machine_calls_its_tasks_and_fills_the_senders_queue_and_nothing_else(
    machine: str, tasks: list[str], sends: bool
) -> None:
    role = resources("AWS::IAM::Role")[f"{machine}Role"]
    by_name = {one["Sid"]: one for one in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]}
    senders = {"Senders", "SendersKey"} if sends else set()
    assert set(by_name) == senders | {"LogDelivery"} | ({"Tasks"} if tasks else set())
    assert [arn["Fn::GetAtt"][0] for arn in by_name.get("Tasks", {}).get("Resource", [])] == tasks
    if sends:
        assert by_name["Senders"]["Resource"] == {"Fn::GetAtt": ["NoticesQueue", "Arn"]}
        assert by_name["Senders"]["Action"] == ["sqs:SendMessage"]
    assert set(by_name["LogDelivery"]["Action"]) == ANY_RESOURCE
