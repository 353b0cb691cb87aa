"""Builds the real collaborators, each once and on first use; the only place that wires."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics

from chalicelib.settings import Settings
from chalicelib.store import lenders, rows
from chalicelib.store.lenders import Lender
from chalicelib.store.recent import Recent
from chalicelib.telemetry import Telemetry

if TYPE_CHECKING:
    from botocore.config import Config

    from chalicelib.intake.take import Intake
    from chalicelib.notices.send import Sender
    from chalicelib.timers import Timers
    from chalicelib.workflow.await_signal import AwaitSignal
    from chalicelib.workflow.close_case import CloseCase
    from chalicelib.workflow.send_notice import SendNotice
    from chalicelib.workflow.sweep import Sweep
    from chalicelib.workflow.take_loan_event import TakeLoanEvent
    from chalicelib.workflow.take_receipt import TakeReceipt


_SECRET_SECONDS, _LENDER_SECONDS = 300, 60


def utc_now() -> datetime:
    """The one place that asks the clock."""
    return datetime.now(UTC)


class Wiring:
    """Everything one process needs; what a function does not touch is never built."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], datetime] = utc_now,
        sender_clocks: Sequence[Callable[[], datetime]] = (),
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        """`sender_clocks`: clocks a webhook's timestamp may be fresh by; by default the clock itself."""
        self.settings = settings
        self.clock = clock
        self.sender_clocks = tuple(sender_clocks) or (clock,)
        self.randomness = randomness
        rows.bind(settings.table, settings.region)

    @cached_property
    def telemetry(self) -> Telemetry:
        return Telemetry(Logger(), Metrics())

    @cached_property
    def timers(self) -> Timers:
        from chalicelib.timers import Timers

        return Timers(self._client("stepfunctions"), self.settings.case_machine_arn)

    @cached_property
    def intake(self) -> Intake:
        from chalicelib.intake.take import Intake
        from chalicelib.store.queue import LoanEventQueue

        queue = LoanEventQueue(self._client("sqs"), self.settings.loan_events_queue_url)
        return Intake(queue, self.lender_secrets, self.reference_key)

    @cached_property
    def take_loan_event(self) -> TakeLoanEvent:
        from chalicelib.intake.accept import Accept
        from chalicelib.workflow.take_loan_event import TakeLoanEvent

        return TakeLoanEvent(Accept(self.timers, self.pepper, self.lender), self.telemetry, self.clock)

    @cached_property
    def take_receipt(self) -> TakeReceipt:
        from chalicelib.workflow.take_receipt import TakeReceipt

        return TakeReceipt(self.telemetry, self.clock)

    @cached_property
    def send_notice(self) -> SendNotice:
        from chalicelib.workflow.send_notice import SendNotice

        return SendNotice(
            timers=self.timers,
            sender=self._sender,
            telemetry=self.telemetry,
            clock=self.clock,
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
    def close_case(self) -> CloseCase:
        from chalicelib.workflow.close_case import CloseCase

        return CloseCase(self.clock)

    @cached_property
    def sweep(self) -> Sweep:
        from chalicelib.workflow.sweep import Sweep

        return Sweep(self.timers, self.telemetry, self.clock)

    @cached_property
    def _sender(self) -> Sender:
        from chalicelib.channels.email import SesEmail
        from chalicelib.channels.sms import EndUserMessagingSms
        from chalicelib.domain.codes import ChannelName
        from chalicelib.notices.send import Sender

        settings = self.settings
        sms = EndUserMessagingSms(
            self._client("pinpoint-sms-voice-v2", retries=0),
            settings.sms_origination,
            settings.sms_configuration_set,
        )
        email = SesEmail(
            self._client("sesv2", retries=0), settings.email_from, settings.email_configuration_set
        )
        return Sender({ChannelName.SMS: sms, ChannelName.EMAIL: email}, self.clock)

    def pepper(self) -> bytes:
        """The key of link tokens and second factors."""
        return self._key("link_pepper")

    def session_key(self) -> bytes:
        """The key of borrower sessions."""
        return self._key("session_key")

    def reference_key(self) -> bytes:
        """The key of event references."""
        return self._key("reference_key")

    def lender_secrets(self, lender: str) -> tuple[str, ...]:
        """Return a lender's webhook secrets; raises NotFound for a lender without any."""
        return tuple(self._secret(self.settings.lender_secret_prefix + lender)["webhook_secrets"])

    def _key(self, name: str) -> bytes:
        return str(self._secret(self.settings.keys_secret)[name]).encode()

    @cached_property
    def _secret(self) -> Callable[[str], dict[str, Any]]:
        from chalicelib.store.secrets import fetch

        return Recent(partial(fetch, self._client("secretsmanager")), _SECRET_SECONDS, time.monotonic)

    @cached_property
    def lender(self) -> Callable[[str], Lender]:
        """A lender's row, at most a minute old: it is on every road and changes once a year."""
        return Recent(lenders.get, _LENDER_SECONDS, time.monotonic)

    def _client(self, service: str, retries: int = 2) -> Any:
        """Return a client with short timeouts; a client that sends messages must not retry (`retries=0`)."""
        return rows.session().create_client(
            service, region_name=self.settings.region, config=self._config(retries)
        )

    @staticmethod
    def _config(retries: int) -> Config:
        from botocore.config import Config

        return Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": retries + 1})


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
