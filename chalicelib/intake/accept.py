"""A stored event becomes what it means: a case opened, a balance restated, a case settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from chalicelib.intake import balance
from chalicelib.intake.contract import OverdueData, PaymentData, SettledData
from chalicelib.intake.open_case import open_case
from chalicelib.intake.parse import parse_event
from chalicelib.intake.upstream import Upstream
from chalicelib.links import HashKeys
from chalicelib.repayment.pay import TakePayment
from chalicelib.store import events
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

        Order is by event time: what is older than the balance on record changes nothing (policy).
        Raises NotFound when there is no such event.
        """
        taken = events.get(reference)
        event = parse_event(taken.body.encode())
        # The table keeps whole seconds; what is compared with it must have no more.
        at = (event.time or taken.received_at).replace(microsecond=0)
        upstream = Upstream(taken, event.subject, at, now)
        match event.data:
            case OverdueData() as data:
                open_case(upstream, data, self.lender_of(taken.lender), self.hash_keys(), self.timers)
            case PaymentData() as data if balance.credit(upstream, data, TakePayment(self.timers)):
                pass  # on a plan, with all that follows from it
            case PaymentData() as data if data.outstanding.total > 0:
                balance.restate(upstream, data.outstanding)
            case PaymentData() | SettledData():
                balance.settle(upstream, self.timers)
            case _:
                assert_never(event.data)
