"""Builds the providers of every channel: routed, paced, and apart for test and live lenders."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.channels import Channel
from chalicelib.channels.alibaba_sign import Credentials
from chalicelib.channels.alibaba_sms import AlibabaSms
from chalicelib.channels.breaker import BreakerRules
from chalicelib.channels.email import SesEmail
from chalicelib.channels.in_app import Endpoint, InAppWebhook
from chalicelib.channels.letter import PrintOutbox
from chalicelib.channels.pace import Pace
from chalicelib.channels.route import Provider, Routed
from chalicelib.channels.sandbox import LendersApart, Sandbox
from chalicelib.channels.sms import EndUserMessagingSms
from chalicelib.channels.voice import EndUserMessagingVoice
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Providers:
    """The providers this deployment uses, from its settings."""

    wiring: Wiring

    def channels(self) -> Mapping[ChannelName, Channel]:
        """Return each channel as a lender's messages take it; a channel without a provider refuses them."""
        wiring = self.wiring
        put = wiring.receipt_queue.put
        sandbox = Sandbox(put, put, wiring.clock, lambda: wiring.randomness(12).hex())
        routes = {
            ChannelName.SMS: self._sms(),
            ChannelName.EMAIL: self._email(),
            ChannelName.VOICE: self._voice(),
            ChannelName.LETTER: [Provider("letter", self._letter(), 1.0)],
            ChannelName.IN_APP: [Provider("in_app", self._in_app(), 1.0)],
        }
        return {name: LendersApart(_routed(route), sandbox, self._is_test) for name, route in routes.items()}

    def _is_test(self, lender: str) -> bool:
        return not self.wiring.lender(lender).live

    def _sms(self) -> list[Provider]:
        wiring, settings = self.wiring, self.wiring.settings
        client = wiring.client("pinpoint-sms-voice-v2", retries=0)
        eum = EndUserMessagingSms(client, settings.sms_origination, settings.sms_configuration_set)
        share = settings.alibaba_share
        routes = [Provider("eum", eum, 1.0 - share, pace=self._pace(settings.sms_per_second))]
        if share:
            alibaba = self._alibaba()
            routes.append(Provider("alibaba", alibaba, share, objects=alibaba.objects))
        return routes

    def _alibaba(self) -> AlibabaSms:
        wiring, name = self.wiring, self.wiring.settings.alibaba_secret
        kept = wiring.secret(name)

        def credentials() -> Credentials:
            fresh = wiring.secret(name)
            return Credentials(fresh["access_key_id"], fresh["access_key_secret"])

        return AlibabaSms(
            kept["sign_name"], kept["codes"], credentials, wiring.clock, lambda: wiring.randomness(16).hex()
        )

    def _email(self) -> list[Provider]:
        settings = self.wiring.settings
        ses = SesEmail(
            self.wiring.client("sesv2", retries=0), settings.email_from, settings.email_configuration_set
        )
        return [Provider("ses", ses, 1.0, pace=self._pace(settings.email_per_second))]

    def _voice(self) -> list[Provider]:
        settings = self.wiring.settings
        if not settings.voice_origination:
            return []
        client = self.wiring.client("pinpoint-sms-voice-v2", retries=0)
        calls = EndUserMessagingVoice(client, settings.voice_origination, settings.sms_configuration_set)
        return [Provider("eum", calls, 1.0, pace=self._pace(settings.voice_per_second))]

    def _letter(self) -> PrintOutbox:
        wiring = self.wiring
        return PrintOutbox(wiring.client("s3", retries=0), wiring.settings.print_bucket, wiring.clock)

    def _in_app(self) -> InAppWebhook:
        return InAppWebhook(self._endpoint, self.wiring.clock, allow_private=self.wiring.private_apps)

    def _endpoint(self, lender: str) -> Endpoint:
        secret = self.wiring.secret(self.wiring.settings.lender_secret_prefix + lender)
        if not secret.get("app_url"):
            raise NotFound(f"lender {lender!r} has no app")
        return Endpoint(secret["app_url"], secret["app_secret"])

    def _pace(self, per_second: float) -> Callable[[], None]:
        """Each of the senders keeps to its part of a provider's rate."""
        return Pace(per_second / self.wiring.settings.senders, time.monotonic, time.sleep).wait


def _routed(providers: list[Provider]) -> Routed:
    return Routed(providers, BreakerRules(), time.monotonic, random.random)
