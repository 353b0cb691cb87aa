"""What Chalice leaves out of its functions: fixed names, log groups, partial batches, failure targets."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, att, log_group, ref, sub

FUNCTIONS = {
    "APIHandler": "api_handler",
    "TakeLoanEvent": "take_loan_event",
    "TakeFeed": "take_feed",
    "TakeReceipt": "take_receipt",
    "SendNotice": "send_notice",
    "TakeEvidence": "take_evidence",
    "AwaitSignal": "await_signal",
    "Steer": "steer",
    "CloseCase": "close_case",
    "SteerPlan": "steer_plan",
    "AwaitPayment": "await_payment",
    "StaffConsole": "staff_console",
    "Sweep": "sweep",
}
"""Logical id -> Python name; one vocabulary from the code to the console."""
CONSUMERS = {
    "TakeLoanEvent": ("LoanEventsQueue",),
    "TakeFeed": ("FeedQueue", "FromBusQueue"),
    "TakeReceipt": ("ReceiptsQueue",),
    "SendNotice": ("NoticesQueue",),
    "TakeEvidence": ("EvidenceQueue",),
}
"""Which queues each function works off; Chalice knows of the first alone."""
AT_ONCE = 10
"""Instances per queue: a burst of events must not eat the account's concurrency from the borrowers' pages."""


def part() -> Part:
    groups = {
        f"{name}LogGroup": log_group(f"/accord/${{Stage}}/{python}") for name, python in FUNCTIONS.items()
    }
    functions = {name: {"Properties": properties(name, python)} for name, python in FUNCTIONS.items()}
    return {"Resources": groups | functions}


def properties(name: str, python: str) -> Part:
    """The properties of function `name` that are merged over Chalice's."""
    merged: Part = {
        "FunctionName": sub(f"{NAME}-{python}"),
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": ref(f"{name}LogGroup")},
    }
    if name in CONSUMERS:
        at_once = ref("Senders") if name == "SendNotice" else AT_ONCE
        first, *more = CONSUMERS[name]
        merged["Events"] = {f"{name}SqsEventSource": {"Properties": source(first, at_once)}}
        for queue in more:
            properties = {"BatchSize": 10, **source(queue, at_once)}
            merged["Events"][f"{queue}EventSource"] = {"Type": "SQS", "Properties": properties}
    if name == "Sweep":
        merged["EventInvokeConfig"] = {
            "MaximumEventAgeInSeconds": 900,  # the next sweep comes after 15 minutes
            "MaximumRetryAttempts": 1,
            "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": att("SweepDlq")}},
        }
    return merged


def queues() -> list[str]:
    """Every queue that a function works off."""
    return [queue for each in CONSUMERS.values() for queue in each]


def source(queue: str, at_once: object) -> Part:
    return {
        # Chalice writes an Fn::Sub of a queue's name; the merge is deep, so only an Fn::Sub replaces it.
        "Queue": sub(f"${{{queue}.Arn}}"),
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "ScalingConfig": {"MaximumConcurrency": at_once},
    }
