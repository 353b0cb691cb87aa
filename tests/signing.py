"""A case on its way to a signed agreement, for tests that care about one step of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib import links
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.case import Case
from chalicelib.domain.clauses import Draft
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.domain.schedules import equal
from chalicelib.mediation.agreement.code import SendSigningCode
from chalicelib.mediation.agreement.complete import Complete
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.draft import Wording, WriteDraft
from chalicelib.mediation.agreement.freeze import Freeze
from chalicelib.mediation.agreement.refuse import Refuse
from chalicelib.mediation.agreement.sign import Answer, Sign, code_of
from chalicelib.mediation.agreement.staff_code import SendStaffCode
from chalicelib.store import agreements, cases, lenders, signing_codes
from chalicelib.store.case_rows import to_row
from chalicelib.wiring import Wiring
from tests.samples import CASE_ID, case


class LocalKey:
    """A P-256 key in memory, in place of one in KMS; `broken` times it does not answer."""

    key_id = "arn:aws:kms:local:seal"

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.broken = 0

    def public_key(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.DER, form)

    def sign(self, digest: bytes) -> bytes:
        if self.broken:
            self.broken -= 1
            raise TimeoutError("KMS does not answer")
        return self._key.sign(digest, ec.ECDSA(utils.Prehashed(SHA256())))


def representative(name: str = "bank-1", lender: str = "demo-bank") -> Actor:
    """Return somebody who speaks for a bank."""
    roles = frozenset({Role.BANK_REPRESENTATIVE})
    return Actor(name, "王芳", roles, lender, f"{name}@bank.example")


def mediator(name: str = "m-1") -> Actor:
    """Return a mediator."""
    return Actor(name, "李静", frozenset({Role.MEDIATOR}), email=f"{name}@centre.example")


def signs(
    wiring: Wiring, case_id: CaseId, digest: str, party: Party, signer: Actor, sign: Sign | None = None
) -> Answer:
    """Let a member of the staff sign with the code mailed to him; one that he has already is used."""
    now, sign = wiring.clock(), sign or wiring.sign
    known = signing_codes.get(case_id, signer.id)
    # A used one has signed: this is a repeat, and nobody is sent a code for what he has signed.
    if known is None or known.digest != digest or not (known.issued.used or known.issued.good_at(now)):
        SendStaffCode(lambda *mail: None, wiring.pepper)(case_id, digest, party, signer, now)
        known = signing_codes.get(case_id, signer.id)
    code = code_of(case_id, known, wiring.pepper()) if known else ""
    act = sign.as_creditor if party == Party.CREDITOR else sign.as_mediator
    return act(case_id, digest, code, signer, now)


@dataclass
class Table:
    """The acts around one agreement, on the case of the samples, adjourned after a session."""

    wiring: Wiring
    key: LocalKey = field(default_factory=LocalKey)
    woken: list[CaseId] = field(default_factory=list)
    mailed: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = case(status=CaseStatus.ADJOURNED, mediator="m-1")
        to_row(found).save()

    @property
    def now(self) -> datetime:
        return self.wiring.clock()

    @property
    def case(self) -> Case:
        return cases.get(CASE_ID)

    @property
    def ground(self) -> Ground:
        return Ground(self.case, lenders.get("demo-bank"), profile_of(self.case))

    @property
    def complete(self) -> Complete:
        return Complete(
            self.wiring.archive, lambda: self.key, lenders.get, self.woken.append, self.wiring.repay
        )

    @property
    def signing(self) -> Sign:
        return Sign(self.complete, self.wiring.wake, self.wiring.pepper)

    @property
    def sending(self) -> SendStaffCode:
        return SendStaffCode(lambda *mail: self.mailed.append(mail), self.wiring.pepper)

    @property
    def refusing(self) -> Refuse:
        return Refuse(self.woken.append)

    def arrangement(self, count: int = 12) -> Arrangement:
        owed = self.case.amount
        plan = equal(owed.currency, owed.total, count, date(2026, 12, 10))
        return Arrangement(way=Way.INSTALMENTS, owed=owed, plan=plan)

    def draft(self, seen: int = 0, arrangement: Arrangement | None = None) -> Draft:
        ground = self.ground
        return WriteDraft(self.woken.append)(
            ground.case,
            arrangement or self.arrangement(),
            Wording(mediator="李静"),
            ground.profile,
            by="m-1",
            seen=seen,
            now=self.now,
        )

    def freeze(self, number: int = 1, seen: int = 0, approved_by: str = "") -> Agreement:
        act = Freeze(self.wiring.archive, self.woken.append, self.wiring.timers)
        return act(self.ground, number, by="m-1", seen=seen, now=self.now, approved_by=approved_by)

    def frozen(self) -> str:
        """Draft and freeze; returns the digest."""
        self.draft()
        return self.freeze().digest

    def code(self, digest: str) -> str:
        """Ask for a code and return it, as the message brings it."""
        assert SendSigningCode(self.wiring.timers)(CASE_ID, digest, self.now)
        return self.known_code()

    def known_code(self) -> str:
        """Return the code that was sent last."""
        known = signing_codes.get(CASE_ID)
        assert known
        return links.access_code(str(CASE_ID), known.issued.step, self.wiring.pepper())

    def borrower_signs(self, digest: str) -> Answer:
        return self.signing.as_borrower(CASE_ID, digest, self.code(digest), self.now)

    def staff_code(self, digest: str, party: Party, signer: Actor) -> str:
        """Let a member of the staff ask for a code, unless one left a moment ago; return it as mailed."""
        self.sending(CASE_ID, digest, party, signer, self.now)
        return self.known_staff_code(signer.id)

    def known_staff_code(self, signer: str) -> str:
        """Return the code that was mailed to a member of the staff last."""
        known = signing_codes.get(CASE_ID, signer)
        assert known
        return code_of(CASE_ID, known, self.wiring.pepper())

    def creditor_signs(self, digest: str, by: str = "bank-1") -> Answer:
        signer = representative(by)
        if self._has_signed(Party.CREDITOR):
            return self.signing.as_creditor(CASE_ID, digest, "", signer, self.now)
        code = self.staff_code(digest, Party.CREDITOR, signer)
        return self.signing.as_creditor(CASE_ID, digest, code, signer, self.now)

    def mediator_signs(self, digest: str, by: str = "m-1") -> Answer:
        signer = mediator(by)
        if self._has_signed(Party.MEDIATOR):
            return self.signing.as_mediator(CASE_ID, digest, "", signer, self.now)
        code = self.staff_code(digest, Party.MEDIATOR, signer)
        return self.signing.as_mediator(CASE_ID, digest, code, signer, self.now)

    def _has_signed(self, party: Party) -> bool:
        found = agreements.get(CASE_ID)
        return found is not None and found.signed_at(party) is not None

    def all_sign(self, digest: str) -> None:
        self.borrower_signs(digest)
        self.creditor_signs(digest)
        self.mediator_signs(digest)
