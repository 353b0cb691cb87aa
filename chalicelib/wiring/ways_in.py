"""The lenders' events: every way in, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.vault import Vault

if TYPE_CHECKING:
    from chalicelib.intake.take import Intake
    from chalicelib.store.quarantine import Quarantine
    from chalicelib.telemetry import Telemetry
    from chalicelib.timers import Timers
    from chalicelib.workflow.take_feed import TakeFeed
    from chalicelib.workflow.take_loan_event import TakeLoanEvent


class WaysIn(Vault):
    """The part of the wiring that takes events in."""

    clock: Callable[[], datetime]

    @property
    def telemetry(self) -> Telemetry:
        """The process's logger and metrics."""
        raise NotImplementedError

    @property
    def timers(self) -> Timers:
        """The machines."""
        raise NotImplementedError

    @cached_property
    def intake(self) -> Intake:
        from chalicelib.intake.take import Intake
        from chalicelib.store.queue import LoanEventQueue

        queue = LoanEventQueue(self.client("sqs"), self.settings.loan_events_queue_url)
        return Intake(queue, self.lender_keys, self.reference_key)

    @cached_property
    def take_loan_event(self) -> TakeLoanEvent:
        from chalicelib.intake.accept import Accept
        from chalicelib.workflow.take_loan_event import TakeLoanEvent

        accept = Accept(self.timers, self.hash_keys, self.lender)
        return TakeLoanEvent(accept, self.telemetry, self.clock)

    @cached_property
    def quarantine(self) -> Quarantine:
        from chalicelib.store.archive import Archive
        from chalicelib.store.quarantine import Quarantine

        return Quarantine(Archive(self.client("s3"), self.settings.records_bucket))

    @cached_property
    def take_feed(self) -> TakeFeed:
        from chalicelib.store import feeds
        from chalicelib.workflow.take_feed import TakeFeed

        return TakeFeed(self.intake, self.quarantine, feeds.of, self.telemetry, self.clock)
