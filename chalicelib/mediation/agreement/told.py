"""What a borrower is told about a text that waits for his signature, while it does."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.mediation.tell import tell
from chalicelib.notices import purposes as shown_values
from chalicelib.store import agreements
from chalicelib.timers import Timers

TO_SIGN = "agreement_to_sign"


def name(agreement: Agreement) -> str:
    """Return the name its message is sent under: each text has one of its own."""
    return f"{TO_SIGN}-{agreement.sequence}"


def ask_to_sign(case: Case, agreement: Agreement, timers: Timers, at: datetime) -> None:
    """Send the final text's message, due at `at`; a repeat starts none."""
    tell(case, name(agreement), timers, at)


def is_needless(case: Case, step: str) -> bool:
    """Whether a message asks for a signature that is given, refused or too late by now."""
    kind, _, _ = step.partition("-")
    return kind == TO_SIGN and waiting(case, step) is None


def shown(case: Case, step: str) -> shown_values.Agreement | None:
    """Return what a message says of the text it asks to sign; None when nobody waits for that any more."""
    found = waiting(case, step)
    if found is None:
        return None
    return shown_values.Agreement(
        reference=found.reference,
        sign_by=found.sign_by,
        total=found.total,
        instalments=found.instalments,
        first_due=found.first_due,
        digest=found.digest,
    )


def waiting(case: Case, step: str) -> Agreement | None:
    """Return the text that a message is about, as long as it waits for the borrower's signature."""
    found = agreements.get(case.id)
    if found is None or case.status != CaseStatus.SIGNING or found.signed_at(Party.BORROWER):
        return None
    return found if step == name(found) else None
