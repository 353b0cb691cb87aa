"""The joint application to a court is tracked: who joined it, until when it may be made, what came of it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.confirmation import Confirmation, Ruling
from chalicelib.domain.errors import OutOfTurn
from chalicelib.domain.keys import CaseId
from chalicelib.mediation.agreement.days import local_day
from chalicelib.mediation.agreement.draft import Wake
from chalicelib.store import agreements, cases, facts
from chalicelib.store.confirmations import RULING, confirmation_of
from chalicelib.store.facts import Fact


def join(case_id: CaseId, party: Party, now: datetime, wake: Wake, *, by: str = "") -> Confirmation:
    """Record that a side applies to the court; returns where the application then stands.

    `by` is the id of the member of staff, empty for the borrower. A repeat changes nothing. Raises TooLate
    after the term of the profile, OutOfTurn before the agreement is in force or where the law knows none.
    """
    case, agreement, found = _read(case_id)
    if party not in found.joined:
        found.require_open(party, local_day(case, now))
        which = (agreement.digest, party.value)
        facts.append(Fact(case_id, FactKind.CONFIRMATION, now, which, {"by": by}))
    wake(case_id)
    return _read(case_id)[2]


def record_ruling(
    case_id: CaseId, ruling: Ruling, now: datetime, wake: Wake, *, by: str, court: str, number: str
) -> None:
    """Record what the court made of it, with its own `number`; a repeat of the same changes nothing.

    Raises OutOfTurn unless both sides applied, or when another ruling is on record.
    """
    _, agreement, found = _read(case_id)
    if found.ruling != ruling:
        found.require_joint()
        detail = {"ruling": ruling.value, "court": court, "number": number, "by": by}
        facts.append(Fact(case_id, FactKind.CONFIRMATION, now, (agreement.digest, RULING), detail))
    wake(case_id)


def _read(case_id: CaseId) -> tuple[Case, Agreement, Confirmation]:
    case, agreement = cases.get(case_id), agreements.get(case_id)
    found = confirmation_of(case, agreement, facts.of(case_id, FactKind.CONFIRMATION))
    if agreement is None or found is None:
        raise OutOfTurn("no agreement is in force that a court could confirm")
    return case, agreement, found
