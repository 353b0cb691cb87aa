"""An overdue event, or a reopening, opens a loan's case: one conditional write, one open case per loan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib import profiles
from chalicelib.domain import said
from chalicelib.domain.case import Case, Overdue
from chalicelib.domain.codes import FactKind, Outcome
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.domain.said import Loan, Unopened
from chalicelib.intake.balance import line
from chalicelib.intake.borrower import inherit, read_borrower
from chalicelib.intake.contract import OverdueData, ReopenedData
from chalicelib.intake.say import TRIES, remember, say
from chalicelib.intake.upstream import Upstream
from chalicelib.links import HashKeys
from chalicelib.repayment.pay import KEPT
from chalicelib.store import cases, persons, words
from chalicelib.store.lenders import Lender
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Opens cases and starts their executions; any repeat of the event heals either."""

    timers: Timers
    hash_keys: Callable[[], HashKeys]
    lender_of: Callable[[str], Lender]

    def overdue(self, upstream: Upstream, data: OverdueData) -> None:
        """Open the case of an overdue loan; an event that meets another's open case restates it instead."""
        lender = self.lender_of(upstream.taken.lender)
        told = told_by(upstream, data, lender, self.hash_keys())
        if cases.open_first(said.opened(told, None, upstream.mark)):
            self._start(told)
            return
        for _ in range(TRIES):
            known = cases.latest(told.id.loan_key)
            if known is None or self._carry_on(upstream, told, known):
                return
        raise TryAgain(f"loan {told.id.loan_key} is being written by others")

    def _carry_on(self, upstream: Upstream, told: Case, known: Case | Unopened) -> bool:
        """Do what the event means for a loan that is known; returns False when it changed meanwhile."""
        if isinstance(known, Unopened):
            inherit(told, known.known_as)
            return self._open(said.opened(told, known, upstream.mark), known)
        persons.inherit(known.borrower.person, told.borrower.person)
        if known.is_open:
            self._restate(upstream, told, known)
            return True
        if case := following(told, known, upstream.mark):
            return self._open(case, known)
        after = said.overdue(known, told, upstream.mark) if said.is_settled(known) else known
        return after == known or words.put(known, after)

    def _restate(self, upstream: Upstream, told: Case, known: Case) -> None:
        if known.opened_by == upstream.taken.event_id:
            self._start(known)
            return

        def change(loan: Loan, /) -> Loan:
            return said.overdue(loan, told, upstream.mark) if isinstance(loan, Case) else loan

        say(upstream, change, FactKind.BALANCE, line(told.amount))

    def reopened(self, upstream: Upstream, data: ReopenedData) -> None:
        """Restate the balance of an open case; open the next one of a loan that was settled, or whose plan
        was kept.

        The closed case stays closed, with all that was said in it: the next generation tells the borrower
        anew, and gives him the whole time to answer (*policy*).
        """
        amount = Amount(**data.outstanding.model_dump())

        def change(loan: Loan, /) -> Loan:
            again = said.noting(loan, said.REOPENED, upstream.mark)
            return said.restated(again, amount, upstream.at, upstream.mark)

        for _ in range(TRIES):
            known = cases.latest(upstream.taken.loan_key)
            if not isinstance(known, Case):
                if remember(upstream, known, change):
                    return
            elif known.is_open and known.opened_by == upstream.taken.event_id:
                self._start(known)
                return
            elif known.is_open or not was_paid(known, upstream.mark):
                say(upstream, change, FactKind.BALANCE, line(amount) | {"reason": data.reason})
                return
            elif self._open(again(upstream, change(known), self.lender_of(known.lender)), known):
                return
        raise TryAgain(f"loan {upstream.taken.loan_key} is being written by others")

    def _open(self, case: Case, known: Case | Unopened) -> bool:
        if isinstance(known, Case):
            persons.inherit(case.borrower.person, known.borrower.person)
        if not cases.open_next(case, known):
            return False
        if case.is_open:
            self._start(case)
        return True

    def _start(self, case: Case) -> None:
        kept = profiles.of_version(case.profile, case.profile_version)
        self.timers.start(case.id, kept.timers)


def following(told: Case, known: Case, mark: str) -> Case | None:
    """Return the case that an overdue event opens after a closed one, None when it is no news to it."""
    if not _is_news(told, known, mark):
        return None
    return said.opened(told.numbered(known.id.generation + 1), known, mark)


def again(upstream: Upstream, known: Case, lender: Lender) -> Case:
    """Return the next case of a loan, with its borrower and what the lender said last."""
    profile = profiles.current(lender.profile, upstream.now, lender.scope)
    overdue = Overdue(
        event_id=upstream.taken.event_id,
        event_time=known.balance_at,
        lender=known.lender,
        loan=known.loan,
        borrower=known.borrower,
        amount=known.amount,
        due_date=known.due_date,
        overdue_since=known.overdue_since,
        account_last4=known.account_last4,
        itemisation=known.itemisation,
        default_date=known.default_date,
    )
    following = CaseId(known.id.loan_key, known.id.generation + 1)
    case = Case.open(overdue, following, (profile.jurisdiction, profile.version), upstream.now)
    return replace(case, said=known.said, laid=known.laid)


def _is_news(told: Case, known: Case, mark: str) -> bool:
    """Whether an overdue event says more than what closed the loan's last case (*policy*).

    After a settlement: any later event. After silence or a mediation that ran out of time: only a loan that
    was brought current and fell overdue again, or a lender who repeats himself daily would have a borrower
    who cannot answer written to for ever.
    """
    if said.is_settled(known):
        return mark > said.latest(known, said.SETTLED)
    later = mark > said.latest(known, said.BALANCE)
    return later and (known.outcome == Outcome.SETTLED_OUTSIDE or told.overdue_since > known.overdue_since)


def was_paid(known: Case, mark: str) -> bool:
    """Whether a reopening is about what closed the case: a settlement, or the last payment of a plan."""
    if said.is_settled(known):
        return mark > said.latest(known, said.SETTLED)
    paid = known.outcome == Outcome.SETTLED_OUTSIDE or known.closed_reason == KEPT
    return paid and mark > said.latest(known, said.BALANCE)


def told_by(upstream: Upstream, data: OverdueData, lender: Lender, keys: HashKeys) -> Case:
    """Return a loan's first case as an overdue event alone would open it."""
    profile = profiles.current(lender.profile, upstream.now, lender.scope)
    overdue = Overdue(
        event_id=upstream.taken.event_id,
        event_time=upstream.at,
        lender=upstream.taken.lender,
        loan=upstream.loan,
        borrower=read_borrower(data.borrower, upstream.taken.loan_key, lender, keys),
        amount=Amount(**data.amount.model_dump()),
        due_date=data.due_date,
        overdue_since=data.overdue_since,
        account_last4=data.account_last4,
        itemisation=data.itemization.itemisation() if data.itemization else None,
        default_date=data.default_date,
    )
    first = CaseId(upstream.taken.loan_key, 1)
    return Case.open(overdue, first, (profile.jurisdiction, profile.version), upstream.now)
