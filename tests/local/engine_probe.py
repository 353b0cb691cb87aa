"""Leans on the engine at each point the runner leans on, in a process of its own; prints what held.

The engine keeps its stores in module globals and its environment for good, so it cannot share a process with
other tests. `python -m tests.local.engine_probe FOLDER first|second`: the second run restarts on the first's
state. Each check is a function; the output is one JSON object of its name and "held" or a traceback.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
import time
import traceback
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local import inside
from infra.local.engine import Engine
from infra.local.environment import ACCOUNT, REGION, prepare_environment
from infra.local.ports import listen

CHECKS: dict[str, list[Callable[[], None]]] = {"first": [], "second": []}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/probe"
CALLS: list[tuple[str, Any]] = []
MOODS: dict[str, Callable[[Any], Any]] = {}
engine: Engine
seen_paths: list[str] = []


def check(phase: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Put a function among the checks of a phase."""

    def put(function: Callable[[], None]) -> Callable[[], None]:
        CHECKS[phase].append(function)
        return function

    return put


def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    """Take the engine's Lambda calls: each function behaves as its mood says."""
    name = func["config"]["FunctionName"]
    CALLS.append((name, event))
    assert request_id
    try:
        return {"body": MOODS[name](event)}
    except Exception as error:
        return {"body": {"errorType": type(error).__name__, "errorMessage": str(error)}, "error": True}


def client(name: str) -> Any:
    return boto3.client(name)


