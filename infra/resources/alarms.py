"""Alarms of what runs: queues, functions, executions, the API; each names its page of docs/runbooks."""

from __future__ import annotations

from infra.resources import notice_alarms
from infra.resources.alarm_shapes import count, level
from infra.resources.channels import topic, topic_policy
from infra.resources.functions import FUNCTIONS, queues
from infra.resources.machines import MACHINES
from infra.resources.parts import NAME, Part, att, ref, sub
from infra.resources.queues import DEAD_LETTERS

OLDEST_SECONDS = 900
"""An event, a notice or a receipt older than this is not "at once" any more (*policy*)."""


def part() -> Part:
    """The operators' topic and every alarm that tells it."""
    email = {"TopicArn": ref("OpsTopic"), "Protocol": "email", "Endpoint": ref("AlarmEmail")}
    return {
        "Resources": {
            "OpsTopic": topic("ops"),
            "OpsTopicPolicy": topic_policy("OpsTopic", "cloudwatch"),
            "OpsEmail": {
                "Type": "AWS::SNS::Subscription",
                "Condition": "HasAlarmEmail",
                "Properties": email,
            },
            **of_queues(),
            **of_functions(),
            **of_machines(),
            **notice_alarms.all_of_them(),
            "ApiServerErrorsAlarm": count(
                "API: server errors", "api-errors", ("AWS/ApiGateway", "5XXError"), api()
            ),
        }
    }


def of_queues() -> Part:
    """Parked messages per DLQ, and work that waits too long per queue."""
    depth, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    parked = {
        f"{dlq}Alarm": level(f"{dlq}: messages parked", "queue-parked", ("AWS/SQS", depth), queue(dlq), 1)
        for dlq in DEAD_LETTERS
    }
    waiting = {
        f"{name}AgeAlarm": level(
            f"{name}: work waits", "queue-waits", ("AWS/SQS", age), queue(name), OLDEST_SECONDS
        )
        for name in queues()
    }
    return parked | waiting


def of_functions() -> Part:
    """Errors and throttles per function, and a sweeper that did not run."""
    alarms = {
        f"{name}{metric}Alarm": count(
            f"{name}: {metric}", "function-errors", ("AWS/Lambda", metric), function(name)
        )
        for name in FUNCTIONS
        for metric in ("Errors", "Throttles")
    }
    return alarms | {"SweepMissingAlarm": sweep_missing()}


def of_machines() -> Part:
    """Executions that broke."""
    broken = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled")
    return {
        f"{machine.removesuffix('Machine')}{metric}Alarm": count(
            f"{machine}: {metric}",
            "execution-broken",
            ("AWS/States", metric),
            {"StateMachineArn": ref(machine)},
        )
        for machine in MACHINES
        for metric in broken
    }


def sweep_missing() -> Part:
    """The heartbeat: two sweeps in a row did not happen."""
    ran = ("AWS/Lambda", "Invocations")
    missing = count("Sweep: did not run for half an hour", "sweeper-missing", ran, function("Sweep"), 1, 1800)
    changes = {"ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    missing["Properties"] |= changes
    return missing


def queue(name: str) -> Part:
    return {"QueueName": att(name, "QueueName")}


def function(name: str) -> Part:
    return {"FunctionName": ref(name)}


def api() -> Part:
    return {"ApiName": sub(NAME), "Stage": "api"}
