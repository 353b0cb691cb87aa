"""Ways to reach a person: one Protocol, one provider per file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: `tags` come back in every receipt and hold ids only.

    `to` is a phone number (E.164), an e-mail address, postal lines joined by newlines, or the borrower's id
    in the lender's app. `template` (`cn/first_notice/SMS/zh-CN@1`) and `values` are for providers that fill
    in a registered template themselves; `pdf` is a letter's pages. `link` is the borrower's page for an app
    to open. `ttl` is the number of seconds after which the provider must give up, so that nothing is handed
    over once the permitted hours have ended; 0 leaves it to the provider.
    """

    to: str
    subject: str
    text: str
    html: str
    tags: dict[str, str]
    unsubscribe_url: str = ""
    language: str = ""
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    pdf: bytes = b""
    lender: str = ""
    link: str = ""
    ttl: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """A provider (`eum`, `ses`, `alibaba`, `in_app`, `letter`, `sandbox`) took the message under this id."""

    message_id: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider surely did not take it; `again` says that a later try may succeed."""

    code: str
    again: bool


@dataclass(frozen=True, slots=True)
class Unsure:
    """No answer came; the message may or may not be on its way, so it must not be sent again."""

    code: str


Result = Accepted | Refused | Unsure

# A reason is a provider's code; a free text (an SMTP answer, say) may name the recipient and is left out.
_CODE = re.compile(r"(?!.*\d{5})[A-Za-z][A-Za-z0-9_.:/ -]{0,63}")


def is_code(text: str) -> bool:
    """Whether a provider's word is a code, which may be kept and logged: short, and no number of anybody."""
    return _CODE.fullmatch(text) is not None


class Channel(Protocol):
    """A provider of one way to send; its client never retries by itself."""

    def send(self, message: Outgoing) -> Result:
        """Send once and say what became of it; never raises for what a provider or network does."""
        ...


# A later try, or another provider, may do: it throttles, its quota is spent, or its sending is paused.
_LATER = {
    "LimitExceededException",
    "SendingPausedException",
    "ServiceQuotaExceededException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


def result_of(error: ClientError | BotoCoreError) -> Refused | Unsure:
    """Return what a failed call means for the message (docs/architecture.md, Sending 5).

    A refused connection, a 4xx or what the SDK itself refuses never left a message behind; a read timeout,
    a broken connection or a 5xx may have.
    """
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return Unsure(code) if status >= 500 else Refused(code, again=code in _LATER or status == 429)
    name = type(error).__name__
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError | NoCredentialsError):
        return Refused(name, again=True)
    return Refused(name, again=False) if isinstance(error, ParamValidationError) else Unsure(name)
