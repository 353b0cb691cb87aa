"""Builds the real collaborators, each once and on first use; the only place that wires."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics

from chalicelib.settings import Settings
from chalicelib.store import rows
from chalicelib.telemetry import Telemetry
from chalicelib.wiring.agreements import Agreements
from chalicelib.wiring.sign_in import SignIn
from chalicelib.wiring.strangers import Strangers
from chalicelib.wiring.ways_in import WaysIn

if TYPE_CHECKING:
    from chalicelib.domain.keys import CaseId
    from chalicelib.notices.send import Sender
    from chalicelib.timers import Timers
    from chalicelib.workflow.await_payment import AwaitPayment
    from chalicelib.workflow.await_signal import AwaitSignal
    from chalicelib.workflow.close_case import CloseCase
    from chalicelib.workflow.dispatch import Dispatch
    from chalicelib.workflow.keep_clocks import AwaitAct, SteerComplaint
    from chalicelib.workflow.preview import Preview
    from chalicelib.workflow.steer import Steer
    from chalicelib.workflow.steer_plan import SteerPlan
    from chalicelib.workflow.sweep import Sweep
    from chalicelib.workflow.take_evidence import TakeEvidence
    from chalicelib.workflow.take_notice import TakeNotice
    from chalicelib.workflow.take_receipt import TakeReceipt


def utc_now() -> datetime:
    """The one place that asks the clock."""
    return datetime.now(UTC)


class Wiring(Agreements, Strangers, SignIn, WaysIn):
    """Everything one process needs; what a function does not touch is never built."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = utc_now,
        sender_clocks: Sequence[Callable[[], datetime]] = (),
        randomness: Callable[[int], bytes] = os.urandom,
        private_apps: bool = False,
        issuer_at: str = "",
    ) -> None:
        """`sender_clocks`: clocks a webhook's timestamp may be fresh by; by default the clock itself.

        `private_apps`: lenders' apps may be on this machine, without TLS; for the local engine alone.
        `issuer_at`: where the staff's user pool has its keys, if not under its own name.
        """
        self.settings = settings
        self.clock = clock
        self.sender_clocks = tuple(sender_clocks) or (clock,)
        self.randomness = randomness
        self.private_apps = private_apps
        self.issuer_at = issuer_at
        rows.bind(settings.table, settings.region)

    @cached_property
    def telemetry(self) -> Telemetry:
        return Telemetry(Logger(), Metrics())

    @cached_property
    def timers(self) -> Timers:
        from chalicelib.timers import Timers

        settings = self.settings
        return Timers(
            self.client("stepfunctions"),
            settings.case_machine_arn,
            settings.delivery_machine_arn,
            settings.repayment_machine_arn,
            settings.complaint_machine_arn,
        )

    @cached_property
    def take_receipt(self) -> TakeReceipt:
        from chalicelib.notices.print_house import PrintHouse
        from chalicelib.notices.receipts import Receipts
        from chalicelib.notices.replies import Replies
        from chalicelib.store.archive import Archive
        from chalicelib.workflow.take_receipt import TakeReceipt

        prints = Archive(self.client("s3"), self.settings.print_bucket)
        return TakeReceipt(
            Receipts(self.archive, self.timers, self.clock),
            Replies(self.timers, self.person_key, self.clock),
            PrintHouse(prints),
            self.telemetry,
            self.clock,
        )

    @cached_property
    def take_notice(self) -> TakeNotice:
        from chalicelib.workflow.backoff import Backoff
        from chalicelib.workflow.deliver import Deliver
        from chalicelib.workflow.send_notice import SendNotice
        from chalicelib.workflow.take_notice import TakeNotice

        backoff = Backoff(self.randomness)
        return TakeNotice(
            SendNotice(self.timers, self._dispatch, backoff, self.clock),
            Deliver(self.timers, self._dispatch, backoff, self.clock),
        )

    @cached_property
    def preview(self) -> Preview:
        from chalicelib.workflow.preview import Preview
        from chalicelib.workflow.write_notice import WriteNotice

        return Preview(self.hash_keys, self.lender, WriteNotice(self.telemetry, self.pepper))

    @cached_property
    def _dispatch(self) -> Dispatch:
        from chalicelib.workflow.dispatch import Dispatch
        from chalicelib.workflow.write_notice import WriteNotice

        return Dispatch(
            write=WriteNotice(self.telemetry, self.pepper),
            sender=self._sender,
            telemetry=self.telemetry,
            randomness=self.randomness,
            pepper=self.pepper,
            public_url=self.settings.public_url,
            lender_of=self.lender,
        )

    @cached_property
    def await_signal(self) -> AwaitSignal:
        from chalicelib.workflow.await_signal import AwaitSignal

        return AwaitSignal(self.timers, self.clock)

    @cached_property
    def steer(self) -> Steer:
        from chalicelib.workflow.steer import Steer

        return Steer(self.timers, self.telemetry, self.clock, self.complete_alone)

    @cached_property
    def close_case(self) -> CloseCase:
        from chalicelib.workflow.close_case import CloseCase

        return CloseCase(self.clock)

    @cached_property
    def steer_plan(self) -> SteerPlan:
        from chalicelib.repayment.steer import Steer
        from chalicelib.workflow.steer_plan import SteerPlan

        return SteerPlan(Steer(self.timers, self.clock), self.telemetry)

    @cached_property
    def await_payment(self) -> AwaitPayment:
        from chalicelib.workflow.await_payment import AwaitPayment

        return AwaitPayment(self.timers, self.clock)

    @cached_property
    def steer_complaint(self) -> SteerComplaint:
        from chalicelib.complaints.steer import Steer
        from chalicelib.workflow.keep_clocks import SteerComplaint

        steer = Steer(self.timers, self.telemetry, self.clock, self.tell_stranger)
        return SteerComplaint(steer, self.telemetry)

    @cached_property
    def await_act(self) -> AwaitAct:
        from chalicelib.workflow.keep_clocks import AwaitAct

        return AwaitAct(self.timers, self.clock)

    @cached_property
    def sweep(self) -> Sweep:
        from chalicelib.workflow.sweep import Sweep

        return Sweep(self.timers, self.take_receipt.match, self.telemetry, self.clock)

    @cached_property
    def _sender(self) -> Sender:
        from chalicelib.notices.send import Sender
        from chalicelib.wiring.providers import Providers

        return Sender(Providers(self).channels(), self.archive, self.clock)

    def wake(self, case_id: CaseId) -> None:
        """End the wait of a case's execution, once what happened is on record."""
        from chalicelib.mediation.wake import wake

        wake(case_id, self.timers)

    def repay(self, case_id: CaseId, plan: int) -> None:
        """Start keeping a case to its plan, the `plan`-th agreed."""
        self.timers.repay(case_id, plan, self.clock())

    @cached_property
    def take_evidence(self) -> TakeEvidence:
        from chalicelib.borrower.evidence import TakeDocument
        from chalicelib.workflow.take_evidence import TakeEvidence

        return TakeEvidence(TakeDocument(self.uploads, self.archive, self.clock), self.telemetry)


_installed: Wiring | None = None


def wired() -> Wiring:
    """Return the process's wiring, built from the environment on first use."""
    global _installed
    if _installed is None:
        _installed = Wiring(Settings.from_environment())
    return _installed


def install(wiring: Wiring) -> None:
    """Make `wiring` the process's own: the local runner's with its movable clock, a test's."""
    global _installed
    _installed = wiring
