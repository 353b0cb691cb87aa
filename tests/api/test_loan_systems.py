"""The loan systems' door over HTTP: 401 before parsing, 202 after durable writes, problems that help."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib.domain.codes import Outcome, Stage
from chalicelib.store import cases
from tests.samples import CASE_ID
from tests.scene import Scene

# Powertools warns of every invocation that counts nothing, and warnings are errors here.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

JSON, CLOUDEVENT = "application/json", "application/cloudevents+json"


def _post(body: bytes, headers: dict[str, str], content_type: str = CLOUDEVENT) -> HTTPResponse:
    with Client(app.app) as client:
        return client.http.post("/v1/events", body=body, headers={**headers, "content-type": content_type})


def _get(path: str) -> HTTPResponse:
    with Client(app.app) as client:
        return client.http.get(path)


def _problem(response: HTTPResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    body: dict[str, Any] = response.json_body
    assert body["status"] == status
    assert body["type"].startswith("urn:accord:problem:")
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("content_type", [JSON, CLOUDEVENT, f"{CLOUDEVENT}; charset=utf-8"])
def test_a_signed_event_gets_a_reference_to_ask_by(scene: Scene, content_type: str) -> None:
    body = scene.road.event()
    response = _post(body, scene.sign(body), content_type)
    assert response.status_code == 202
    answer = response.json_body
    assert answer["received_at"] == "2026-11-23T04:00:00Z"
    assert answer["status_url"] == f"https://accord.example/v1/events/{answer['reference']}"
    assert response.headers["Location"] == answer["status_url"]
    assert response.headers["Cache-Control"] == "no-store"
    assert json.loads(scene.queued()[0]) == {"reference": answer["reference"]}


def test_the_same_event_again_gets_the_very_same_answer(scene: Scene) -> None:
    body = scene.road.event()
    first = _post(body, scene.sign(body))
    scene.road.clock.advance(hours=3)
    again = _post(body, scene.sign(body))
    assert (again.status_code, again.body) == (202, first.body)


def test_the_same_id_with_another_body_is_a_conflict(scene: Scene) -> None:
    body, other = scene.road.event(), scene.road.event(subject="LN-2")
    _post(body, scene.sign(body))
    problem = _problem(_post(other, scene.sign(other)), 409)
    assert "new id" in problem["detail"]


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-signature": ""},
        {"webhook-timestamp": "1"},
        {"webhook-id": "other"},
    ],
)
def test_a_wrong_signature_is_401_and_says_no_more(scene: Scene, changes: dict[str, str]) -> None:
    body = scene.road.event()
    problems = [
        _problem(_post(body, scene.sign(body) | changes), 401),
        _problem(_post(b"no json", scene.sign(body)), 401),
        _problem(_post(body.replace(b"demo-bank", b"evil-bank"), scene.sign(body)), 401),
        _problem(_post(body, {}), 401),
    ]
    assert all(problem == problems[0] for problem in problems)
    assert scene.queued() == []


def test_a_stale_signature_is_401(scene: Scene) -> None:
    body = scene.road.event()
    headers = scene.sign(body)
    scene.road.clock.advance(seconds=301)
    _problem(_post(body, headers), 401)


def test_an_invalid_event_is_422_with_every_fault_by_pointer(scene: Scene) -> None:
    event = json.loads(scene.road.event())
    event["data"]["borrower"]["phone"] = "CANARY"
    del event["data"]["due_date"]
    event["data"]["amount"]["interest"] = 0.5
    body = json.dumps(event).encode()
    response = _post(body, scene.sign(body))
    problem = _problem(response, 422)
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"/data/borrower/phone", "/data/due_date", "/data/amount/interest"}
    assert all(error["detail"] for error in problem["errors"])
    assert b"CANARY" not in response.body


def test_after_a_422_the_same_id_may_be_used(scene: Scene) -> None:
    bad, good = scene.road.event(specversion="0.3"), scene.road.event()
    _problem(_post(bad, scene.sign(bad)), 422)
    assert _post(good, scene.sign(good)).status_code == 202


def test_too_large_an_event_is_413(scene: Scene) -> None:
    body = scene.road.event(extension="x" * 65_536)
    _problem(_post(body, scene.sign(body)), 413)
    at_the_limit = scene.road.event(extension="")
    at_the_limit = scene.road.event(extension="x" * (65_536 - len(at_the_limit)))
    assert len(at_the_limit) == 65_536
    assert _post(at_the_limit, scene.sign(at_the_limit)).status_code == 202


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"]
)
def test_other_content_types_are_415(scene: Scene, content_type: str) -> None:
    body = scene.road.event()
    assert _post(body, scene.sign(body), content_type).status_code == 415


def test_what_became_of_an_event_before_and_after_the_queue(scene: Scene) -> None:
    reference = scene.take(scene.road.event()).reference
    before = _get(f"/v1/events/{reference}")
    assert before.status_code == 200
    assert before.json_body == {
        "reference": reference,
        "id": "evt-overdue-0001",
        "type": "loan.overdue.v1",
        "received_at": "2026-11-23T04:00:00Z",
        "case": None,
    }
    scene.carry_out(reference)
    scene.run(Stage.NOTIFY)
    cases.close(CASE_ID, Outcome.NO_RESPONSE, "no answer to any notice in time", scene.road.clock.now)
    assert _get(f"/v1/events/{reference}").json_body["case"] == {
        "case_id": str(CASE_ID),
        "status": "CLOSED",
        "opened_at": "2026-11-23T04:00:00Z",
        "noticed_at": "2026-11-23T04:00:00Z",
        "outcome": "NO_RESPONSE",
        "closed_at": "2026-11-23T04:00:00Z",
        "closed_reason": "no answer to any notice in time",
    }


def test_a_loan_paid_before_its_case_has_none(scene: Scene) -> None:
    reference = scene.accept("settled")
    assert _get(f"/v1/events/{reference}").json_body["case"] is None


@pytest.mark.parametrize("reference", ["x", "a" * 26, "..%2F", "%00", "é"])
def test_an_unknown_reference_is_404(scene: Scene, reference: str) -> None:
    _problem(_get(f"/v1/events/{reference}"), 404)


def test_nothing_personal_comes_back(scene: Scene) -> None:
    reference = scene.accept()
    body = _get(f"/v1/events/{reference}").body.decode()
    for personal in ("张伟", "13800138000", "zhangwei", "123X", "1234567", "6688"):
        assert personal not in body


def test_asking_changes_nothing(scene: Scene) -> None:
    reference = scene.accept()
    rows = scene.rows()
    for _ in range(3):
        _get(f"/v1/events/{reference}")
    assert scene.rows() == rows
    assert scene.machine.signals == []
