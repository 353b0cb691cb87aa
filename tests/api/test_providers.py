"""The providers' doors: one-click unsubscribing, Alibaba Cloud's pushes, a lender's app's receipts."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib.channels.alibaba_push import path_token
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.domain.person import Person
from chalicelib.store import persons
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"


def _ask(method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with Client(app.app) as client:
        return client.http.request(method, path, headers=sent, body=body)


def _person(scene: Scene) -> Person:
    return persons.get(scene.case.borrower.person)


def _queued(scene: Scene) -> list[dict[str, Any]]:
    """Return what waits in the receipts' queue, and take it off."""
    client, url = boto3.client("sqs"), scene.wiring.settings.receipts_queue_url
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for each in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return [json.loads(each["Body"]) for each in found]


@pytest.fixture
def stop(scene: Scene) -> str:
    """Return the path a mail program posts to: that of the link the borrower was sent."""
    scene.accept()
    scene.run(Stage.NOTIFY)
    address = scene.mail.sent[0].unsubscribe_url
    found = re.fullmatch(r"https://accord\.example(/n/[A-Za-z0-9_-]{22}/stop)", address)
    assert found, address
    return found[1]


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_a_mail_program_unsubscribes_in_one_click(scene: Scene, stop: str, kind: str) -> None:
    body = ONE_CLICK if kind == FORM else b'--x\r\nname="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--'
    assert _ask("POST", stop, body, content_type=kind).status_code == 200
    assert _person(scene).opted_out == {ChannelName.EMAIL}
    assert [fact.which[:2] for fact in scene.facts(FactKind.PREFERENCE)] == [("EMAIL", "STOP")]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_follows_the_link_changes_nothing(scene: Scene, stop: str, method: str) -> None:
    for _ in range(50):
        assert _ask(method, stop).status_code == 303
    assert _person(scene).opted_out == frozenset()


def test_a_post_that_is_no_click_changes_nothing(scene: Scene, stop: str) -> None:
    assert _ask("POST", stop, b"x=1", content_type=FORM).status_code == 200
    assert _person(scene).opted_out == frozenset()


def test_an_unknown_link_answers_like_a_known_one(scene: Scene, stop: str) -> None:
    known = _ask("POST", stop, ONE_CLICK, content_type=FORM)
    unknown = _ask("POST", f"/n/{'x' * 22}/stop", ONE_CLICK, content_type=FORM)
    assert (unknown.status_code, unknown.body) == (known.status_code, known.body)


def _door(scene: Scene, kind: str) -> str:
    token = path_token(scene.wiring.reference_key(), scene.wiring.settings.stage)
    return f"/v1/providers/alibaba/{token}/{kind}"


def test_alibabas_reports_are_queued_without_the_number(scene: Scene) -> None:
    report = {
        "phone_number": "13800138000",
        "success": True,
        "err_code": "DELIVERED",
        "out_id": f"{CASE_ID}.x",
    }
    answer = _ask("POST", _door(scene, "reports"), json.dumps([report]).encode(), content_type=JSON)
    assert (answer.status_code, answer.json_body["code"]) == (200, 0)
    (queued,) = _queued(scene)
    assert queued["source"] == "accord.alibaba"
    assert "13800138000" not in json.dumps(queued)


def test_a_reply_by_way_of_alibaba_stops_the_channel_at_once(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY)
    reply = {"phone_number": "13800138000", "content": "退订", "sequence_id": "7", "send_time": ""}
    assert (
        _ask("POST", _door(scene, "replies"), json.dumps([reply]).encode(), content_type=JSON).status_code
        == 200
    )
    assert ChannelName.SMS in _person(scene).opted_out
    assert _queued(scene) == [], "no number waits in a queue"


@pytest.mark.parametrize("kind", ["reports", "replies"])
def test_a_stranger_finds_no_door(scene: Scene, kind: str) -> None:
    path = f"/v1/providers/alibaba/{'x' * 43}/{kind}"
    assert _ask("POST", path, b"no json either", content_type=JSON).status_code == 404


@pytest.mark.parametrize("body", [b"{}", b"no json", b"[1]"])
def test_what_is_no_push_is_refused_with_a_reason(scene: Scene, body: bytes) -> None:
    answer = _ask("POST", _door(scene, "reports"), body, content_type=JSON)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def _seen(scene: Scene, lender: str = "demo-bank", **changes: Any) -> HTTPResponse:
    receipt = {"case_id": str(CASE_ID), "step": "first_notice", "status": "READ"} | changes
    body = json.dumps(receipt).encode()
    return _ask("POST", f"/v1/providers/app/{lender}", body, content_type=JSON, **scene.sign(body))


def test_a_lenders_app_tells_that_a_message_was_read(scene: Scene) -> None:
    scene.accept()
    assert _seen(scene, more="is left out").status_code == 202
    (queued,) = _queued(scene)
    assert queued == {
        "source": "accord.in_app",
        "detail": {"case_id": str(CASE_ID), "step": "first_notice", "status": "READ"},
    }


def test_an_app_speaks_of_its_own_lenders_cases_alone(scene: Scene) -> None:
    assert _seen(scene).status_code == 404, "there is no such case"
    assert _seen(scene, "other-bank").status_code == 401
    assert _queued(scene) == []


@pytest.mark.parametrize("changes", [{"case_id": "x"}, {"case_id": 7}, {"status": None}])
def test_an_apps_receipt_is_checked(scene: Scene, changes: dict[str, Any]) -> None:
    scene.accept()
    assert _seen(scene, **changes).status_code == 422
