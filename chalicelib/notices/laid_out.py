"""A composed letter with its pages: for the print house, and for the borrower to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.domain.local_form import format_date
from chalicelib.notices.compose import Message
from chalicelib.notices.variables import Variables


def with_pages(message: Message, values: Variables, postal: Sequence[str], jurisdiction: str) -> Message:
    """Return a LETTER with its PDF; `postal` are the lines below the name.

    Raises LetterHeld (see letter_pdf). The typesetter is heavy, so only who needs a letter loads it.
    """
    from chalicelib.notices.letter import Letter, letter_pdf

    sender = (values.initiator_name, values.collector_address, values.complaint_contact)
    letter = Letter(
        sender=tuple(line for line in sender if line),
        recipient=(values.recipient_name, *postal),
        date=format_date(values.today, message.language),
        subject=message.subject,
        blocks=message.blocks,
        language=message.language,
        notice_id=values.notice_id,
        verify_code=values.verify_code,
    )
    return replace(message, pdf=letter_pdf(letter, "LETTER" if jurisdiction == "US" else "A4"))
