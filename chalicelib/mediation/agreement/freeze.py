"""The final text: rendered once, kept byte for byte, known by its SHA-256 from then on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.agreement import Agreement
from chalicelib.domain.clauses import Draft
from chalicelib.domain.errors import CaseClosed, NeedsApproval, NotFound, OutOfTurn
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Sum
from chalicelib.domain.offer_limits import limits_of
from chalicelib.mediation.agreement import told
from chalicelib.mediation.agreement.contents import Ground, contents
from chalicelib.mediation.agreement.days import local_day
from chalicelib.mediation.agreement.draft import Wake, require_all_seen
from chalicelib.mediation.agreement.paper import Paper, paper_pdf
from chalicelib.store import agreement_drafts, agreement_steps, agreements, cases
from chalicelib.store.archive import Archive
from chalicelib.timers import Timers

PDF = "application/pdf"


def archive_key(case_id: CaseId, digest: str) -> str:
    """Return where a final text is kept."""
    return f"cases/{case_id}/agreements/{digest}.pdf"


def agreement_pdf(ground: Ground, draft: Draft) -> bytes:
    """Return the final text of a draft as PDF; the same draft gives the same bytes. Raises MissingGlyphs."""
    texts = [(language, contents(ground, draft, language, final=True)) for language in draft.languages]
    reference = ground.reference(draft.number)
    issuer = ground.lender.text("mediator_org", draft.languages[0])
    paper = Paper(title=texts[0][1].title, reference=reference, issuer=issuer, texts=texts, mark=reference)
    return paper_pdf(paper, ground.profile.jurisdiction)


@dataclass(frozen=True, slots=True)
class Freeze:
    """Makes a draft final, and asks the borrower to read and sign it."""

    archive: Archive
    wake: Wake
    timers: Timers

    def __call__(
        self, ground: Ground, number: int, *, by: str, seen: int, now: datetime, approved_by: str = ""
    ) -> Agreement:
        """Make the newest draft the text to be signed, within the profile's term; a repeat changes nothing.

        `seen` is how many comments on it were read. Raises OutOfTurn when there are more, the draft is not
        the newest or not about what is owed now; NeedsApproval while nobody but `by` approved a waiver above
        the lender's limit; MissingGlyphs; CaseClosed.
        """
        case_id = ground.case.id
        standing = agreements.get(case_id)
        if standing and standing.sequence == number:
            self._tell(standing, case_id, now)
            return standing
        draft = _newest(case_id, number)
        _require_current(ground, draft)
        _require_approval(ground, draft, by, approved_by)
        pdf = agreement_pdf(ground, draft)
        agreement = _agreement(ground, draft, hashlib.sha256(pdf).hexdigest(), now)
        self.archive.put(archive_key(case_id, agreement.digest), pdf, PDF)
        _write(case_id, agreement, seen, now, by=by, approved_by=approved_by)
        self._tell(agreement, case_id, now)
        return agreement

    def _tell(self, agreement: Agreement, case_id: CaseId, now: datetime) -> None:
        """Tell the machine and the borrower; a repeat sends what a crash kept from leaving."""
        self.wake(case_id)
        case = cases.get(case_id)
        if told.waiting(case, told.name(agreement)):
            told.ask_to_sign(case, agreement, self.timers, now)


def _newest(case_id: CaseId, number: int) -> Draft:
    draft = agreement_drafts.get(case_id)
    if draft is None:
        raise NotFound(f"case {case_id} has no draft")
    if draft.number != number:
        raise OutOfTurn(
            "draft {number} is not the newest; read draft {newest}", number=number, newest=draft.number
        )
    return draft


def _require_current(ground: Ground, draft: Draft) -> None:
    owed, now_owed = draft.arrangement.owed, ground.case.amount
    if owed != now_owed:
        raise OutOfTurn(
            "{before} was owed when draft {newest} was written and {now} is owed now: write a new draft",
            before=Sum(owed.total, owed.currency),
            newest=draft.number,
            now=Sum(now_owed.total, now_owed.currency),
        )


def _require_approval(ground: Ground, draft: Draft, by: str, approved_by: str) -> None:
    limits, found = limits_of(ground.lender.settings.get("plan_limits", "")), draft.arrangement
    if not limits.needs_four_eyes(found.waived, found.owed):
        return
    if draft.approved_by and draft.approved_by != draft.by:
        return
    if not approved_by or approved_by in (by, draft.by):
        raise NeedsApproval("more is waived than one person may waive alone: a second one has to approve it")


def _agreement(ground: Ground, draft: Draft, digest: str, now: datetime) -> Agreement:
    found = draft.arrangement
    return Agreement(
        reference=ground.reference(draft.number),
        sign_by=ground.profile.last_day("signature", local_day(ground.case, now)),
        currency=found.plan.currency,
        total=found.plan.total,
        instalments=found.months,
        first_due=found.first_due,
        digest=digest,
        sequence=draft.number,
        effect=ground.profile.agreement_effect.on,
        balance_at=ground.case.balance_at,
    )


def _write(
    case_id: CaseId, agreement: Agreement, seen: int, now: datetime, *, by: str, approved_by: str
) -> None:
    number = agreement.sequence
    comments = agreement_drafts.comments(case_id, number)
    require_all_seen(comments, seen)
    fact = agreements.fact_of(case_id, agreement, now, by=by, approved_by=approved_by)
    if agreement_steps.finish_text(case_id, fact, agreement_drafts.ending(case_id, number, comments, now)):
        return
    case = cases.get(case_id)
    if not case.is_open:
        raise CaseClosed("case {case} is closed", case=case_id)
    require_all_seen(agreement_drafts.comments(case_id, number), seen)
    raise OutOfTurn(
        "draft {number} cannot become final while the case is {status}", number=number, status=case.status
    )
