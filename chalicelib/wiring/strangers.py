"""What writes to people of whom there is no case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.vault import Vault

if TYPE_CHECKING:
    from chalicelib.channels import Channel
    from chalicelib.complaints.tell_stranger import TellStranger
    from chalicelib.domain.codes import ChannelName
    from chalicelib.telemetry import Telemetry


class Strangers(Vault):
    """The part of the wiring that writes to strangers."""

    clock: Callable[[], datetime]
    randomness: Callable[[int], bytes]

    @property
    def telemetry(self) -> Telemetry:
        """Where what happened is told."""
        raise NotImplementedError

    @cached_property
    def tell_stranger(self) -> TellStranger:
        from chalicelib.complaints.tell_stranger import TellStranger

        return TellStranger(
            lambda: self.stranger_channels,
            self.person_key,
            self.randomness,
            self.telemetry,
            self.clock,
            self.settings.public_url,
        )

    @cached_property
    def stranger_channels(self) -> Mapping[ChannelName, Channel]:
        """Return e-mail and text without configuration sets: a receipt of either would belong to no case."""
        from chalicelib.channels.email import SesEmail
        from chalicelib.channels.sms import EndUserMessagingSms
        from chalicelib.domain.codes import ChannelName

        mail = SesEmail(self.client("sesv2", retries=0), self.settings.email_from, "")
        texts = self.client("pinpoint-sms-voice-v2", retries=0)
        sms = EndUserMessagingSms(texts, self.settings.sms_origination, "")
        return {ChannelName.EMAIL: mail, ChannelName.SMS: sms}
