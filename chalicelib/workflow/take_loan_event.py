"""A queued reference becomes what its event means."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.intake.accept import Accept
from chalicelib.telemetry import Metric, Telemetry


@dataclass(frozen=True, slots=True)
class TakeLoanEvent:
    """Carries out queued loan events."""

    accept: Accept
    telemetry: Telemetry
    clock: Callable[[], datetime]

    def __call__(self, body: str) -> None:
        """Carry out the stored event that a queue message names; raises what keeps it from being done."""
        reference = json.loads(body)["reference"]
        self.accept.accept(reference, self.clock())
        self.telemetry.count(Metric.EVENT_APPLIED)
        self.telemetry.event("event applied", reference=reference)
