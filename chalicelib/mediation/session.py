"""A mediation meets: opened by its mediator, adjourned, or ended without an agreement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.mediation import standing
from chalicelib.mediation.release import release
from chalicelib.mediation.wake import wake
from chalicelib.store import cases, meetings
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

ENDINGS = (
    Outcome.NOT_AGREED,
    Outcome.NO_SHOW,
    Outcome.REFUSED,
    Outcome.OUT_OF_SCOPE,
    Outcome.WITHDRAWN,
)
"""How a mediation ends that comes to no agreement."""
_TALKING = (
    CaseStatus.ASSIGNED,
    CaseStatus.SCHEDULED,
    CaseStatus.IN_SESSION,
    CaseStatus.ADJOURNED,
    CaseStatus.DRAFTED,
)


@dataclass(frozen=True, slots=True)
class Session:
    """Carries a mediation's sessions.

    `unfit` names why a professional may not chair on a day: nothing when he may (invariant 14).
    """

    timers: Timers
    unfit: Callable[[str, date], Sequence[str]]

    def open(self, case_id: CaseId, by: str, now: datetime) -> bool:
        """Open the session that was booked; returns whether that is new.

        Only its own mediator opens it, and only while his training and assessment are current. Raises
        NotNow otherwise, naming what is lacking.
        """
        case = cases.get(case_id)
        if case.status == CaseStatus.IN_SESSION:
            return False
        standing.require(case, (CaseStatus.SCHEDULED,), "open a session")
        self._require_chair(case, by, now)
        in_session = standing.at(case, CaseStatus.IN_SESSION, now)
        new = standing.move(case, in_session, self._fact(case, "opened", by, now))
        wake(case_id, self.timers)
        return new

    def adjourn(self, case_id: CaseId, by: str, reason: str, now: datetime) -> bool:
        """Adjourn a session, or note that somebody did not come; another time has to be found."""
        case = cases.get(case_id)
        if case.status == CaseStatus.ADJOURNED:
            return False
        standing.require(case, (CaseStatus.IN_SESSION, CaseStatus.SCHEDULED), "adjourn")
        adjourned = standing.at(case, CaseStatus.ADJOURNED, now)
        new = standing.move(case, adjourned, self._fact(case, "adjourned", by, now, reason))
        wake(case_id, self.timers)
        return new

    def end(self, case_id: CaseId, outcome: Outcome, by: str, reason: str, now: datetime) -> bool:
        """Close a mediation that came to no agreement, with the reason both sides are told.

        Nothing of it worsens how the borrower is treated (invariant 19). Raises NotNow for an outcome that is
        none of ENDINGS, for a case that no mediator has or that ended otherwise, and when an act was quicker.
        Returns whether that is new.
        """
        case = cases.get(case_id)
        new = case.outcome != outcome
        if outcome not in ENDINGS:
            raise NotNow("a mediation without an agreement ends as one of {endings}", endings=ENDINGS)
        if new:
            standing.require(case, _TALKING, "end a mediation")
            standing.close(case, outcome, reason, self._fact(case, "ended", by, now, reason))
        release(cases.get(case_id), self.timers)
        wake(case_id, self.timers)
        return new

    def _require_chair(self, case: Case, by: str, now: datetime) -> None:
        if by != case.mediator:
            raise NotNow("case {case} has another mediator; only he opens its session", case=case.id)
        lacking = self.unfit(by, now.astimezone(standing.zone_of(case)).date())
        if lacking:
            raise NotNow("this mediator may not chair today: {why}", why=tuple(lacking))

    @staticmethod
    def _fact(case: Case, what: str, by: str, now: datetime, reason: str = "") -> Fact:
        meeting = meetings.get(case.id)
        which = (f"{meeting.number if meeting else 0:02d}", what, stamp(now))
        return Fact(case.id, FactKind.SESSION, now, which, {"by": by, "reason": reason})
