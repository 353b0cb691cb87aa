"""Who works a case, and in which roles."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person of the staff may be; a person may be several."""

    MEDIATOR = "MEDIATOR"
    LEGAL_ADVISER = "LEGAL_ADVISER"
    EXPERT = "EXPERT"
    CASE_STAFF = "CASE_STAFF"
    COMPLAINT_HANDLER = "COMPLAINT_HANDLER"
    BANK_REPRESENTATIVE = "BANK_REPRESENTATIVE"
    SUPERVISOR = "SUPERVISOR"
    AUDITOR = "AUDITOR"


@dataclass(frozen=True)
class Actor:
    """A person of the staff: his id in the directory of sign-ins, the name others see, his roles.

    `lender` is the creditor a bank's representative speaks for; nobody else has one. `email` is his own
    address, to which the codes go that he signs with.
    """

    id: str
    name: str
    roles: frozenset[Role]
    lender: str = ""
    email: str = ""
