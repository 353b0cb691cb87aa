"""The task of NoResponse and LimitPassed: close a case that time has ended, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Purpose, Stage
from chalicelib.domain.errors import Answered, Held
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

        Raises Held while a hold keeps him from being asked, and until he has had the whole last window after
        one was over (*policy*). Raises Answered when he answered, or applied, in the last moment; the machine
        then goes on.
        A case that is closed already stays as it is.
        """
        closed = self._close(case_id, stage, unlaid=True)
        case = cases.get(case_id) if closed is None else closed
        if case.is_open and case.laid:
            if _is_held(case, self.clock()):
                raise Held(f"a hold lies, or lay of late, over case {case_id}")
            closed = self._close(case_id, stage, unlaid=False)
            case = closed or cases.get(case_id)
        if closed is None and case.answered:
            raise Answered(f"case {case_id} was answered")

    def _close(self, case_id: CaseId, stage: Stage, *, unlaid: bool) -> Case | None:
        if stage == Stage.LIMIT_PASSED:
            end = _after_the_limit(case_id)
            return cases.close(case_id, *end, self.clock(), only=_UNMEDIATED, unlaid=unlaid)
        return cases.close(case_id, Outcome.NO_RESPONSE, _reason(case_id), self.clock(), unlaid=unlaid)


_UNMEDIATED = (CaseStatus.RECEIVED, CaseStatus.NOTICED, CaseStatus.FEEDBACK)
"""Where nobody has applied: a mediation has a limit of its own, which Steer keeps."""


def _is_held(case: Case, now: datetime) -> bool:
    """Whether the lender's or the staff's word holds the case, or did within the last window's length."""
    profile = profiles.of_version(case.profile, case.profile_version)
    stopping = profile.purposes[Purpose.COLLECTION].stopped_by & case.laid.keys()
    ends = [case.hold_ends(kind) for kind in stopping]
    window = timedelta(seconds=profile.steps[-1].wait)
    return any(end is None or now < end + window for end in ends)


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
