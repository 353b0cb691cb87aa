"""The sweeper: finds what a crash or a lost signal left behind, and mends it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Stage
from chalicelib.domain.contact_rules import Verdict
from chalicelib.domain.mediation import STAGE_OF
from chalicelib.domain.plan_stage import KEPT_TO
from chalicelib.domain.profile import Profile, Step
from chalicelib.mediation.release import release
from chalicelib.notices.plan import Ground, claim_key, plan
from chalicelib.notices.send import lease_over
from chalicelib.notices.state import notice_states
from chalicelib.repayment.renegotiate import take_off_the_list
from chalicelib.store import agreements, cases, facts, lenders, persons, unmatched, waits
from chalicelib.store.facts import Fact
from chalicelib.store.waits import Wait
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.timers import RestartsSpent, Timers
from chalicelib.workflow.sweep_complaints import mend_complaints
from chalicelib.workflow.sweep_deliveries import mend_deliveries
from chalicelib.workflow.sweep_plans import AHEAD, mend_plan

_DAYS = 90  # longer than a case can stay open: 14 days to answer, 30 to mediate, and room for holds
_RECEIPTS = 50  # tried anew in one run
_GRACE = timedelta(minutes=5)  # a consumer, a retry or the machine itself may still be at it


@dataclass(frozen=True, slots=True)
class Sweep:
    """Looks at every case that is open, or closed with something still under way, once a run."""

    timers: Timers
    match_receipt: Callable[[str], bool]
    telemetry: Telemetry
    clock: Callable[[], datetime]

    def __call__(self, *, every: bool = False) -> int:
        """Mend what needs it; returns how many cases were mended.

        `every` asks for the execution of every open case, not only of those that are late: for after a
        restore, or on the local engine, whose executions do not survive a restart. Raises the last failure
        of a single case once all others are done.
        """
        swept = mended = 0
        known: set[tuple[str, str]] = set()
        failure: Exception | None = None
        for case in self._cases(every):
            swept += 1
            try:
                mended += self._mend(case, every)
                known.add((case.profile, case.profile_version))
            except RestartsSpent as spent:  # no fault of the sweeper's, and no sweep will mend it
                self.telemetry.count(Metric.RESTARTS_SPENT)
                self.telemetry.problem("restarts spent", case_id=str(case.id), execution=str(spent))
            except Exception as error:  # one case that cannot be mended must not keep the others waiting
                self.telemetry.problem("case not mended", case_id=str(case.id), error=type(error).__name__)
                failure = error
        mended += mend_complaints(self.timers, self.telemetry, self.clock(), every=every)
        self._match_receipts()
        self._watch_calendars(known)
        self.telemetry.count(Metric.CASES_SWEPT, swept)
        self.telemetry.count(Metric.CASES_MENDED, mended)
        if failure:
            raise failure
        return mended

    def _cases(self, every: bool) -> Iterator[Case]:
        """Yield the cases filed up to today; with `every` also those filed ahead, which keep to a plan."""
        today = self.clock()
        days = [*range(_DAYS), *(-1 - ahead for ahead in range(AHEAD if every else 0))]
        for lender in lenders.ids():
            for back in days:
                for loan_key in cases.opened_on(lender, today - timedelta(days=back)):
                    case = cases.latest(loan_key)
                    if isinstance(case, Case):
                        yield case

    def _match_receipts(self) -> None:
        """Try some receipts anew that had no place when they came, other ones each run."""
        start = hashlib.sha256(str(self.clock().timestamp()).encode()).hexdigest()
        for name, body in list(unmatched.some(start, _RECEIPTS)):
            if self.match_receipt(body):
                unmatched.forget(name)

    def _watch_calendars(self, known: Iterable[tuple[str, str]]) -> None:
        """Tell for how many days the public holidays of the cases' countries are still known."""
        today = self.clock().date()
        left = [(profiles.of_version(*each).calendar.known_until - today).days for each in known]
        if left:
            self.telemetry.count(Metric.CALENDAR_DAYS_LEFT, max(0, min(left)))

    def _mend(self, case: Case, every: bool) -> bool:
        stuck, sending = self._settle_claims(case)
        wait = waits.get(case.id)
        if not case.is_open:
            return self._retire(case, wait, sending)
        if case.status in KEPT_TO:
            return mend_plan(case, wait, self.timers, self.clock(), every=every) or stuck
        if wait and self._outlasts_its_hold(case, wait):
            return self.timers.defer(wait.token, wait.resume, 1) or stuck
        lost = wait is not None and _signal_was_lost(case, wait)
        if wait and lost and self.timers.answer(wait.token):
            return True
        # A send without an outcome had a sender that died, and its execution may have died with it.
        started = (every or lost or stuck or self._is_suspect(case, wait)) and self._restart(case, wait)
        delivering = mend_deliveries(case, self.timers, self.clock(), every=every)
        return stuck or started or delivering

    def _settle_claims(self, case: Case) -> tuple[bool, bool]:
        """Write UNKNOWN for each send whose sender is gone and of which nobody has heard.

        Returns whether there was one, and whether a sender may still be at work (docs/architecture.md).
        """
        now = self.clock()
        over = [key for key, value in case.claims.items() if lease_over(value, now)]
        states = notice_states(over, facts.of(case.id)) if over else {}
        stuck = [key for key in over if states[key] == "SENDING"]
        for key in stuck:
            facts.append(Fact(case.id, FactKind.UNKNOWN, now, tuple(key.split("#"))))
            self.telemetry.count(Metric.NOTICE_UNKNOWN)
            self.telemetry.problem("notice unknown", case_id=str(case.id), notice=key)
        return bool(stuck), len(over) < len(case.claims)

    def _retire(self, case: Case, wait: Wait | None, sending: bool) -> bool:
        """End what a closed case still holds or waits for; once nothing is, the sweeper sees it no more."""
        woken = wait is not None and self.timers.settle(wait.token)
        take_off_the_list(case)
        release(case, self.timers)
        if not sending:
            cases.retire(case.id)
        return woken

    def _outlasts_its_hold(self, case: Case, wait: Wait) -> bool:
        """Whether a case waits on although the hold it waited for was lifted: the signal came too early."""
        if wait.stage != Stage.AWAIT_WINDOW or not case.laid or wait.deadline < self.clock() + _GRACE:
            return False
        profile, now = profiles.of_version(case.profile, case.profile_version), self.clock()
        steps = [step for step in profile.steps if step.stage == wait.resume]
        person = persons.get(case.borrower.person)
        grounds = [Ground(case, person, profile, each, now, now) for each in steps]
        return any(plan(ground).having(Verdict.ALLOW) for ground in grounds)

    def _is_suspect(self, case: Case, wait: Wait | None) -> bool:
        """Whether the execution may be gone: it is late, or its step left something unsent for a while."""
        now = self.clock()
        if wait is None:
            return now > case.opened_at + _GRACE
        if now > wait.deadline + _GRACE:
            return True
        profile = profiles.of_version(case.profile, case.profile_version)
        for step in profile.steps:
            if step.stage == wait.stage and _unfinished(case, profile, step, now):
                return now > wait.deadline - timedelta(seconds=step.wait) + _GRACE
        return False

    def _restart(self, case: Case, wait: Wait | None) -> bool:
        profile = profiles.of_version(case.profile, case.profile_version)
        timers = dict(profile.timers)
        if wait and wait.stage == Stage.ANSWERED:
            left = math.ceil((wait.deadline - self.clock()).total_seconds())
            timers[Stage.ANSWERED.value] = max(1, left)
        started = self.timers.ensure_running(case.id, timers)
        if started:
            self.telemetry.problem("execution started anew", case_id=str(case.id), lender=case.lender)
        return started


def _unfinished(case: Case, profile: Profile, step: Step, now: datetime) -> bool:
    if all(claim_key(step.name, channel) in case.claims for channel in step.channels):
        return False
    return plan(Ground(case, persons.get(case.borrower.person), profile, step, now, now)).unfinished


def _signal_was_lost(case: Case, wait: Wait) -> bool:
    if case.status == CaseStatus.SIGNING and agreements.is_signed(case.id):
        return True  # whoever signed last died before the seal, which Steer then makes up for
    return case.answered and STAGE_OF[case.status] not in (wait.stage, wait.resume)
