"""Taking an event in: durable before it is promised, the same again alike, never twice, never lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.domain.errors import EventConflict, InvalidEvent, SignatureRejected
from chalicelib.intake.take import Intake
from chalicelib.store import events
from tests.road import NOON
from tests.scene import Scene, taken_by


class _BrokenQueue:
    def put(self, reference: str) -> None:
        raise TimeoutError("the queue does not answer")


def _take(scene: Scene, body: bytes, headers: dict[str, str] | None = None) -> Any:
    now = scene.road.clock.now
    return taken_by(scene.wiring.intake, scene.sign(body) if headers is None else headers, body, now)


def test_an_event_is_stored_whole_and_queued_by_reference(scene: Scene) -> None:
    body = scene.road.event()
    taken = scene.take(body)
    kept = events.get(taken.reference)
    assert kept == taken
    assert (kept.body.encode(), kept.lender, kept.event_id) == (body, "demo-bank", "evt-overdue-0001")
    assert kept.received_at == NOON
    assert [json.loads(message) for message in scene.queued()] == [{"reference": taken.reference}]


def test_the_same_event_again_gets_the_same_answer_and_makes_no_second_row(scene: Scene) -> None:
    body = scene.road.event()
    first, rows = scene.take(body), scene.rows()
    scene.road.clock.advance(hours=2)
    assert scene.take(body) == first
    assert scene.rows() == rows


def test_the_same_id_with_another_body_is_a_conflict_and_queues_nothing(scene: Scene) -> None:
    scene.take(scene.road.event())
    scene.queued()
    with pytest.raises(EventConflict):
        scene.take(scene.road.event(subject="LN-2"))
    assert scene.queued() == []


def test_an_event_that_died_before_the_queue_heals_by_the_senders_retry(scene: Scene) -> None:
    body, intake = scene.road.event(), scene.wiring.intake
    broken: Any = _BrokenQueue()
    dying = Intake(broken, intake.keys_of, intake.reference_key)
    with pytest.raises(TimeoutError):
        taken_by(dying, scene.sign(body), body, NOON)
    assert scene.queued() == []
    taken = scene.take(body)
    assert [json.loads(message) for message in scene.queued()] == [{"reference": taken.reference}]


def test_a_refused_signature_leaves_nothing_behind(scene: Scene) -> None:
    rows = scene.rows()
    with pytest.raises(SignatureRejected):
        _take(scene, scene.road.event(), scene.sign(scene.road.event(subject="other")))
    assert (scene.rows(), scene.queued()) == (rows, [])


@pytest.mark.parametrize("body", [b"", b"{}", b'{"source": 7}', b'{"source": "no-such-bank"}', b"\xff"])
def test_a_stranger_is_refused_before_anything_is_parsed(scene: Scene, body: bytes) -> None:
    with pytest.raises(SignatureRejected):
        _take(scene, body, scene.sign(scene.road.event()))


def test_a_signed_event_that_breaks_its_contract_is_told_and_not_kept(scene: Scene) -> None:
    rows = scene.rows()
    with pytest.raises(InvalidEvent):
        scene.take(scene.road.event(specversion="0.3"))
    assert (scene.rows(), scene.queued()) == (rows, [])


def test_one_lender_cannot_speak_for_another(scene: Scene) -> None:
    """The hint that picks the secret is the first `source` of the bytes; the parsed one must agree."""
    event = json.loads(scene.road.event())
    event = {"extra": {"source": "demo-bank"}, **event, "source": "other-bank"}
    with pytest.raises(InvalidEvent) as caught:
        scene.take(json.dumps(event).encode())
    assert [error.pointer for error in caught.value.errors] == ["/source"]


def test_references_cannot_be_guessed_from_what_the_lender_knows(scene: Scene) -> None:
    intake = scene.wiring.intake
    other = Intake(intake.queue, intake.keys_of, lambda: b"another key")
    body = scene.road.event()
    reference = scene.take(body).reference
    assert taken_by(other, scene.sign(body), body, NOON).reference != reference
    assert len(reference) == 26
    assert "evt" not in reference


def test_events_with_different_ids_have_different_references(scene: Scene) -> None:
    assert scene.take(scene.road.event()).reference != scene.take(scene.road.event(id="evt-2")).reference


def test_an_event_far_in_the_future_is_refused_and_a_day_ahead_is_not(scene: Scene) -> None:
    """It would outdate every balance until that day comes."""
    with pytest.raises(InvalidEvent) as refused:
        scene.take(scene.road.event(time="2026-11-25T00:00:00Z"))
    assert [error.pointer for error in refused.value.errors] == ["/time"]
    scene.take(scene.road.event(time="2026-11-24T03:00:00Z"))
