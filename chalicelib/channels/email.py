"""E-mail by Amazon SES v2, as text and HTML, to be unsubscribed by one click (RFC 2369, RFC 8058)."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, result_of

# One address and nothing else: no list, no display name, no comment, nothing that ends a header line.
_ADDRESS = re.compile(r"""[^\s@,;:<>()\[\]"\\]{1,64}@[^\s@,;:<>()\[\]"\\]{1,255}""")
_LINK = re.compile(r"https?://[!-;=?-~]{1,900}")  # printable ASCII without < and >; SES takes 995 characters
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class SesEmail:
    """Sends from one verified address through one configuration set (whose events are our receipts).

    Without a set nothing is told of a message once it left.
    """

    def __init__(self, client: Any, sender: str, configuration_set: str, reply_to: str = "") -> None:
        self._client = client
        self._sender = sender
        self._more: dict[str, Any] = {"ReplyToAddresses": [reply_to]} if reply_to else {}
        if configuration_set:
            self._more["ConfigurationSetName"] = configuration_set

    def send(self, message: Outgoing) -> Result:
        """Send the e-mail once; see Channel.send. What could break out of a header is refused for good."""
        if fault := _fault(message):
            return Refused(fault, again=False)
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.to]},
                Content={"Simple": _content(message)},
                EmailTags=[{"Name": name, "Value": value} for name, value in message.tags.items()],
                **self._more,
            )
        except (ClientError, BotoCoreError) as error:
            return result_of(error)
        return Accepted(answer["MessageId"], "ses")


def _fault(message: Outgoing) -> str:
    """Return what makes a message unsafe to put into headers, or nothing."""
    if not (_ADDRESS.fullmatch(message.to) and message.to.isprintable()):
        return "unsafe_address"
    if _CONTROL.search(message.subject):
        return "unsafe_subject"
    if message.unsubscribe_url and not _LINK.fullmatch(message.unsubscribe_url):
        return "unsafe_link"
    if not all(_TAG.fullmatch(str(part)) for tag in message.tags.items() for part in tag):
        return "unsafe_tag"
    return ""


def _content(message: Outgoing) -> dict[str, Any]:
    return {
        "Subject": {"Data": message.subject, "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": message.text, "Charset": "UTF-8"},
            "Html": {"Data": message.html, "Charset": "UTF-8"},
        },
        "Headers": [{"Name": name, "Value": value} for name, value in _headers(message).items()],
    }


def _headers(message: Outgoing) -> dict[str, str]:
    """Return the headers of our own: no robot answers to us (RFC 3834), and how to unsubscribe.

    One click is promised over https alone (RFC 8058 section 3.1).
    """
    headers = {"Auto-Submitted": "auto-generated"}
    if message.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
    if message.unsubscribe_url.startswith("https://"):
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
