"""Accord's Lambda functions: HTTP by blueprint, and every queue, schedule and task handler."""

import warnings
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from chalice import Chalice, ConvertToMiddleware, Rate
from chalice.app import CloudWatchEvent, SQSEvent

from chalicelib.api.borrowers import borrowers
from chalicelib.api.complaints import complaints
from chalicelib.api.contact import contact
from chalicelib.api.door import door
from chalicelib.api.evidence import evidence
from chalicelib.api.guard import guard
from chalicelib.api.journeys import journeys
from chalicelib.api.loan_systems import loan_systems
from chalicelib.api.my_agreement import my_agreement
from chalicelib.api.my_case import my_case
from chalicelib.api.my_mediation import my_mediation
from chalicelib.api.my_records import my_records
from chalicelib.api.my_talk import my_talk
from chalicelib.api.people import people
from chalicelib.api.providers import providers
from chalicelib.api.public import public
from chalicelib.api.questions import questions
from chalicelib.api.talks import talks
from chalicelib.api.unsubscribe import unsubscribing
from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.wiring import wired
from chalicelib.workflow.task import Task

# A page that counts nothing is no fault; the warning would be a line of its own in every log.
warnings.filterwarnings("ignore", message="No application metrics to publish")

app = Chalice(app_name="accord", configure_logs=False)
app.api.binary_types = [*app.api.binary_types, "application/pdf"]
for doors in (
    (loan_systems, providers),
    (door, public, borrowers, journeys, contact, questions, complaints, evidence, unsubscribing),
    (my_case, my_records, my_mediation, my_talk, my_agreement, talks, people),
):
    for blueprint in doors:
        app.register_blueprint(blueprint)
app.register_middleware(guard, "http")
app.register_middleware(ConvertToMiddleware(Logger().inject_lambda_context))
app.register_middleware(ConvertToMiddleware(Metrics().log_metrics))


def _each_record(event: SQSEvent, act: Callable[[str], None]) -> Any:
    """Act on each record's body."""
    return _each(event, lambda record: act(record["body"]))


def _each(event: SQSEvent, act: Callable[[dict[str, Any]], None]) -> Any:
    """Act on each record; the failed ones alone go back to the queue (ReportBatchItemFailures)."""
    failed = []
    for record in event.to_dict()["Records"]:
        try:
            act(record)
        except Exception as error:  # one poison record must not hold back the others
            name = type(error).__name__
            wired().telemetry.problem("record failed", message_id=record["messageId"], error=name)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


@app.on_sqs_message(queue="accord-loan-events", batch_size=10, name="take_loan_event")
def take_loan_event(event: SQSEvent) -> Any:
    """Carry out queued loan events; a record that fails comes back alone."""
    return _each_record(event, wired().take_loan_event)


@app.on_sqs_message(queue="accord-feed", batch_size=10, name="take_feed")
def take_feed(event: SQSEvent) -> Any:
    """Take in what lenders send from their own AWS accounts; a record that fails comes back alone."""
    return _each(event, wired().take_feed)


@app.on_sqs_message(queue="accord-receipts", batch_size=10, name="take_receipt")
def take_receipt(event: SQSEvent) -> Any:
    """Put providers' receipts on their cases; a record that fails comes back alone."""
    return _each_record(event, wired().take_receipt)


@app.on_sqs_message(queue="accord-evidence", batch_size=1, name="take_evidence")
def take_evidence(event: SQSEvent) -> Any:
    """Check files that borrowers handed in; one that fails comes back."""
    return _each_record(event, wired().take_evidence)


@app.on_sqs_message(queue="accord-notices", batch_size=1, name="send_notice")
def send_notice(event: SQSEvent) -> Any:
    """Carry out the machines' sending stages; a message that fails comes back."""
    context: Any = event.context
    attempt = context.aws_request_id
    return _each_record(event, lambda body: wired().take_notice(body, attempt))


@app.lambda_function(name="await_signal")
def await_signal(event: dict[str, Any], context: Any) -> None:
    """Task of AwaitWindow and Answered."""
    wired().await_signal(Task.parse(event))


@app.lambda_function(name="steer")
def steer(event: dict[str, Any], context: Any) -> Any:
    """Task of Steer: where a mediation goes next."""
    return wired().steer(CaseId.parse(event["case_id"]), event.get("timers", {}))


@app.lambda_function(name="close_case")
def close_case(event: dict[str, Any], context: Any) -> None:
    """Task of NoResponse and LimitPassed."""
    wired().close_case(CaseId.parse(event["case_id"]), Stage(event["stage"]))


@app.lambda_function(name="steer_plan")
def steer_plan(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Task of Steer, of a plan or of a complaint."""
    return wired().steer_complaint(event) if "complaint" in event else wired().steer_plan(event)


@app.lambda_function(name="await_payment")
def await_payment(event: dict[str, Any], context: Any) -> None:
    """Task of the waits of a repayment plan, and of a complaint."""
    (wired().await_act if "complaint" in event else wired().await_payment)(event)


@app.lambda_function(name="staff_console")
def staff_console(event: dict[str, Any], context: Any) -> Any:
    """The staff's pages: everything below /staff."""
    from chalicelib.api.staff.console import serve

    return serve(event, context)


@app.schedule(Rate(15, unit=Rate.MINUTES), name="sweep")
def sweep(event: CloudWatchEvent) -> None:
    """Mend what was torn; `{"detail": {"every": true}}` checks every open case's execution."""
    wired().sweep(every=bool(event.detail.get("every")))