def until(what: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Wait for a truth and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def function(name: str, mood: Callable[[Any], Any]) -> str:
    """Deploy a function with a mood; returns its ARN."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): ...")
    MOODS[name] = mood
    made = client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return str(made["FunctionArn"])


def waiting_machine(name: str, task: str, retry: list[dict[str, Any]] | None = None) -> str:
    """Create a machine that waits by token; a timeout and the error Odd lead to states of their own.

    `task` is the function, or the URL of the queue, that the token is handed to.
    """
    handed = {"case_id.$": "$.id", "token.$": "$$.Task.Token"}
    queued = task.startswith("http")
    wait = {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{'sqs:sendMessage' if queued else 'lambda:invoke'}.waitForTaskToken",
        "Parameters": {"QueueUrl": task, "MessageBody": handed}
        if queued
        else {"FunctionName": task, "Payload": handed},
        "TimeoutSecondsPath": "$.seconds",
        "ResultPath": None,
        "Retry": retry or [],
        "Catch": [
            {"ErrorEquals": ["States.Timeout"], "Next": "TimedOut"},
            {"ErrorEquals": ["Odd"], "ResultPath": "$.odd", "Next": "Oddly"},
        ],
        "Next": "Answered",
    }
    ends = {
        state: {"Type": "Pass", "Result": state, "End": True} for state in ("TimedOut", "Oddly", "Answered")
    }
    definition = json.dumps({"StartAt": "Wait", "States": {"Wait": wait, **ends}})
    made = client("stepfunctions").create_state_machine(name=name, definition=definition, roleArn=ROLE)
    return str(made["stateMachineArn"])


def started(machine: str, name: str, seconds: int = 60) -> str:
    body = json.dumps({"id": name, "seconds": seconds})
    made = client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=body)
    return str(made["executionArn"])


def token_of(name: str) -> str:
    """Return the token handed to the task of the execution called `name`, once it waits."""
    found = until(
        lambda: [
            event["token"] for _, event in CALLS if isinstance(event, dict) and event.get("case_id") == name
        ]
    )
    until(lambda: found[0] in inside.waiting_tokens())
    return str(found[0])


def output(execution: str) -> Any:
    """Wait for the end of an execution and return its output."""
    found = until(lambda: _ended(execution))
    return json.loads(found["output"]) if found["status"] == "SUCCEEDED" else found["status"]


def _ended(execution: str) -> Any:
    found = client("stepfunctions").describe_execution(executionArn=execution)
    return found if found["status"] != "RUNNING" else None


@check("first")
def runs_functions_in_this_process() -> None:
    function("greet", lambda event: {"hello": event["name"]})
    answer = client("lambda").invoke(FunctionName="greet", Payload=b'{"name": "x"}')
    assert json.loads(answer["Payload"].read()) == {"hello": "x"}
    assert ("greet", {"name": "x"}) in CALLS


@check("first")
def keeps_the_names_of_errors() -> None:
    def fail(_: Any) -> None:
        raise LookupError("nobody")

    function("fail", fail)
    answer = client("lambda").invoke(FunctionName="fail", Payload=b"{}")
    assert answer["FunctionError"]
    assert json.loads(answer["Payload"].read()) == {"errorType": "LookupError", "errorMessage": "nobody"}


@check("first")
def ignores_timeouts_of_callbacks() -> None:
    # If this fails the engine has learnt to time out, and the runner must not do it as well.
    execution = started(waiting_machine("patient", function("keep", lambda _: None)), "patient-1", seconds=1)
    token = token_of("patient-1")
    time.sleep(1.5)
    assert token in inside.waiting_tokens()
    assert client("stepfunctions").describe_execution(executionArn=execution)["status"] == "RUNNING"


@check("first")
def takes_a_forged_timeout() -> None:
    execution = started(waiting_machine("forged", "keep"), "forged-1")
    client("stepfunctions").send_task_failure(
        taskToken=token_of("forged-1"), error="States.Timeout", cause="x"
    )
    assert output(execution) == "TimedOut"


@check("first")
def takes_an_answer_and_forgets_the_token() -> None:
    execution = started(waiting_machine("answered", "keep"), "answered-1")
    token = token_of("answered-1")
    client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert output(execution) == "Answered"
    assert token not in inside.waiting_tokens()
    with pytest.raises(ClientError, match="TaskDoesNotExist"):
        client("stepfunctions").send_task_failure(taskToken=token, error="x")


@check("first")
def swallows_what_a_waiting_task_raises() -> None:
    # So the runner itself must fail the task, and Retry and Catch must then see the error's own name.
    def raise_odd(_: Any) -> None:
        raise type("Odd", (Exception,), {})("odd")

    function("odd", raise_odd)
    retry = [{"ErrorEquals": ["Odd"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    execution = started(waiting_machine("odd", "odd", retry), "odd-1")
    token = token_of("odd-1")
    time.sleep(0.3)
    assert token in inside.waiting_tokens()
    client("stepfunctions").send_task_failure(taskToken=token, error="Odd", cause="odd")
    until(lambda: sum(1 for name, _ in CALLS if name == "odd") == 2)  # retried
    until(lambda: token in inside.waiting_tokens())
    client("stepfunctions").send_task_failure(taskToken=token, error="Odd", cause="odd")
    assert output(execution) == "Oddly"


@check("first")
def refuses_a_name_twice() -> None:
    machine = waiting_machine("once", "keep")
    started(machine, "once-1")
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        started(machine, "once-1")


@check("first")
def names_queues_without_its_port() -> None:
    # The port differs from start to start, the stored queue must not.
    url = client("sqs").create_queue(QueueName="named")["QueueUrl"]
    assert url == f"http://localhost:4566/{ACCOUNT}/named"


@check("first")
def gives_back_failed_records_alone() -> None:
    def pick(event: Any) -> Any:
        bad = [each["messageId"] for each in event["Records"] if each["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}

    url = client("sqs").create_queue(QueueName="batch", Attributes={"VisibilityTimeout": "60"})["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:batch"
    function("pick", pick)
    entries = [{"Id": body, "MessageBody": body} for body in ("good", "bad")]
    client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    client("lambda").create_event_source_mapping(
        FunctionName="pick",
        EventSourceArn=arn,
        BatchSize=10,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    until(lambda: any(name == "pick" for name, _ in CALLS))
    until(inside.is_quiet)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert [counts[name] for name in names] == ["0", "1"]


@check("first")
def is_not_quiet_while_a_function_works_on_a_queue() -> None:
    gate = threading.Event()
    url = client("sqs").create_queue(QueueName="slow")["QueueUrl"]
    function("slow", lambda _: gate.wait(5))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:slow"
    client("lambda").create_event_source_mapping(FunctionName="slow", EventSourceArn=arn, BatchSize=1)
    assert inside.is_quiet()
    client("sqs").send_message(QueueUrl=url, MessageBody="x")
    assert not inside.is_quiet()  # waiting in the queue
    until(lambda: any(name == "slow" for name, _ in CALLS))
    assert not inside.is_quiet()  # at work
    gate.set()
    until(inside.is_quiet)


@check("first")
def is_not_quiet_while_an_execution_moves() -> None:
    machine = waiting_machine("moves", "keep")
    started(machine, "moves-1")
    assert not inside.is_quiet()  # started, but not waiting yet
    token_of("moves-1")
    until(inside.is_quiet)


@check("first")
def wraps_topic_messages_for_a_queue() -> None:
    url = client("sqs").create_queue(QueueName="receipts")["QueueUrl"]
    topic = client("sns").create_topic(Name="receipts")["TopicArn"]
    client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:receipts"
    )
    client("sns").publish(TopicArn=topic, Message='{"eventType": "Delivery"}')
    body = until(lambda: client("sqs").receive_message(QueueUrl=url).get("Messages"))[0]["Body"]
    envelope = json.loads(body)
    assert (envelope["Type"], envelope["Message"]) == ("Notification", '{"eventType": "Delivery"}')


@check("first")
def sends_mail_of_verified_senders_alone() -> None:
    mail = {
        "FromEmailAddress": "notice@accord.example",
        "Destination": {"ToAddresses": ["wang@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
        "EmailTags": [{"Name": "notice_id", "Value": "n1"}],
    }
    with pytest.raises(ClientError, match="MessageRejected"):
        client("sesv2").send_email(**mail)
    client("sesv2").create_email_identity(EmailIdentity="notice@accord.example")
    assert client("sesv2").send_email(**mail)["MessageId"]
    assert "/v2/email/outbound-emails" in seen_paths  # where mail_tap listens


def queue(name: str, mood: Callable[[Any], Any] | None = None, **attributes: str) -> str:
    """Create a queue, with a mood a function that consumes it one by one; returns its URL."""
    url = str(client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])
    if mood:
        function(f"of-{name}", mood)
        client("lambda").create_event_source_mapping(
            FunctionName=f"of-{name}",
            EventSourceArn=queue_arn(name),
            BatchSize=1,
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
    return url


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def fail_all(event: Any) -> Any:
    """Report every record of a batch as failed."""
    return {"batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in event["Records"]]}


def rule(name: str, pattern: dict[str, Any]) -> str:
    """Create an EventBridge rule that hands what matches to a queue of its own; returns the queue's URL."""
    url = queue(name)
    client("events").put_rule(Name=name, EventPattern=json.dumps(pattern))
    client("events").put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue_arn(name)}])
    return url


