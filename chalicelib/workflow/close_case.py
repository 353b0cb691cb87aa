"""The task of NoResponse and LimitPassed: close a case that time has ended, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.domain.errors import Answered
from chalicelib.domain.keys import CaseId
from chalicelib.notices.state import FAILED, notice_states
from chalicelib.store import cases, facts


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Closes cases that time has ended."""

    clock: Callable[[], datetime]

    def __call__(self, case_id: CaseId, stage: Stage) -> None:
        """Close the case: NO_RESPONSE after the last window, TERMINATED after the mediation limit,
        WITHDRAWN when the application was taken back.

        Raises Answered when the borrower answered, or applied, in the last moment; the machine then goes on.
        A case that is closed already stays as it is.
        """
        if stage == Stage.LIMIT_PASSED:
            closed = cases.close(case_id, *_after_the_limit(case_id), self.clock(), only=_UNMEDIATED)
        else:
            closed = cases.close(case_id, Outcome.NO_RESPONSE, _reason(case_id), self.clock())
        if closed is None and cases.get(case_id).answered:
            raise Answered(f"case {case_id} was answered")


_UNMEDIATED = (CaseStatus.RECEIVED, CaseStatus.NOTICED, CaseStatus.FEEDBACK)
"""Where nobody has applied: a mediation has a limit of its own, which Steer keeps."""


def _after_the_limit(case_id: CaseId) -> tuple[Outcome, str]:
    if facts.of(case_id, FactKind.WITHDRAWN):
        return Outcome.WITHDRAWN, "the application was taken back"
    return Outcome.TERMINATED, "the mediation limit passed"


def _reason(case_id: CaseId) -> str:
    """Say what is known of the notices; a receipt proves a send whose own record was lost."""
    states = set(notice_states(cases.get(case_id).claims, facts.of(case_id)).values())
    if states - {"SENDING", "UNKNOWN", FAILED}:
        return "no answer to any notice in time"
    unsure = states & {"SENDING", "UNKNOWN"}
    return "no answer; whether a notice went out is unknown" if unsure else "no notice could be sent"
