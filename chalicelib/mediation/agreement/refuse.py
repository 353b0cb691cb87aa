"""A text that is not signed: somebody refuses, and the mediation goes on or closes without one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import CaseClosed, OutOfTurn
from chalicelib.domain.keys import CaseId
from chalicelib.mediation.agreement.draft import Wake
from chalicelib.mediation.agreement.sign import to_sign
from chalicelib.store import agreement_steps, cases, facts
from chalicelib.store.facts import Fact

_UNSIGNED = (CaseStatus.ADJOURNED, CaseStatus.DRAFTED)


@dataclass(frozen=True, slots=True)
class Refuse:
    """Takes refusals. Refusing is never held against anybody (invariant 19)."""

    wake: Wake

    def __call__(
        self, case_id: CaseId, digest: str, party: Party, now: datetime, *,
        why: str = "", by: str = "", reference: str = "",
    ) -> None:  # fmt: skip
        """Record that a party does not sign this text: nobody signs it any more, and the case is adjourned.

        `by` is the id of the member of staff, empty for the borrower. A repeat changes nothing. Raises
        OutOfTurn once all have signed, and what `to_sign` raises.
        """
        if not facts.exists(case_id, FactKind.UNSIGNED, digest):
            _, agreement = to_sign(case_id, digest, now)
            if agreement.signed_by_all_at:
                raise OutOfTurn("all have signed: the agreement stands, and can only be changed together")
            detail = {"who": party.value, "why": why, "by": by, "reference": reference}
            _leave(Fact(case_id, FactKind.UNSIGNED, now, (digest,), detail))
        self.wake(case_id)


def close_without_agreement(
    case_id: CaseId, now: datetime, *, by: str, why: str, wake: Callable[[CaseId], None]
) -> Case:
    """Close an adjourned mediation as NOT_AGREED, by its mediator's choice; a repeat changes nothing.

    Raises OutOfTurn unless the case is ADJOURNED or DRAFTED, or closed so already.
    """
    case = cases.get(case_id)
    if case.is_open:  # a text that became final in this moment stays final
        closed = cases.close(case_id, Outcome.NOT_AGREED, f"{by}: {why}", now, only=_UNSIGNED)
        case = closed or cases.get(case_id)
    if case.outcome != Outcome.NOT_AGREED:
        raise OutOfTurn(
            "a mediation ends without agreement from ADJOURNED or DRAFTED, not {status}", status=case.status
        )
    wake(case_id)
    return case


def _leave(fact: Fact) -> None:
    if agreement_steps.leave_unsigned(fact.case_id, fact):
        return
    if facts.exists(fact.case_id, fact.kind, *fact.which):
        return
    case = cases.get(fact.case_id)
    if not case.is_open:
        raise CaseClosed("case {case} is closed", case=case.id)
    raise OutOfTurn("nothing is signed while the case is {status}", status=case.status)