def bodies(url: str) -> list[Any]:
    """Return what is in a queue, and take it out of sight."""
    found = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(each["Body"]) for each in found]


@check("first")
def hands_a_token_through_a_queue() -> None:
    taken: list[Any] = []
    url = queue("senders", lambda event: taken.extend(json.loads(r["body"]) for r in event["Records"]))
    execution = started(waiting_machine("queued", url), "queued-1")
    task = until(lambda: taken)[0]
    assert task["case_id"] == "queued-1"
    assert task["token"] in inside.waiting_tokens()
    client("stepfunctions").send_task_failure(taskToken=task["token"], error="Odd", cause="odd")
    assert output(execution) == "Oddly"


@check("first")
def takes_a_forged_timeout_of_a_task_in_a_queue() -> None:
    execution = started(waiting_machine("queued-late", queue("nobody-reads")), "queued-late-1")
    token = until(lambda: [body["token"] for body in bodies(queue("nobody-reads"))])[0]
    client("stepfunctions").send_task_failure(taskToken=token, error="States.Timeout", cause="x")
    assert output(execution) == "TimedOut"


@check("first")
def holds_a_delayed_message_back_until_hastened() -> None:
    taken: list[Any] = []
    url = queue("delayed", taken.append)
    client("sqs").send_message(QueueUrl=url, MessageBody="x", DelaySeconds=600)
    assert inside.is_quiet()  # it is nothing that can be done now
    assert any(590 < each <= 600 for each in inside.held_back())
    inside.hasten(timedelta(seconds=590))
    time.sleep(0.3)
    assert not taken
    inside.hasten(timedelta(seconds=10))
    until(lambda: taken)


