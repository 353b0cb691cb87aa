"""The first dashboard: the road from event to answer at one glance."""

from __future__ import annotations

import json
from collections.abc import Iterable

from infra.resources.functions import CONSUMERS, FUNCTIONS
from infra.resources.parts import NAME, Part, arn, sub
from infra.resources.queues import DEAD_LETTERS

WIDTH, HEIGHT, PER_ROW = 8, 6, 3
Metric = list[object]


def part() -> Part:
    body = json.dumps({"widgets": [placed(n, widget) for n, widget in enumerate(widgets())]})
    return {
        "Resources": {
            "Dashboard": {
                "Type": "AWS::CloudWatch::Dashboard",
                "Properties": {"DashboardName": sub(NAME), "DashboardBody": sub(body)},
            }
        }
    }


def placed(position: int, properties: Part) -> Part:
    row, column = divmod(position, PER_ROW)
    place = {"x": column * WIDTH, "y": row * HEIGHT, "width": WIDTH, "height": HEIGHT}
    return {"type": "metric", **place, "properties": properties}


def graph(title: str, metrics: list[Metric], stat: str = "Sum") -> Part:
    return {
        "title": title,
        "metrics": metrics,
        "stat": stat,
        "period": 300,
        "region": "${AWS::Region}",
        "view": "timeSeries",
    }


def widgets() -> list[Part]:
    machine = arn("states", f"stateMachine:{NAME}-case")
    executions = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut")
    api = ["ApiName", NAME, "Stage", "api"]
    return [
        graph("Cases", [["AWS/States", name, "StateMachineArn", machine] for name in executions]),
        graph("API answers", [["AWS/ApiGateway", name, *api] for name in ("Count", "4XXError", "5XXError")]),
        graph("API latency (p95, ms)", [["AWS/ApiGateway", "Latency", *api]], "p95"),
        graph("Function errors", per_function("Errors")),
        graph("Function duration (p95, ms)", per_function("Duration"), "p95"),
        graph("Function calls", per_function("Invocations")),
        graph(
            "Oldest message (s)", per_queue(CONSUMERS.values(), "ApproximateAgeOfOldestMessage"), "Maximum"
        ),
        graph("Parked messages", per_queue(DEAD_LETTERS, "ApproximateNumberOfMessagesVisible"), "Maximum"),
        graph("E-mail", [["AWS/SES", name] for name in ("Send", "Delivery", "Bounce", "Complaint")]),
    ]


def per_function(metric: str) -> list[Metric]:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}"] for name in FUNCTIONS]


def per_queue(queues: Iterable[str], metric: str) -> list[Metric]:
    return [["AWS/SQS", metric, "QueueName", f"${{{name}.QueueName}}"] for name in queues]
