"""The case machine with its role and log; the definition itself is a file of its own."""

from __future__ import annotations

import json
from pathlib import Path

from infra.resources.parts import NAME, Part, att, log_group, ref, same_account, sub

DEFINITION = Path(__file__).parents[1] / "machines" / "case.asl.json"
TASKS = ("SendNotice", "AwaitSignal", "CloseCase")
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
    return {
        "Resources": {
            "CaseMachine": machine(),
            "CaseMachineRole": role(),
            "CaseMachineLogs": log_group(f"/aws/vendedlogs/states/{NAME}-case"),
        },
        "Outputs": {"CaseMachineArn": {"Value": ref("CaseMachine")}},
    }


def machine() -> Part:
    return {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            # A fixed name: the functions know the machine's ARN without referring to it (no circle).
            "StateMachineName": sub(f"{NAME}-case"),
            "StateMachineType": "STANDARD",
            "RoleArn": att("CaseMachineRole"),
            "DefinitionString": json.dumps(json.loads(DEFINITION.read_text())),
            "DefinitionSubstitutions": {f"{task}Arn": att(task) for task in TASKS},
            "LoggingConfiguration": {
                "Level": "ERROR",
                "IncludeExecutionData": False,
                "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": att("CaseMachineLogs")}}],
            },
        },
    }


def role() -> Part:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "states.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                        "Condition": same_account(),
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "CaseMachine",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [
                            {
                                "Sid": "Tasks",
                                "Effect": "Allow",
                                "Action": ["lambda:InvokeFunction"],
                                "Resource": [att(task) for task in TASKS],
                            },
                            {
                                "Sid": "LogDelivery",
                                "Effect": "Allow",
                                "Action": LOG_DELIVERY,
                                "Resource": "*",
                            },
                        ],
                    },
                }
            ],
        },
    }
