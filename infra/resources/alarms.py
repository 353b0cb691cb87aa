"""Alarms: each is a count that should be zero, told to the operators' topic."""

from __future__ import annotations

from infra.resources.channels import topic, topic_policy
from infra.resources.functions import CONSUMERS, FUNCTIONS
from infra.resources.parts import NAME, Part, att, ref, sub
from infra.resources.queues import DEAD_LETTERS

FIVE_MINUTES = 300
OLDEST_SECONDS = 900
"""An event or receipt older than this is not "at once" any more (*policy*)."""

OWN_METRICS = {
    "EventConflict": "Intake: an event id came again with another body",
    "NoticeUnknown": "Notices: nobody can tell whether one went out",
}


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
            **of_the_road(),
        }
    }


def of_queues() -> Part:
    """Parked messages per DLQ, and work that waits too long per queue."""
    depth, age = "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"
    parked = {
        f"{dlq}Alarm": alarm(f"{dlq}: messages parked", "AWS/SQS", depth, queue(dlq), statistic="Maximum")
        for dlq in DEAD_LETTERS
    }
    waiting = {
        f"{name}AgeAlarm": alarm(
            f"{name}: work waits", "AWS/SQS", age, queue(name), OLDEST_SECONDS, "Maximum"
        )
        for name in CONSUMERS.values()
    }
    return parked | waiting


def of_functions() -> Part:
    """Errors and throttles per function, and a sweeper that did not run."""
    alarms = {
        f"{name}{metric}Alarm": alarm(f"{name}: {metric}", "AWS/Lambda", metric, function(name))
        for name in FUNCTIONS
        for metric in ("Errors", "Throttles")
    }
    return alarms | {"SweepMissingAlarm": sweep_missing()}


def of_the_road() -> Part:
    """Executions that broke, server errors, and the product's own counts that should be zero."""
    machine, api = {"StateMachineArn": ref("CaseMachine")}, {"ApiName": sub(NAME), "Stage": "api"}
    broken = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled")
    alarms = {
        f"Case{metric}Alarm": alarm(f"Case machine: {metric}", "AWS/States", metric, machine)
        for metric in broken
    }
    alarms["ApiServerErrorsAlarm"] = alarm("API: server errors", "AWS/ApiGateway", "5XXError", api)
    own = {
        f"{metric}Alarm": alarm(meaning, "Accord", metric, {"service": "accord"})
        for metric, meaning in OWN_METRICS.items()
    }
    return alarms | own


def queue(name: str) -> Part:
    return {"QueueName": att(name, "QueueName")}


def function(name: str) -> Part:
    return {"FunctionName": ref(name)}


def alarm(
    what: str, namespace: str, metric: str, dimensions: Part, at_least: int = 1, statistic: str = "Sum"
) -> Part:
    """An alarm when `metric` reaches `at_least` within five minutes; no data is good news."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": sub(f"{NAME} {what}"),
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "Statistic": statistic,
            "Period": FIVE_MINUTES,
            "EvaluationPeriods": 1,
            "Threshold": at_least,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [ref("OpsTopic")],
            "OKActions": [ref("OpsTopic")],
        },
    }


def sweep_missing() -> Part:
    """The heartbeat: two sweeps in a row did not happen."""
    missing = alarm("Sweep: did not run for half an hour", "AWS/Lambda", "Invocations", function("Sweep"))
    changes = {"Period": 1800, "ComparisonOperator": "LessThanThreshold", "TreatMissingData": "breaching"}
    missing["Properties"] |= changes
    return missing
