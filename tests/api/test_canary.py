"""Personal data goes down the whole road and turns up in no log, metric, queue, address or input."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from chalice.test import Client

import app
from chalicelib.channels import Refused, Unsure
from chalicelib.channels.sandbox_receipts import receipt_body, reply_body
from chalicelib.domain.codes import Stage
from tests.api.browser import Browser
from tests.api.crawl import crawl
from tests.api.forms import TYPED, journey
from tests.road import NOON, Road
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

BORROWER = {
    "name": "金丝雀测试人",
    "language": "zh-CN",
    "timezone": "Asia/Shanghai",
    "phone": "+8619912345678",
    "email": "canary.bird@canary.example",
    "id_last4": "739X",
}
FREE_TEXT = "金丝雀自由文本"
FACTOR_TYPED_WRONG = "000X"
JOURNEYS = ("ask", "apply", "complain", "dispute", "reschedule", "withdraw")
TYPED_IN = TYPED | {"tel": "19912345678", "contact": "19912345678", "decimal": "9,876,543.21"}
CANARIES = [
    BORROWER["name"], "19912345678", "canary.bird", "739X", "Zq7W", FREE_TEXT, FACTOR_TYPED_WRONG,
    "987654321", "9,876,543.21", "LN-2026-000001",
]  # fmt: skip


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything Powertools' own handler and formatter write, at the level of production."""
    logger, written = logging.getLogger("accord"), io.StringIO()
    level, streams = logger.level, [(each, each.stream) for each in _handlers(logger)]
    assert streams, "Powertools logs through a stream handler"
    logger.setLevel(logging.INFO)
    for handler, _ in streams:
        handler.setStream(written)
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    yield written
    logger.setLevel(level)
    for handler, stream in streams:
        handler.setStream(stream)


def _handlers(logger: logging.Logger) -> list[Any]:
    return [handler for handler in logger.handlers if isinstance(handler, logging.StreamHandler)]


def _event(road: Road) -> bytes:
    data = json.loads(road.event())["data"] | {"borrower": BORROWER, "account_last4": "Zq7W"}
    data["amount"] |= {"total": 987_654_321, "principal": 987_654_321, "interest": 0, "fees": 0, "penalty": 0}
    return road.event(data=data)


def _travel(scene: Scene) -> list[str]:
    """Go the whole road with every fault on it; returns every address and queue message it used."""
    told: list[str] = []
    with Client(app.app) as client:

        def post(body: bytes) -> Any:
            headers = {**scene.sign(body), "content-type": "application/json"}
            answer = client.http.post("/v1/events", body=body, headers=headers)
            told.append(json.dumps(dict(answer.headers)) + answer.body.decode())
            return answer.json_body

        body = _event(scene.road)
        reference = post(body)["reference"]
        post(body.replace(b"LN-2026-000001", b"LN-2026-000001-other"))
        post(body.replace(b'"2026-10-18"', b'"Zq7W"').replace(b"+86", b"86"))
        told += scene.queued()
        for message in (json.dumps({"reference": reference}), FREE_TEXT):
            client.lambda_.invoke("take_loan_event", client.events.generate_sqs_event([message]))
        client.lambda_.invoke("take_receipt", client.events.generate_sqs_event([FREE_TEXT, "{}"]))
        told.append(client.http.get(f"/v1/events/{reference}").body.decode())
        _notify(scene, client)
        _hear(client)
        _answer(scene, told)
        client.lambda_.invoke(
            "sweep", client.events.generate_cw_event("aws.events", "Scheduled Event", {}, [])
        )
    return told


def _notify(scene: Scene, client: Client) -> None:
    task = {"case_id": str(CASE_ID), "stage": Stage.NOTIFY.value}
    scene.sms.answers = [
        Refused("ThrottlingException", again=True),
        Refused("ValidationException", again=False),
    ]
    scene.mail.answers = [Unsure("ReadTimeoutError")]
    for token in ("token-1", "token-2"):
        event = client.events.generate_sqs_event([json.dumps(task | {"token": token})])
        assert client.lambda_.invoke("send_notice", event).payload == {"batchItemFailures": []}
        scene.road.clock.advance(minutes=5)
    lacking = json.dumps(task | {"stage": "Deliver", "token": "token-3", "step": FREE_TEXT})
    event = client.events.generate_sqs_event([lacking])
    assert client.lambda_.invoke("send_notice", event).payload["batchItemFailures"]