@check("first")
def brings_a_failed_message_again_and_parks_it_in_the_end() -> None:
    parked = queue("parked")
    redrive = {"deadLetterTargetArn": queue_arn("parked"), "maxReceiveCount": 2}
    queue("failing", fail_all, VisibilityTimeout="360", RedrivePolicy=json.dumps(redrive))
    client("sqs").send_message(QueueUrl=queue("failing"), MessageBody='"poison"')

    def tries() -> int:
        return sum(1 for name, _ in CALLS if name == "of-failing")

    until(lambda: tries() == 1 and inside.is_quiet())
    inside.hasten(timedelta(seconds=360))
    until(lambda: tries() == 2 and inside.is_quiet())
    inside.hasten(timedelta(seconds=360))
    until(lambda: bodies(parked) == ["poison"])
    assert tries() == 2


@check("first")
def passes_on_a_number_parameter_as_text() -> None:
    # If this fails the engine has learnt it, and infra/local/deploy.py need not number the concurrency.
    queue("numbered")
    event = {"Queue": queue_arn("numbered"), "ScalingConfig": {"MaximumConcurrency": {"Ref": "Most"}}}
    properties = {
        "Runtime": "python3.11",
        "Handler": "index.handler",
        "InlineCode": "def handler(event, context): ...",
        "Events": {"Queue": {"Type": "SQS", "Properties": event}},
    }
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Most": {"Type": "Number", "Default": 7}},
        "Resources": {"Numbered": {"Type": "AWS::Serverless::Function", "Properties": properties}},
    }
    client("cloudformation").create_stack(
        StackName="numbered", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )

    def concurrency() -> list[tuple[str, Any]]:
        found = [
            each for each in inside.service("lambda_svc")._esms._data.values() if each.get("ScalingConfig")
        ]
        return [(each["UUID"], each["ScalingConfig"]["MaximumConcurrency"]) for each in found]

    ((identifier, most),) = until(concurrency)
    assert most == "7"
    client("lambda").update_event_source_mapping(UUID=identifier, ScalingConfig={"MaximumConcurrency": 7})
    assert concurrency() == [(identifier, 7)]


