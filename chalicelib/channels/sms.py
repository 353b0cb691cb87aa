"""SMS by AWS End User Messaging (pinpoint-sms-voice-v2)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Result, result_of

_TTL_SECONDS = (5, 259_200)  # what the service takes; its own default is the longest, three days


class EndUserMessagingSms:
    """Sends through one origination identity and one configuration set (whose events are our receipts).

    Without a set nothing is told of a text once it left.

    What a message may cost is left to the account's spend limit: a price per message differs by country.
    """

    def __init__(self, client: Any, origination: str, configuration_set: str) -> None:
        self._client = client
        self._origination = origination
        self._configuration_set = configuration_set

    def send(self, message: Outgoing) -> Result:
        """Send the text once; see Channel.send."""
        try:
            answer = self._client.send_text_message(
                DestinationPhoneNumber=message.to,
                OriginationIdentity=self._origination,
                MessageBody=message.text,
                MessageType="TRANSACTIONAL",
                Context=message.tags,
                **({"ConfigurationSetName": self._configuration_set} if self._configuration_set else {}),
                **time_to_live(message.ttl),
            )
        except (ClientError, BotoCoreError) as error:
            return result_of(error)
        return Accepted(answer["MessageId"], "eum")


def time_to_live(seconds: int) -> dict[str, int]:
    """Return End User Messaging's parameter for `ttl`, within its bounds; nothing for 0."""
    shortest, longest = _TTL_SECONDS
    return {"TimeToLive": min(max(seconds, shortest), longest)} if seconds else {}
