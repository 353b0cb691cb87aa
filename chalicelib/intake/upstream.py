"""What every act of intake needs to know of the event it carries out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.store import cases, facts
from chalicelib.store.events import TakenEvent


@dataclass(frozen=True, slots=True)
class Upstream:
    """A stored event, its loan account, when it happened (`at`) and when it is handled (`now`), in UTC.

    `mark` says where it stands among all events of its loan (domain/said.py).
    """

    taken: TakenEvent
    loan: str
    at: datetime
    now: datetime
    mark: str

    def told_before(self, case: Case) -> bool:
        """Whether an earlier case of the loan had this event: its late repeat is no news to this one."""
        taken = self.taken
        earlier = [CaseId(taken.loan_key, number) for number in range(1, case.id.generation)]
        kinds = (FactKind.BALANCE, FactKind.HOLD, FactKind.CONTACT)
        if any(facts.exists(each, kind, taken.reference) for each in earlier for kind in kinds):
            return True
        return bool(earlier) and cases.opened_by(taken.loan_key, taken.event_id)
