"""The task of Steer: what a machine hands over, and what it goes on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp
from chalicelib.repayment.steer import Leg, Steer
from chalicelib.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class SteerPlan:
    """Steers the executions of repayment plans."""

    steer: Steer
    telemetry: Telemetry

    def __call__(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the next stage and its seconds, what it rests on, and how often this leg has looked."""
        leg = Leg(
            CaseId.parse(payload["case_id"]),
            int(payload["plan"]),
            int(payload["leg"]),
            from_stamp(payload["began"]),
            int(payload["rounds"]),
        )
        coming = self.steer(leg)
        ids = {"case_id": str(leg.case_id), "plan": leg.plan, "leg": leg.number}
        self.telemetry.event("plan looked at", **ids, stage=coming.stage.value)
        rounds = leg.rounds + 1
        return {"stage": coming.stage.value, "seconds": coming.seconds, "seen": coming.seen, "rounds": rounds}
