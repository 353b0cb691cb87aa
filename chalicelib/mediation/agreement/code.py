"""The one-time code that signs: sent for one document alone, apart from the codes that open a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import SIGNING_CODE, issue, signing_channel
from chalicelib.domain.agreement import Party
from chalicelib.domain.keys import CaseId
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.sign import to_sign
from chalicelib.store import persons, signing_codes, tries
from chalicelib.store.signing_codes import SigningCode
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class SendSigningCode:
    """Sets codes going; the senders derive the code anew, so that it waits in no queue and no execution."""

    timers: Timers

    def __call__(self, case_id: CaseId, digest: str, now: datetime) -> bool:
        """Send a code for the document that `digest` names; returns whether one was set going.

        None goes to whoever has signed, after too many tries, without an address, too soon or too often.
        Raises what `to_sign` raises.
        """
        case, agreement = to_sign(case_id, digest, now)
        if agreement.signed_at(Party.BORROWER) or tries.locked(tries.of_signing(case_id), now):
            return False
        channel = signing_channel(case.borrower, persons.get(case.borrower.person))
        if channel is None:
            return False
        before = signing_codes.get(case_id)
        issued = issue(before.issued if before else None, channel, now, SIGNING_CODE)
        if issued is None or not signing_codes.put(case_id, SigningCode(issued, digest), before):
            return False
        step = profile_of(case).step_named(issued.step)
        self.timers.deliver(case_id, step.name, step.patience, now)
        return True
