"""SMS by AWS End User Messaging (pinpoint-sms-voice-v2)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Result, result_of


class EndUserMessagingSms:
    """Sends through one origination identity and one configuration set (whose events are our receipts)."""

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
                ConfigurationSetName=self._configuration_set,
                Context=message.tags,
            )
        except (ClientError, BotoCoreError) as error:
            return result_of(error)
        return Accepted(answer["MessageId"])
