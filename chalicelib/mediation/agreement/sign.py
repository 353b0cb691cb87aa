"""Signing: each party once, under one document, the mediator last (invariant 15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links
from chalicelib.domain.actor import Actor
from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind
from chalicelib.domain.errors import CaseClosed, OtherDocument, OutOfTurn, TooLate
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import mask_account, mask_email
from chalicelib.mediation.agreement.days import local_day
from chalicelib.mediation.agreement.draft import Wake
from chalicelib.store import agreements, batch, cases, signatures, signing_codes, tries
from chalicelib.store.facts import Fact
from chalicelib.store.signing_codes import SigningCode


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature is on record; `new` says whether this very call put it there."""

    new: bool


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
    """Takes signatures, and has the agreement completed once all are there.

    Who may not use the seal wakes the machine instead, which completes what all have signed.
    """

    complete: Callable[[CaseId, datetime], object]
    wake: Wake
    pepper: Callable[[], bytes]

    def as_borrower(self, case_id: CaseId, digest: str, code: str, now: datetime) -> Answer:
        """Sign the document that `digest` names with the code sent for it; each try is used up first.

        Raises OtherDocument, OutOfTurn when nothing is to be signed, TooLate after its last day, CaseClosed.
        """
        case, agreement = to_sign(case_id, digest, now)
        if agreement.signed_at(Party.BORROWER):
            return self._told(case_id, new=False)
        known = self._matched(case_id, digest, "", code, now)
        if not isinstance(known, SigningCode):
            return known
        how = {"how": "CODE", "to": _address(case, known.issued.channel), "step": known.issued.step}
        new = self._put(_fact(case_id, digest, Party.BORROWER, now, name=case.borrower.name, **how), known)
        return self._told(case_id, new)

    def as_creditor(self, case_id: CaseId, digest: str, code: str, signer: Actor, now: datetime) -> Answer:
        """Sign for the creditor, as its representative, with the code mailed to him (see SendStaffCode).

        Raises as `as_borrower` does, and OutOfTurn for anybody but a representative of the case's lender.
        """
        case, agreement = to_sign(case_id, digest, now)
        if signer.lender != case.lender:
            raise OutOfTurn("only a representative of the case's lender signs for the creditor")
        return self._as_staff(agreement, Party.CREDITOR, case_id, code, signer, now)

    def as_mediator(self, case_id: CaseId, digest: str, code: str, signer: Actor, now: datetime) -> Answer:
        """Countersign, once both sides have signed, with the code mailed to the mediator.

        Raises as `as_borrower` does; OutOfTurn too when a side has not signed, or the signer is not the
        case's mediator or signed for a side. A repeat completes what was left half done.
        """
        case, agreement = to_sign(case_id, digest, now)
        if not all(map(agreement.signed_at, (Party.BORROWER, Party.CREDITOR))):
            raise OutOfTurn("the mediator countersigns last: both sides sign first")
        if case.mediator and case.mediator != signer.id:
            raise OutOfTurn("only the mediator of the case, {who}, countersigns", who=case.mediator)
        if signer.id in signatures.signers(case_id, digest, Party.CREDITOR):
            raise OutOfTurn("whoever signed for the creditor cannot be the mediator too")
        return self._as_staff(agreement, Party.MEDIATOR, case_id, code, signer, now)

    def _as_staff(
        self, agreement: Agreement, party: Party, case_id: CaseId, code: str, signer: Actor, now: datetime
    ) -> Answer:
        new = not agreement.signed_at(party)
        if new:
            known = self._matched(case_id, agreement.digest, signer.id, code, now)
            if not isinstance(known, SigningCode):
                return known
            how = {"how": "CODE", "to": mask_email(signer.email), "step": known.issued.step}
            who = {"by": signer.id, "name": signer.name}
            new = self._put(_fact(case_id, agreement.digest, party, now, **who, **how), known)
        self.complete(case_id, now)
        return Signed(new)

    def _matched(
        self, case_id: CaseId, digest: str, signer: str, typed: str, now: datetime
    ) -> SigningCode | WrongCode | CodesLocked:
        """Return the code that was typed when it is right, fresh and for this document; uses up a try."""
        left = tries.take(tries.of_signing(case_id, signer), now)
        if left is None:
            return CodesLocked()
        known = signing_codes.get(case_id, signer)
        if known is None or known.digest != digest or not known.issued.good_at(now):
            return WrongCode(left)
        if not links.matches(links.digits(typed), code_of(case_id, known, self.pepper())):
            return WrongCode(left) if left else CodesLocked()
        return known

    def _put(self, fact: Fact, known: SigningCode) -> bool:
        """Return whether this call wrote the signature, and not another in the same moment."""
        digest, party = fact.which[0], Party(fact.which[1])
        new = signatures.put(fact, known)
        if not new:
            self._explain(fact.case_id, digest, party)
        batch.write([], gone=[tries.of_signing(fact.case_id, known.signer)])
        return new

    def _told(self, case_id: CaseId, new: bool) -> Signed:
        self.wake(case_id)  # he never signs last, so there is nothing to complete
        return Signed(new)

    @staticmethod
    def _explain(case_id: CaseId, digest: str, party: Party) -> None:
        """Return when the signature is there already; else raise for what stopped it."""
        if signatures.exists(case_id, digest, party):
            return
        if not cases.get(case_id).is_open:
            raise CaseClosed("case {case} is closed: nothing is signed in it any more", case=case_id)
        raise OutOfTurn("the agreement changed, or its code was used, in this moment; look at the case again")


def to_sign(case_id: CaseId, digest: str, now: datetime) -> tuple[Case, Agreement]:
    """Return a case and its agreement that is being signed.

    Raises OtherDocument unless `digest` is its document's, OutOfTurn, TooLate, CaseClosed.
    """
    case, agreement = cases.get(case_id), agreements.get(case_id)
    if not case.is_open:
        raise CaseClosed("case {case} is closed: nothing is signed in it any more", case=case_id)
    if agreement is None:
        raise OutOfTurn("there is no agreement to sign")
    if agreement.digest != digest:
        raise OtherDocument(
            "the text to sign is {text}, not {given}: read it first",
            text=agreement.digest[:16],
            given=digest[:16],
        )
    done = agreement.signed_by_all_at and case.status == CaseStatus.PLAN_ACTIVE
    if case.status != CaseStatus.SIGNING and not done:
        raise OutOfTurn("nothing is signed while the case is {status}", status=case.status)
    if local_day(case, now) > agreement.sign_by and not agreement.signed_by_all_at:
        raise TooLate("the time to sign ended on {day}", day=agreement.sign_by)
    return case, agreement


def code_of(case_id: CaseId, known: SigningCode, pepper: bytes) -> str:
    """Return the digits of a code; a member of the staff's are his own, under this document alone."""
    scope = f"{case_id}\0{known.signer}\0{known.digest}" if known.signer else str(case_id)
    return links.access_code(scope, known.issued.step, pepper)


def _fact(case_id: CaseId, digest: str, party: Party, now: datetime, **said: str) -> Fact:
    return Fact(case_id, FactKind.SIGNATURE, now, (digest, party.value), said)


def _address(case: Case, channel: ChannelName) -> str:
    """Return enough of an address to know it by, and no more."""
    address = case.borrower.address(channel) or ""
    if channel == ChannelName.EMAIL:
        return mask_email(address)
    return mask_account(address[-4:])
