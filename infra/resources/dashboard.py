"""The first dashboard: the road from event to answer at one glance, a row for each stretch of it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from infra.resources.functions import FUNCTIONS, queues
from infra.resources.machines import MACHINES
from infra.resources.parts import NAME, Part, arn, sub
from infra.resources.queues import DEAD_LETTERS

WIDTH, HEIGHT, TITLE_HEIGHT = 8, 6, 1
Metric = list[object]


def part() -> Part:
    body = json.dumps({"widgets": widgets()})
    return {
        "Resources": {
            "Dashboard": {
                "Type": "AWS::CloudWatch::Dashboard",
                "Properties": {"DashboardName": sub(NAME), "DashboardBody": sub(body)},
            }
        }
    }


def widgets() -> list[Part]:
    """Every row: its title, and below it at most three graphs side by side."""
    placed: list[Part] = []
    y = 0
    for title, graphs in rows().items():
        place = {"x": 0, "y": y, "width": 3 * WIDTH, "height": TITLE_HEIGHT}
        placed.append({"type": "text", **place, "properties": {"markdown": f"## {title}"}})
        for column, properties in enumerate(graphs):
            place = {"x": column * WIDTH, "y": y + TITLE_HEIGHT, "width": WIDTH, "height": HEIGHT}
            placed.append({"type": "metric", **place, "properties": properties})
        y += TITLE_HEIGHT + HEIGHT
    return placed


def rows() -> dict[str, list[Part]]:
    return {
        "Cases": [
            graph("Events", own("EventTaken", "EventApplied", "EventConflict", "EventQuarantined")),
            graph("Cases", per_execution("CaseMachine")),
            graph(
                "Answers, and what the sweeper mended",
                own("Feedback", "CasesSwept", "CasesMended", "RestartsSpent"),
            ),
        ],
        "Notices": [
            graph("Sends", own("NoticeSent", "NoticeFailed", "NoticeAgain", "NoticeUnsure", "NoticeLost")),
            graph("Not sent", own("NoticeDenied", "NoticeBlocked", "NoticeUnreached", "NoticeUnknown")),
            graph("Deliveries", per_execution("DeliveryMachine")),
        ],
        "What comes back": [
            graph("Receipts", own("Receipt", "ReceiptUnmatched")),
            graph("Replies", own("Reply", "ReplyUnknown")),
            graph("Dead addresses, documents", own("AddressSuppressed", "EvidenceTaken", "EvidenceRefused")),
        ],
        "Borrowers": [
            graph(
                "What they ask for",
                own("Application", "Dispute", "Question", "SignUp", "MediationLate")
                + own("Complaint", "ComplaintAtRisk", "ComplaintLate"),
            ),
            graph("At the door", own("AccessCode", "WrongPerson")),
            graph("What they think (1 to 5)", own("SurveyClear", "SurveyFair", "SurveyTrust"), "Average"),
        ],
        "Providers": [
            graph("E-mail", [["AWS/SES", name] for name in ("Send", "Delivery", "Bounce", "Complaint")]),
            graph("E-mail: this account's standing", standing(), "Maximum"),
            graph("SMS and calls: US dollars this month", spent(), "Maximum"),
        ],
        "API": [
            graph("Answers", per_api("Count", "4XXError", "5XXError")),
            graph("Latency (p95, ms)", per_api("Latency"), "p95"),
        ],
        "Queues": [
            graph("Waiting", per_queue(queues(), "ApproximateNumberOfMessagesVisible"), "Maximum"),
            graph("Oldest (s)", per_queue(queues(), "ApproximateAgeOfOldestMessage"), "Maximum"),
            graph("Parked", per_queue(DEAD_LETTERS, "ApproximateNumberOfMessagesVisible"), "Maximum"),
        ],
        "Functions": [
            graph("Errors", per_function("Errors")),
            graph("Duration (p95, ms)", per_function("Duration"), "p95"),
            graph("Calls", per_function("Invocations")),
        ],
        "Calendars": [graph("Days for which holidays are known", own("CalendarDaysLeft"), "Minimum")],
    }


def graph(title: str, metrics: list[Metric], stat: str = "Sum") -> Part:
    return {
        "title": title,
        "metrics": metrics,
        "stat": stat,
        "period": 300,
        "region": "${AWS::Region}",
        "view": "timeSeries",
    }


def own(*names: str) -> list[Metric]:
    return [["Accord", name, "service", "accord"] for name in names]


def per_execution(machine: str) -> list[Metric]:
    about = arn("states", f"stateMachine:{NAME}-{MACHINES[machine]}")
    names = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut")
    return [["AWS/States", name, "StateMachineArn", about] for name in names]


def per_api(*names: str) -> list[Metric]:
    return [["AWS/ApiGateway", name, "ApiName", NAME, "Stage", "api"] for name in names]


def per_function(metric: str) -> list[Metric]:
    return [["AWS/Lambda", metric, "FunctionName", f"${{{name}}}"] for name in FUNCTIONS]


def per_queue(queues: Iterable[str], metric: str) -> list[Metric]:
    return [["AWS/SQS", metric, "QueueName", f"${{{name}.QueueName}}"] for name in queues]


def standing() -> list[Metric]:
    return [["AWS/SES", f"Reputation.{name}"] for name in ("BounceRate", "ComplaintRate")]


def spent() -> list[Metric]:
    return [["AWS/SMSVoice", f"{kind}MessageMonthlySpend"] for kind in ("Text", "Voice")]
