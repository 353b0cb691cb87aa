"""Signing: each party once, under one document, the mediator last (invariant 15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links
from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind
from chalicelib.domain.errors import CaseClosed, OtherDocument, OutOfTurn, TooLate
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import mask_account
from chalicelib.mediation.agreement.complete import Complete
from chalicelib.mediation.agreement.days import local_day
from chalicelib.store import agreements, batch, cases, signatures, signing_codes, tries
from chalicelib.store.facts import Fact


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature is on record, now or from before."""


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code is not right, not fresh or not for this document; `left` tries remain."""

    left: int


@dataclass(frozen=True, slots=True)
class CodesLocked:
    """Too many tries; no code signs for 24 hours."""


Answer = Signed | WrongCode | CodesLocked


@dataclass(frozen=True, slots=True)
class Sign:
    """Takes signatures, and completes the agreement once all are there."""

    complete: Complete
    pepper: Callable[[], bytes]

    def as_borrower(self, case_id: CaseId, digest: str, code: str, now: datetime) -> Answer:
        """Sign the document that `digest` names with the code sent for it; each try is used up first.

        Raises OtherDocument, OutOfTurn when nothing is to be signed, TooLate after its last day, CaseClosed.
        """
        case, agreement = to_sign(case_id, digest, now)
        if agreement.signed_at(Party.BORROWER):
            return self._told(case_id)
        counted = tries.of_signing(case_id)
        left = tries.take(counted, now)
        if left is None:
            return CodesLocked()
        known = signing_codes.get(case_id)
        if known is None or known.digest != digest or not known.issued.good_at(now):
            return WrongCode(left)
        due = links.access_code(str(case_id), known.issued.step, self.pepper())
        if not links.matches(links.digits(code), due):
            return WrongCode(left) if left else CodesLocked()
        how = {"how": "CODE", "to": _address(case, known.issued.channel), "step": known.issued.step}
        fact = _fact(case_id, digest, Party.BORROWER, now, name=case.borrower.name, **how)
        if not signatures.put_with_code(fact, known):
            self._explain(case_id, digest, Party.BORROWER)
        batch.write([], gone=[counted])
        return self._told(case_id)

    def as_creditor(self, case_id: CaseId, digest: str, *, by: str, name: str, now: datetime) -> None:
        """Sign for the creditor; `by` is the representative's id. Raises as `as_borrower` does."""
        to_sign(case_id, digest, now)
        self._put(_fact(case_id, digest, Party.CREDITOR, now, by=by, name=name, how="STAFF"), now)

    def as_mediator(self, case_id: CaseId, digest: str, *, by: str, name: str, now: datetime) -> None:
        """Countersign, once both sides have signed; `by` is the mediator's id.

        Raises as `as_borrower` does; OutOfTurn too when a side has not signed, or `by` is not the case's
        mediator or signed for a side. A repeat completes what was left half done.
        """
        case, agreement = to_sign(case_id, digest, now)
        if not all(map(agreement.signed_at, (Party.BORROWER, Party.CREDITOR))):
            raise OutOfTurn("the mediator countersigns last: both sides sign first")
        if case.mediator and case.mediator != by:
            raise OutOfTurn(f"only the mediator of the case, {case.mediator}, countersigns")
        if by in signatures.signers(case_id, digest, Party.CREDITOR):
            raise OutOfTurn("whoever signed for the creditor cannot be the mediator too")
        self._put(_fact(case_id, digest, Party.MEDIATOR, now, by=by, name=name, how="STAFF"), now)

    def _put(self, fact: Fact, now: datetime) -> None:
        digest, party = fact.which[0], Party(fact.which[1])
        if not signatures.put(fact):
            self._explain(fact.case_id, digest, party)
        self.complete(fact.case_id, now)

    def _told(self, case_id: CaseId) -> Signed:
        self.complete.wake(case_id)  # he never signs last, so there is nothing to complete
        return Signed()

    @staticmethod
    def _explain(case_id: CaseId, digest: str, party: Party) -> None:
        """Return when the signature is there already; else raise for what stopped it."""
        if signatures.exists(case_id, digest, party):
            return
        if not cases.get(case_id).is_open:
            raise CaseClosed(f"case {case_id} is closed: nothing is signed in it any more")
        raise OutOfTurn("the agreement changed, or its code was used, in this moment; look at the case again")


def to_sign(case_id: CaseId, digest: str, now: datetime) -> tuple[Case, Agreement]:
    """Return a case and its agreement that is being signed.

    Raises OtherDocument unless `digest` is its document's, OutOfTurn, TooLate, CaseClosed.
    """
    case, agreement = cases.get(case_id), agreements.get(case_id)
    if not case.is_open:
        raise CaseClosed(f"case {case_id} is closed: nothing is signed in it any more")
    if agreement is None:
        raise OutOfTurn("there is no agreement to sign")
    if agreement.digest != digest:
        raise OtherDocument(f"the text to sign is {agreement.digest[:16]}, not {digest[:16]}: read it first")
    done = agreement.signed_by_all_at and case.status == CaseStatus.PLAN_ACTIVE
    if case.status != CaseStatus.SIGNING and not done:
        raise OutOfTurn(f"nothing is signed while the case is {case.status}")
    if local_day(case, now) > agreement.sign_by and not agreement.signed_by_all_at:
        raise TooLate(f"the time to sign ended on {agreement.sign_by}")
    return case, agreement


def _fact(case_id: CaseId, digest: str, party: Party, now: datetime, **said: str) -> Fact:
    return Fact(case_id, FactKind.SIGNATURE, now, (digest, party.value), said)


def _address(case: Case, channel: ChannelName) -> str:
    """Return enough of an address to know it by, and no more."""
    address = case.borrower.address(channel) or ""
    if channel == ChannelName.EMAIL:
        name, _, place = address.partition("@")
        return f"{name[:1]}***@{place}"
    return mask_account(address[-4:])
