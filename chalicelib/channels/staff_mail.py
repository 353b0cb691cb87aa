"""Plain e-mails to a member of the staff: sent once, or the sender is told that it did not leave."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from chalicelib.channels import Channel, Outgoing, Refused
from chalicelib.domain.errors import NotNow


@dataclass(frozen=True, slots=True)
class StaffMail:
    """Sends by a channel for e-mail whose client does not retry."""

    channel: Channel

    def __call__(self, to: str, subject: str, text: str) -> None:
        """Send an e-mail once; raises NotNow when it surely did not leave.

        It goes through no configuration set: a receipt of it would belong to no case.
        """
        lines = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line)
        result = self.channel.send(Outgoing(to=to, subject=subject, text=text, html=lines, tags={}))
        if isinstance(result, Refused):
            raise NotNow("the e-mail could not be sent ({code}); try again in a minute", code=result.code)
