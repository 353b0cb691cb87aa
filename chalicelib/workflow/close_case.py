"""The task of NoResponse and LimitPassed: close a case that time has ended, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.codes import FactKind, Outcome, Stage
from chalicelib.domain.errors import Answered
from chalicelib.domain.keys import CaseId
from chalicelib.store import cases, facts


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Closes cases that time has ended."""

    clock: Callable[[], datetime]

    def __call__(self, case_id: CaseId, stage: Stage) -> None:
        """Close the case: NO_RESPONSE after the last window, TERMINATED after the mediation limit.

        Raises Answered when the borrower answered in the last moment; the machine then goes on to Answered.
        A case that is closed already stays as it is.
        """
        if stage == Stage.LIMIT_PASSED:
            cases.close(case_id, Outcome.TERMINATED, "the mediation limit passed", self.clock())
            return
        reached = bool(facts.of(case_id, FactKind.SENT))
        reason = "no answer to any notice in time" if reached else "no notice could be sent"
        closed = cases.close(case_id, Outcome.NO_RESPONSE, reason, self.clock())
        if closed is None and cases.get(case_id).answered:
            raise Answered(f"case {case_id} was answered")
