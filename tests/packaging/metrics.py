"""The metrics there are: ours, read from the code that counts them, and those AWS publishes."""

from __future__ import annotations

import ast
from pathlib import Path

from chalicelib.notices.outcome import Sending
from chalicelib.telemetry import Metric

ROOT = Path(__file__).parents[2]
OWN = {value for key, value in vars(Metric).items() if key.isupper()}
AWS = {
    "AWS/ApiGateway": {"Count", "4XXError", "5XXError", "Latency"},
    "AWS/Events": {"FailedInvocations"},
    "AWS/Lambda": {"Errors", "Throttles", "Duration", "Invocations"},
    "AWS/SES": {
        "Send",
        "Delivery",
        "Bounce",
        "Complaint",
        "Reputation.BounceRate",
        "Reputation.ComplaintRate",
    },
    "AWS/SMSVoice": {"TextMessageMonthlySpend", "VoiceMessageMonthlySpend"},
    "AWS/SNS": {"NumberOfNotificationsFailed"},
    "AWS/SQS": {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"},
    "AWS/States": {
        "ExecutionsStarted",
        "ExecutionsSucceeded",
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ExecutionsAborted",
        "ExecutionThrottled",
    },
}
"""What AWS publishes, from its documentation; a name that is wrong makes an alarm that never rings."""


def known(namespace: str) -> set[str]:
    return OWN if namespace == "Accord" else AWS[namespace]


def shipped() -> list[Path]:
    return [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]


def emitted() -> set[str]:
    """The metrics that the code counts: each named by its constant, or made of what became of a send."""
    constants = {
        node.attr
        for path in shipped()
        if path.name != "telemetry.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Metric"
    }
    return {getattr(Metric, name) for name in constants} | {
        f"Notice{each.value.capitalize()}" for each in Sending
    }
