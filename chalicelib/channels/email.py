"""E-mail by Amazon SES v2, as text and HTML, with a List-Unsubscribe link (RFC 2369)."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Result, result_of


class SesEmail:
    """Sends from one verified address through one configuration set (whose events are our receipts)."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, message: Outgoing) -> Result:
        """Send the e-mail once; see Channel.send."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.to]},
                Content={"Simple": _content(message)},
                EmailTags=[{"Name": name, "Value": value} for name, value in message.tags.items()],
                ConfigurationSetName=self._configuration_set,
            )
        except (ClientError, BotoCoreError) as error:
            return result_of(error)
        return Accepted(answer["MessageId"])


def _content(message: Outgoing) -> dict[str, Any]:
    return {
        "Subject": {"Data": message.subject, "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": message.text, "Charset": "UTF-8"},
            "Html": {"Data": message.html, "Charset": "UTF-8"},
        },
        "Headers": [{"Name": "List-Unsubscribe", "Value": f"<{message.unsubscribe_url}>"}],
    }
