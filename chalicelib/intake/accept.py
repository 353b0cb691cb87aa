"""A stored event becomes what it means: a case opened, a balance restated, a hold laid, a case settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from chalicelib.domain import said
from chalicelib.intake import balance
from chalicelib.intake.borrower import ChangeContact
from chalicelib.intake.contract import (
    AmountData,
    BalanceData,
    ContactData,
    EventData,
    HoldData,
    OverdueData,
    PaymentData,
    ReopenedData,
    SettledData,
)
from chalicelib.intake.hold import take_hold
from chalicelib.intake.open_case import OpenCase
from chalicelib.intake.parse import LoanEvent, parse_event
from chalicelib.intake.upstream import Upstream
from chalicelib.links import HashKeys
from chalicelib.repayment.pay import TakePayment
from chalicelib.store import events
from chalicelib.store.events import TakenEvent
from chalicelib.store.lenders import Lender
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Accept:
    """Carries out loan events; every step may be repeated and heals a death at the step before."""

    timers: Timers
    hash_keys: Callable[[], HashKeys]
    lender_of: Callable[[str], Lender]

    def accept(self, reference: str, now: datetime) -> None:
        """Carry out the event stored under `reference` at `now` (UTC).

        Of two words on the same thing the later stands, in whatever order they come (domain/said.py).
        Raises NotFound when there is no such event.
        """
        taken = events.get(reference)
        event = parse_event(taken.body.encode())
        self._carry_out(upstream_of(taken, event, now), event.data)

    def _carry_out(self, upstream: Upstream, data: EventData) -> None:
        match data:
            case OverdueData():
                self._opener.overdue(upstream, data)
            case ReopenedData():
                self._opener.reopened(upstream, data)
            case HoldData():
                take_hold(upstream, data, self.lender_of(upstream.taken.lender), self.timers)
            case ContactData():
                ChangeContact(self.hash_keys)(upstream, data)
            case PaymentData() if balance.credit(upstream, data, TakePayment(self.timers)):
                pass  # on a plan, with all that follows from it
            case PaymentData() | BalanceData():
                self._restate(upstream, data.outstanding)
            case SettledData():
                balance.settle(upstream, self.timers)
            case _:
                assert_never(data)

    def _restate(self, upstream: Upstream, outstanding: AmountData) -> None:
        if outstanding.total:
            balance.restate(upstream, outstanding)
        else:
            balance.settle(upstream, self.timers)

    @property
    def _opener(self) -> OpenCase:
        return OpenCase(self.timers, self.hash_keys, self.lender_of)


def upstream_of(taken: TakenEvent, event: LoanEvent, now: datetime) -> Upstream:
    """Return what is known of an event beside its data."""
    exact = event.time or taken.received_at
    by = said.mark(exact, event.sequence, event.id)
    # The table keeps whole seconds; what is compared with it must have no more.
    return Upstream(taken, event.subject, exact.replace(microsecond=0), now, by)
