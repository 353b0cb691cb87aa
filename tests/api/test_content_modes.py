"""The loan systems' door in every content mode: binary, batch, the handshake, and what a test key may do."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.test import Client, HTTPResponse

import app
from chalicelib.domain.codes import Outcome
from chalicelib.intake.take import Keys
from chalicelib.store import cases, lenders
from chalicelib.wiring import Wiring
from tests.road import DEMO_BANK, SECRET
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
BATCH = "application/cloudevents-batch+json"
TEST_SECRET = "whsec_dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3Q="


def _send(method: str, path: str, body: bytes = b"", **headers: str) -> HTTPResponse:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with Client(app.app) as client:
        return client.http.request(method, path, body=body, headers=given)


def _signed(
    scene: Scene, path: str, body: bytes, kind: str, secret: str = SECRET, **more: str
) -> HTTPResponse:
    headers = scene.sign(body, secret) | {"content-type": kind} | more
    return _send("POST", path, body, **headers)


def _binary(scene: Scene, event: dict[str, Any], **changes: str) -> HTTPResponse:
    body = json.dumps(event["data"]).encode()
    attributes = {
        f"ce-{name}": value for name, value in event.items() if name not in ("data", "datacontenttype")
    }
    signed = scene.sign(body)
    attributes["ce-id"] = signed["webhook-id"]
    return _send(
        "POST", "/v1/events", body, **{**signed, "content-type": "application/json", **attributes, **changes}
    )


def test_a_binary_event_is_the_structured_one(scene: Scene) -> None:
    event = json.loads(scene.road.event(id="msg-1"))
    first = _binary(scene, event)
    assert first.status_code == 202
    body = json.dumps(event).encode()
    again = _signed(scene, "/v1/events", body, "application/cloudevents+json")
    assert (again.status_code, again.body) == (202, first.body)


def test_a_binary_events_headers_are_bound_to_its_signature(scene: Scene) -> None:
    event = json.loads(scene.road.event())
    other = _binary(scene, event, **{"ce-id": "another"})
    assert (other.status_code, other.json_body["errors"][0]["pointer"]) == (422, "/id")
    assert _binary(scene, event, **{"ce-source": "evil-bank"}).status_code == 401
    assert scene.queued() == []


def test_each_event_of_a_batch_is_answered_in_its_place(scene: Scene) -> None:
    good, bad = json.loads(scene.road.event()), json.loads(scene.road.event(id="evt-2", specversion="0.3"))
    other = json.loads(scene.road.event(id="evt-3", subject="LN-3"))
    foreign = json.loads(scene.road.event(id="evt-4", source="other-bank"))
    body = json.dumps([good, bad, other, foreign]).encode()
    answer = _signed(scene, "/v1/events", body, BATCH)
    assert answer.status_code == 207
    results = answer.json_body["results"]
    assert [one["status"] for one in results] == [202, 422, 202, 422]
    assert [one["errors"][0]["pointer"] for one in (results[1], results[3])] == ["/specversion", "/source"]
    queued = [json.loads(message)["reference"] for message in scene.queued()]
    assert sorted(queued) == sorted([results[0]["reference"], results[2]["reference"]])
    assert _signed(scene, "/v1/events", json.dumps([good, other]).encode(), BATCH).status_code == 202


def test_a_batch_is_signed_as_a_whole_and_has_its_own_limits(scene: Scene) -> None:
    body = json.dumps([json.loads(scene.road.event())]).encode()
    assert _send("POST", "/v1/events", body, content_type=BATCH).status_code == 401
    assert _signed(scene, "/v1/events", b'{"source": "demo-bank"}', BATCH).status_code == 422
    large = json.dumps([json.loads(scene.road.event(extension="x" * 70_000))]).encode()
    assert _signed(scene, "/v1/events", large, BATCH).json_body["results"][0]["status"] == 422
    assert _signed(scene, "/v1/events", b" " * 1_048_577, BATCH).status_code == 413
    assert scene.queued() == []


def test_a_sender_may_shake_hands(scene: Scene) -> None:
    granted = _send("OPTIONS", "/v1/events", webhook_request_origin="core.bank.example")
    assert granted.status_code == 200
    assert granted.headers["WebHook-Allowed-Origin"] == "*"
    assert int(granted.headers["WebHook-Allowed-Rate"]) > 0
    assert granted.headers["Allow"] == "POST"
    assert _send("OPTIONS", "/v1/events").status_code == 400


def _validated(scene: Scene, name: str = "overdue", **changes: Any) -> dict[str, Any]:
    """Validate an event, see that nothing changed by it, and return what it would do."""
    rows = scene.rows()
    body = scene.road.event(name, **changes)
    answer = _signed(scene, "/v1/validate", body, "application/json")
    assert answer.status_code == 200, answer.json_body
    assert (scene.rows(), scene.queued(), scene.machine.signals) == (rows, [], [])
    found: dict[str, Any] = answer.json_body
    return found


def test_validating_says_which_case_opens_and_what_goes_out_when(scene: Scene) -> None:
    found = _validated(scene)
    assert (found["becomes"], found["case_id"]) == ("CASE_OPENED", str(CASE_ID))
    assert found["profile"] == {"jurisdiction": "CN", "version": scene_version()}
    assert found["first_notice_at"] == "2026-11-23T04:00:00Z"
    assert all(one["lacks"] == [] and one["rule"] for one in found["notices"])
    scene.accept()
    assert str(scene.case.id) == found["case_id"]


def scene_version() -> str:
    from chalicelib import profiles
    from tests.road import NOON

    return profiles.current("CN", NOON).version


def test_validating_at_night_names_the_morning(scene: Scene) -> None:
    scene.road.clock.advance(hours=12)
    found = _validated(scene)
    assert found["first_notice_at"] == "2026-11-24T00:00:00Z"


def test_validating_names_what_a_notice_lacks(scene: Scene) -> None:
    settings = {**DEMO_BANK.settings, "complaint_contact": ""}
    lenders.put(lenders.Lender("demo-bank", "CN", settings))
    scene.restart()
    assert ["complaint_contact"] in [one["lacks"] for one in _validated(scene)["notices"]]


def test_validating_names_what_is_known_already(scene: Scene) -> None:
    assert _validated(scene, "settled")["becomes"] == "KEPT_FOR_CASE"
    scene.accept()
    scene.queued()
    assert _validated(scene)["becomes"] == "REPEAT"
    later = {"time": "2026-11-23T03:59:00Z"}
    assert _validated(scene, id="evt-9", **later)["becomes"] == "CASE_CHANGED"
    assert _validated(scene, id="evt-9", time="2026-11-01T00:00:00Z")["becomes"] == "OLDER_THAN_KNOWN"
    assert _validated(scene, "settled", **later)["becomes"] == "CASE_CLOSED"
    cases.close(CASE_ID, Outcome.NO_RESPONSE, "no answer", scene.road.clock.now)
    assert _validated(scene, id="evt-9", **later)["becomes"] == "NOTED_ON_CLOSED_CASE"


def test_validating_meets_the_problems_that_sending_would(scene: Scene) -> None:
    bad = scene.road.event(specversion="0.3")
    assert _signed(scene, "/v1/validate", bad, "application/json").status_code == 422
    scene.accept()
    other = scene.road.event(subject="LN-2")
    assert _signed(scene, "/v1/validate", other, "application/json").status_code == 409
    assert _send("POST", "/v1/validate", bad, content_type="application/json").status_code == 401


def test_what_a_test_key_signed_is_tried_and_never_taken(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys((SECRET,), (TEST_SECRET,))
    monkeypatch.setattr(Wiring, "lender_keys", lambda wiring, lender: keys)
    scene.restart()
    rows = scene.rows()
    answer = _signed(scene, "/v1/events", scene.road.event(), "application/json", TEST_SECRET)
    assert (answer.status_code, answer.json_body["becomes"]) == (200, "CASE_OPENED")
    answer = _signed(scene, "/v1/events", b"[%s]" % scene.road.event(), BATCH, TEST_SECRET)
    assert (answer.status_code, answer.json_body["results"][0]["status"]) == (200, 200)
    assert (scene.rows(), scene.queued()) == (rows, [])


def test_a_lenders_keys_come_from_his_secret(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {"webhook_secrets": [SECRET], "webhook_test_secrets": [TEST_SECRET]}
    monkeypatch.setattr(scene.wiring, "secret", lambda name: kept)
    assert scene.wiring.lender_keys("demo-bank") == Keys((SECRET,), (TEST_SECRET,))
