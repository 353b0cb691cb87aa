"""Once all have signed: the seal, the certificate, and the plan that then runs (invariants 15 and 16)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.case import Case
from chalicelib.domain.clauses import Draft
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import CaseClosed, OutOfTurn, TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.domain.matching import credited
from chalicelib.mediation.agreement.certificate import certificate_pdf
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.draft import Wake
from chalicelib.mediation.agreement.freeze import PDF, archive_key
from chalicelib.mediation.agreement.statement import Signatory, Statement
from chalicelib.notices.evidence.chain import sha256
from chalicelib.notices.evidence.seal import ALGORITHM, Signer
from chalicelib.store import agreement_drafts, agreement_steps, agreements, cases, facts, plans
from chalicelib.store.archive import Archive
from chalicelib.store.facts import Fact
from chalicelib.store.lenders import Lender


@dataclass(frozen=True, slots=True)
class Complete:
    """Completes what all have signed; a repeat heals what a crash left half done.

    `repay` starts the machine that keeps a case to its plan, once.
    """

    archive: Archive
    signer: Callable[[], Signer]
    lender_of: Callable[[str], Lender]
    wake: Wake
    repay: Callable[[CaseId, int], None]

    def __call__(self, case_id: CaseId, now: datetime) -> bool:
        """Seal the agreement and let its plan run, if all have signed; returns whether the plan runs.

        Raises CaseClosed when the case was closed before (a settlement), OutOfTurn when the kept text is
        not what was signed.
        """
        agreement = agreements.get(case_id)
        if agreement and agreement.signed_by_all_at and not agreement.sealed_at:
            self._seal(cases.get(case_id), agreement, now)
        if not agreement or not agreement.signed_by_all_at:
            return False
        self.wake(case_id)
        if plan := plans.get(case_id):
            self.repay(case_id, plan.generation)
        return True

    def _seal(self, case: Case, agreement: Agreement, now: datetime) -> None:
        if not case.is_open:
            raise CaseClosed("case {case} is closed: the agreement does not take effect", case=case.id)
        if sha256(self.archive.get(archive_key(case.id, agreement.digest))) != agreement.digest:
            raise OutOfTurn(
                "the text kept for {reference} is not the text that was signed", reference=agreement.reference
            )
        draft = _draft_of(case.id, agreement)
        statement = self._statement(case.id, agreement, now)
        sealed = replace(agreement, sealed_at=now)
        ground = Ground(case, self.lender_of(case.lender), profile_of(case))
        pdf = certificate_pdf(ground, statement, draft.languages, sealed.in_force_since or now)
        certificate = sha256(pdf)
        self.archive.put(archive_key(case.id, certificate), pdf, PDF)
        plan = _plan_fact(case, draft, agreement, now)
        found = [_seal_fact(case.id, statement, certificate), plan]
        if agreement_steps.seal(case.id, found, now, case.prepaid):
            return
        after = cases.get(case.id)
        if not after.is_open:
            raise CaseClosed("case {case} is closed: the agreement does not take effect", case=case.id)
        if after.prepaid != case.prepaid:
            raise TryAgain("something was paid on {reference} in this moment", reference=agreement.reference)
        if after.status != CaseStatus.PLAN_ACTIVE:
            raise OutOfTurn("no plan begins while the case is {status}", status=after.status)

    def _statement(self, case_id: CaseId, agreement: Agreement, now: datetime) -> Statement:
        signer = self.signer()
        return Statement(
            reference=agreement.reference,
            digest=agreement.digest,
            signatories=_signatories(case_id, agreement.digest),
            sealed_at=now,
            key_id=signer.key_id,
            key=signer.public_key(),
            signature=signer.sign(bytes.fromhex(agreement.digest)),
        )


def _draft_of(case_id: CaseId, agreement: Agreement) -> Draft:
    draft = agreement_drafts.get(case_id)
    if draft is None or draft.number != agreement.sequence:
        raise OutOfTurn("{reference} is not the newest text of the case", reference=agreement.reference)
    return draft


def _signatories(case_id: CaseId, digest: str) -> tuple[Signatory, ...]:
    found = {
        fact.which[1]: fact
        for fact in facts.of(case_id, FactKind.SIGNATURE)
        if fact.which[0] == digest
    }  # fmt: skip
    return tuple(
        Signatory(
            party, found[party].detail["name"], found[party].at, found[party].detail["how"],
            found[party].detail.get("to", ""),
        )
        for party in Party
    )  # fmt: skip


def _seal_fact(case_id: CaseId, statement: Statement, certificate: str) -> Fact:
    detail = {
        "signature": base64.b64encode(statement.signature).decode(),
        "algorithm": ALGORITHM,
        "key_id": statement.key_id,
        "key_sha256": statement.fingerprint,
        "certificate": certificate,
    }
    return Fact(case_id, FactKind.SEAL, statement.sealed_at, (statement.digest,), detail)


def _plan_fact(case: Case, draft: Draft, agreement: Agreement, now: datetime) -> Fact:
    """Return the agreed plan as the newest of the case; a changed one takes the next number.

    It begins after the balance it rests on, to the second, and with what was paid since then.
    """
    agreed = draft.arrangement.plan.following(plans.get(case.id))
    since = agreement.balance_at + timedelta(seconds=1) if agreement.balance_at else now
    plan = replace(agreed, since=since)
    return plans.fact_of(case.id, credited(plan, case.prepaid) if case.prepaid else plan, now)
