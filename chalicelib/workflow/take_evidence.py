"""Files that borrowers put into the uploads bucket, as EventBridge tells of them through a queue."""

from __future__ import annotations

import json
from dataclasses import dataclass

from chalicelib.borrower.evidence import KEPT, TakeDocument
from chalicelib.store.uploads import FOLDER
from chalicelib.telemetry import Metric, Telemetry


@dataclass(frozen=True, slots=True)
class TakeEvidence:
    """Takes one file after the other."""

    take: TakeDocument
    telemetry: Telemetry

    def __call__(self, body: str) -> None:
        """Carry out one queue message; raises ValueError or KeyError on one that tells of no file."""
        key = str(json.loads(body)["detail"]["object"]["key"])
        evidence_id = key.removeprefix(FOLDER)
        became = self.take(evidence_id)
        if became is not None:
            self.telemetry.count(Metric.EVIDENCE_TAKEN if became == KEPT else Metric.EVIDENCE_REFUSED)
        self.telemetry.event("evidence taken", evidence_id=evidence_id, became=became)
