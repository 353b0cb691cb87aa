"""The queue carries references, nothing else."""

from __future__ import annotations

import json

from chalicelib.store.queue import LoanEventQueue
from tests.scene import Scene


def test_a_reference_goes_in_and_comes_out(scene: Scene) -> None:
    queue = LoanEventQueue(scene.wiring.client("sqs"), scene.wiring.settings.loan_events_queue_url)
    queue.put("ref-1")
    assert [json.loads(body) for body in scene.queued()] == [{"reference": "ref-1"}]