@check("first")
def tells_of_new_objects_over_eventbridge() -> None:
    client("s3").create_bucket(Bucket="prints")
    client("s3").put_bucket_notification_configuration(
        Bucket="prints", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    detail = {"bucket": {"name": ["prints"]}, "object": {"key": [{"prefix": "events/"}]}}
    url = rule("prints", {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail})
    for key in ("outbox/a.json", "events/2026-11-24/a b+1.ndjson"):
        client("s3").put_object(Bucket="prints", Key=key, Body=b"x")
    (event,) = until(lambda: bodies(url))
    assert (event["source"], event["detail"]["bucket"]["name"]) == ("aws.s3", "prints")
    assert event["detail"]["object"]["key"] == "events/2026-11-24/a b+1.ndjson"  # as it is, not encoded


@check("first")
def lets_the_runner_alone_speak_for_aws_services() -> None:
    tags = {"ses:configuration-set": ["accord-dev"]}
    url = rule("mail", {"source": ["aws.ses"], "detail": {"mail": {"tags": tags}}})
    detail = {"eventType": "Delivery", "mail": {"tags": tags | {"case_id": ["x"]}}}
    entry = {"Source": "aws.ses", "DetailType": "Email Delivered", "Detail": json.dumps(detail)}
    assert client("events").put_events(Entries=[entry])["FailedEntryCount"] == 1
    inside.emit("aws.ses", "Email Delivered", detail)
    inside.emit("aws.ses", "Email Delivered", {"mail": {"tags": {"ses:configuration-set": ["other"]}}})
    (event,) = until(lambda: bodies(url))
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.ses", "Email Delivered", detail)


@check("first")
def writes_an_object_once_when_asked_to() -> None:
    client("s3").create_bucket(Bucket="once")
    client("s3").put_object(Bucket="once", Key="manifest.json", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        client("s3").put_object(Bucket="once", Key="manifest.json", Body=b"second", IfNoneMatch="*")


@check("first")
def leaves_work_for_after_a_restart() -> None:
    key = {"AttributeName": "pk", "KeyType": "HASH"}
    client("dynamodb").create_table(
        TableName="kept",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[key],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    client("dynamodb").put_item(TableName="kept", Item={"pk": {"S": "王小明"}})
    started(waiting_machine("kept", "keep"), "kept-1")
    token_of("kept-1")


@check("second")
def keeps_rows_over_a_restart() -> None:
    items = client("dynamodb").scan(TableName="kept")["Items"]
    assert items == [{"pk": {"S": "王小明"}}]


@check("second")
def keeps_objects_and_rules_over_a_restart() -> None:
    assert client("s3").get_object(Bucket="once", Key="manifest.json")["Body"].read() == b"first"
    url = queue("prints")
    client("s3").put_object(Bucket="prints", Key="events/after.ndjson", Body=b"x")
    assert until(lambda: bodies(url))[0]["detail"]["object"]["key"] == "events/after.ndjson"


@check("second")
def keeps_queues_and_machines_over_a_restart() -> None:
    assert client("sqs").get_queue_url(QueueName="named")["QueueUrl"].endswith(f":4566/{ACCOUNT}/named")
    names = [each["name"] for each in client("stepfunctions").list_state_machines()["stateMachines"]]
    assert "kept" in names


@check("second")
def keeps_verified_senders_over_a_restart() -> None:
    assert client("sesv2").get_email_identity(EmailIdentity="notice@accord.example")[
        "VerifiedForSendingStatus"
    ]


@check("second")
def kills_open_executions_and_frees_their_names() -> None:
    execution = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:kept:kept-1"
    found = client("stepfunctions").describe_execution(executionArn=execution)
    assert (found["status"], found["error"]) == ("FAILED", "States.ServiceRestart")
    assert inside.forget_dead_executions() > 0
    MOODS["keep"] = lambda _: None
    assert started(f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:kept", "kept-1") == execution
    token_of("kept-1")


@check("first")
def takes_a_browsers_form_as_its_policy_says_and_leads_back() -> None:
    from chalicelib.store.uploads import Uploads

    signing = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    client("s3").create_bucket(Bucket="handed-in")
    form = Uploads(boto3.client("s3", config=signing), "handed-in").form("one", "http://localhost:8000/back")
    file = {"file": ("x.pdf", b"%PDF-", "text/html")}

    def sent(**changes: str) -> requests.Response:
        fields = {**form.fields, **changes}
        return requests.post(form.url, data=fields, files=file, allow_redirects=False, timeout=5)

    assert sent(key="uploads/other").status_code == 403
    assert sent(**{"Content-Type": "text/html"}).status_code == 403
    answer = sent()
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        303,
        "http://localhost:8000/back",
    )
    kept = client("s3").get_object(Bucket="handed-in", Key="uploads/one")
    assert (kept["Body"].read(), kept["ContentType"]) == (b"%PDF-", "application/octet-stream")


@check("second")
def keeps_finished_executions_over_a_restart() -> None:
    execution = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:answered:answered-1"
    assert client("stepfunctions").describe_execution(executionArn=execution)["status"] == "SUCCEEDED"


def main(folder: Path, phase: str) -> dict[str, str]:
    """Run the checks of a phase on the state in `folder`."""
    global engine
    sockets = listen(0)
    port = sockets[1].getsockname()[1]
    state, objects = folder / "engine", folder / "objects"
    state.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    prepare_environment(state, objects, url, url, folder / "engine.log")

    def watched(inner: Any) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            seen_paths.append(scope.get("path", ""))
            await inner(scope, receive, send)

        return app

    engine = Engine(sockets, watched)
    engine.start(execute)
    found = {}
    for each in CHECKS[phase]:
        try:
            each()
            found[each.__name__] = "held"
        except Exception:
            found[each.__name__] = traceback.format_exc()
    engine.stop()
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])), flush=True)
    os._exit(0)  # open executions hold threads of the engine
