"""Voice by AWS End User Messaging: a call that reads the text out and can hear nothing.

Who listens is not known before he confirms it, and this call cannot hear him do so: its text names no debt
(invariant 7), only who calls and where to ask. The template is held to that, not this adapter.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, result_of
from chalicelib.channels.sms import time_to_live

_LONGEST = 3000  # characters of plain text in one call

# A voice that reads its own language; a foreign one would read out noise.
_VOICES = {
    "de": "VICKI",
    "en": "JOANNA",
    "en-GB": "AMY",
    "en-IE": "AMY",
    "es": "LUCIA",
    "fr": "LEA",
    "it": "BIANCA",
    "nl": "LOTTE",
    "pl": "EWA",
    "pt": "INES",
    "zh": "ZHIYU",
}


class EndUserMessagingVoice:
    """Calls from one origination identity with one configuration set (whose events are our receipts)."""

    def __init__(self, client: Any, origination: str, configuration_set: str) -> None:
        self._client = client
        self._origination = origination
        self._configuration_set = configuration_set

    def send(self, message: Outgoing) -> Result:
        """Call once; see Channel.send. A language without a voice is refused for good."""
        voice = voice_of(message.language)
        if voice is None:
            return Refused("no_voice", again=False)
        if len(message.text) > _LONGEST:
            return Refused("text_too_long", again=False)
        try:
            answer = self._client.send_voice_message(
                DestinationPhoneNumber=message.to,
                OriginationIdentity=self._origination,
                MessageBody=message.text,
                MessageBodyTextType="TEXT",
                VoiceId=voice,
                ConfigurationSetName=self._configuration_set,
                Context=message.tags,
                **time_to_live(message.ttl),
            )
        except (ClientError, BotoCoreError) as error:
            return result_of(error)
        return Accepted(answer["MessageId"], "eum")


def voice_of(language: str) -> str | None:
    """Return the voice for a language tag (BCP 47: `en-GB`, else `en`), or None."""
    return _VOICES.get(language) or _VOICES.get(language.partition("-")[0])