def _hear(client: Client) -> None:
    """Receipts that name the recipient, replies in his own words, and what is about no notice of ours."""
    tags = {
        "case_id": str(CASE_ID),
        "step": "first_notice",
        "channel": "EMAIL",
        "notice_id": "x",
        "attempt": "y",
    }
    bounce = json.loads(receipt_body("EMAIL", "Bounce/Permanent", tags, "m1", NOON))
    bounce["mail"]["destination"] = [BORROWER["email"]]
    bounce["bounce"]["bouncedRecipients"] = [
        {"emailAddress": BORROWER["email"], "diagnosticCode": f"550 {BORROWER['email']} unknown"}
    ]
    stranger = bounce | {"mail": bounce["mail"] | {"tags": {}}}
    replies = [
        reply_body(BORROWER["phone"], said, f"m{number}")
        for number, said in enumerate((FREE_TEXT, f"STOP {FREE_TEXT}", "打错了"))
    ]
    bodies = [json.dumps(bounce), json.dumps(stranger), *replies]
    answer = client.lambda_.invoke("take_receipt", client.events.generate_sqs_event(bodies)).payload
    assert answer == {"batchItemFailures": []}


def _answer(scene: Scene, told: list[str]) -> None:
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[1].text)
    assert found
    browser = Browser()
    browser.enter(found.group(1), FACTOR_TYPED_WRONG)
    browser.enter(found.group(1), "739X")
    scene.machine.failing["send_task_success"] = "InternalError"
    journey(browser, "feedback", FREE_TEXT, TYPED_IN)
    assert browser.post("/my/form/feedback/check").status_code == 500
    scene.machine.failing.clear()
    assert browser.post("/my/form/feedback/check").status_code == 303
    for name in JOURNEYS:
        journey(browser, name, FREE_TEXT, TYPED_IN)
        assert browser.post(f"/my/form/{name}/check").status_code == 303, name
    crawl(browser)
    guest = Browser()
    journey(guest, "complain", FREE_TEXT, TYPED_IN, root="/open/form")
    assert guest.post("/open/form/complain/check").status_code == 303
    told += [json.dumps(dict(page.headers)) for page in (*browser.pages, *guest.pages)]


def test_no_canary_is_heard(
    scene: Scene, printed: io.StringIO, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    told = _travel(scene)
    logs, metrics = printed.getvalue(), capsys.readouterr()
    for line in (
        "event taken", "event applied", "notice handled", "page failed", "feedback given", "reply taken",
        "receipt unmatched",
    ):  # fmt: skip
        assert line in logs, f"{line!r} was never logged, so this test would prove nothing"
    assert "EventTaken" in metrics.out
    machine = json.dumps([scene.machine.inputs, scene.machine.signals], ensure_ascii=False)
    assert str(CASE_ID) in machine
    tags = json.dumps([message.tags for message in (*scene.sms.sent, *scene.mail.sent)])
    places = {
        "logs": logs,
        "other loggers": caplog.text,
        "standard output": metrics.out + metrics.err,
        "answers, addresses and queue messages": "\n".join(told),
        "executions": machine,
        "message tags": tags,
    }
    heard = [(where, canary) for where, said in places.items() for canary in CANARIES if _says(said, canary)]
    assert heard == []


def _says(text: str, canary: str) -> bool:
    """Whether a text holds the canary as such, or as JSON escapes it, once or oftener."""
    return canary in text or json.dumps(canary)[1:-1].replace("\\", "") in text.replace("\\", "")


def test_the_canaries_would_be_found_where_they_belong(scene: Scene, printed: io.StringIO) -> None:
    """The table and the messages hold them; a search that misses them there proves nothing elsewhere."""
    _travel(scene)
    kept = json.dumps(scene.rows(), ensure_ascii=False)
    read = scene.mail.sent[0].text + scene.mail.sent[0].to
    found = {canary for canary in CANARIES if _says(kept + read, canary)}
    assert found == set(CANARIES) - {FACTOR_TYPED_WRONG}


def test_a_log_is_one_line_of_json_whatever_it_is_given(scene: Scene, printed: io.StringIO) -> None:
    scene.wiring.telemetry.event("event taken", lender='x"\r\n{"level":"ERROR"}')
    (line,) = printed.getvalue().splitlines()
    assert json.loads(line)["lender"] == 'x"\r\n{"level":"ERROR"}'


def test_the_queue_of_the_deployment_holds_references_only(scene: Scene, printed: io.StringIO) -> None:
    scene.take(_event(scene.road))
    attributes = boto3.client("sqs").receive_message(
        QueueUrl=scene.wiring.settings.loan_events_queue_url,
        AttributeNames=["All"],
        MessageAttributeNames=["All"],
    )["Messages"][0]
    assert not [canary for canary in CANARIES if _says(json.dumps(attributes), canary)]
