"""The state machines with their roles and logs; each definition is a file of its own."""

from __future__ import annotations

import json
from pathlib import Path

from infra.resources.parts import NAME, Part, att, log_group, ref, same_account, sub

FOLDER = Path(__file__).parents[1] / "machines"
TASKS = {
    "CaseMachine": ("AwaitSignal", "Steer", "CloseCase"),
    "DeliveryMachine": (),
    "RepaymentMachine": ("SteerPlan", "AwaitPayment"),
    "ComplaintMachine": ("SteerPlan", "AwaitPayment"),
}
"""The functions that each machine calls."""
SENDING = ("CaseMachine", "DeliveryMachine")
"""The machines that put messages into the senders' queue."""
MACHINES = {
    "CaseMachine": "case",
    "DeliveryMachine": "delivery",
    "RepaymentMachine": "repayment",
    "ComplaintMachine": "complaint",
}
"""Logical id -> the name of its file and, behind the stage's, of the machine."""
LOG_DELIVERY = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
]
"""Asked of every machine that logs; AWS gives these actions no resource to name."""


def part() -> Part:
    resources: Part = {}
    for name, file in MACHINES.items():
        tasks = TASKS[name]
        resources[name] = machine(name, file, tasks)
        resources[f"{name}Role"] = role(name, tasks)
        resources[f"{name}Logs"] = log_group(f"/aws/vendedlogs/states/{NAME}-{file}")
    return {
        "Resources": resources,
        "Outputs": {f"{name}Arn": {"Value": ref(name)} for name in MACHINES},
    }


def machine(name: str, file: str, tasks: tuple[str, ...]) -> Part:
    given = {f"{task}Arn": att(task) for task in tasks}
    if name in SENDING:
        given["NoticesQueueUrl"] = ref("NoticesQueue")
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            # A fixed name: the functions know the machine's ARN without referring to it (no circle).
            "StateMachineName": sub(f"{NAME}-{file}"),
            "StateMachineType": "STANDARD",
            "RoleArn": att(f"{name}Role"),
            "DefinitionString": json.dumps(json.loads((FOLDER / f"{file}.asl.json").read_text())),
            "DefinitionSubstitutions": given,
            "LoggingConfiguration": {
                "Level": "ERROR",
                "IncludeExecutionData": False,
                "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": att(f"{name}Logs")}}],
            },
        },
    }


def role(name: str, tasks: tuple[str, ...]) -> Part:
    """A role that lets a machine call its own functions and, if it sends, fill the senders' queue."""
    senders = [to_senders(), key_of_senders()] if name in SENDING else []
    statements = [*senders, log_delivery()]
    if tasks:
        invoke = {"Action": ["lambda:InvokeFunction"], "Resource": [att(task) for task in tasks]}
        statements.append({"Sid": "Tasks", "Effect": "Allow", **invoke})
    policy = {"Version": "2012-10-17", "Statement": statements}
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": same_account(),
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": name, "PolicyDocument": policy}],
        },
    }


def to_senders() -> Part:
    return {
        "Sid": "Senders",
        "Effect": "Allow",
        "Action": ["sqs:SendMessage"],
        "Resource": att("NoticesQueue"),
    }


def key_of_senders() -> Part:
    return {
        "Sid": "SendersKey",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": att("DataKey"),
        "Condition": {"StringEquals": {"kms:ViaService": sub("sqs.${AWS::Region}.${AWS::URLSuffix}")}},
    }


def log_delivery() -> Part:
    return {"Sid": "LogDelivery", "Effect": "Allow", "Action": LOG_DELIVERY, "Resource": "*"}
