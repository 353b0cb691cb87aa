"""The acts on what a machine decided and on plans: reviewed, negotiated anew, referred."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, Outcome
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import format_date
from chalicelib.domain.mediation import UNDECIDED
from chalicelib.domain.permissions import Permission
from chalicelib.domain.plan_stage import KEPT_TO
from chalicelib.domain.selection import Review, Selected, Selection, Verdict
from chalicelib.forms.fields import Choice
from chalicelib.mediation import standing
from chalicelib.mediation.wake import wake
from chalicelib.repayment.refer import Refer
from chalicelib.repayment.renegotiate import Renegotiate
from chalicelib.staff.act import Act, On
from chalicelib.staff.case_acts import REASON, among
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.staff.wording import read
from chalicelib.store import cases, facts, selections


def _renegotiate(desk: Desk, about: str, answers: Answers) -> bool:
    case = cases.get(CaseId.parse(about))
    if case.status not in KEPT_TO:
        return False
    reason = said(answers, "reason")
    return Renegotiate(desk.timers).by_staff(case.id, desk.actor.id, reason, desk.now)


def _refer(desk: Desk, about: str, answers: Answers) -> bool:
    return Refer(desk.timers)(CaseId.parse(about), desk.actor.id, said(answers, "reason"), desk.now)


def _review(desk: Desk, about: str, answers: Answers) -> bool:
    """Record what a person makes of a machine's decision, and let that take effect; each is reviewed once.

    The record comes first: a repeat of the same goes on from there.
    """
    case = cases.get(CaseId.parse(about))
    found = selections.standing_of(case)
    if found is None or found.code != said(answers, "selection"):
        return _reviewed_before(case, said(answers, "selection"))
    review = Review(found, Verdict(said(answers, "verdict")), desk.actor.id, said(answers, "reason"))
    if desk.actor.id == case.mediator:
        raise NotNow("who mediates the case does not review what was decided of it; ask somebody else")
    new = _record(case, review, desk.now)
    _require_agreed(case, review)
    _take_effect(desk, case, review)
    return new


def _record(case: Case, review: Review, now: datetime) -> bool:
    fact = selections.fact_of(case.id, review, now)
    if review.selection.kind == Selected.BREACH or review.verdict == Verdict.UPHELD:
        return facts.append(fact)
    whole = timedelta(seconds=standing.profile_of(case).answered_wait)
    return standing.move(case, standing.as_it_is(replace(case, limit_at=now + whole), now), fact)


def _require_agreed(case: Case, review: Review) -> None:
    known = next(each for each in selections.reviews(case.id) if each.selection.code == review.selection.code)
    if known.verdict != review.verdict:
        raise NotNow("this was reviewed already: {verdict}", verdict=known.verdict)


def _reviewed_before(case: Case, code: str) -> bool:
    if code in {each.selection.code for each in selections.reviews(case.id)}:
        return False
    raise NotNow("nothing of this case waits for a review")


def _take_effect(desk: Desk, case: Case, review: Review) -> None:
    """Upheld, a breach may be referred and an application ends; overturned, both get their mediation."""
    upheld = review.verdict == Verdict.UPHELD
    if review.selection.kind == Selected.TIME:
        if upheld:
            _terminate(case, review.reason, desk.now)
        wake(case.id, desk.timers)
    elif not upheld:
        Renegotiate(desk.timers).by_staff(case.id, review.by, review.reason, desk.now)


def _terminate(case: Case, reason: str, now: datetime) -> None:
    """Close an application whose time is over; one that was taken back in this moment stays as it is."""
    if cases.close(case.id, Outcome.TERMINATED, reason, now, only=UNDECIDED) is None:
        after = cases.get(case.id)
        if after.is_open:
            raise NotNow(
                "case {case} has moved on to {status}; look at it again", case=case.id, status=after.status
            )


def _selections(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    case = cases.get(CaseId.parse(about))
    found = selections.standing_of(case)
    known = {each.selection.code for each in selections.reviews(case.id)} if found else set()
    return {"selection": {found.code: _reads(found, language)} if found and found.code not in known else {}}


def _reads(found: Selection, language: str) -> str:
    return f"{read(found.kind, language)} · {found.id} · {format_date(found.at.date(), language)}"


_ON = On.CASE

PLAN_ACTS = (
    Act(
        name="review_selection",
        on=_ON,
        permission=Permission.REVIEW_SELECTIONS,
        run=_review,
        statuses=among(CaseStatus.BREACHED, CaseStatus.APPLIED, CaseStatus.ACCEPTED),
        fields=(Choice("selection"), Choice("verdict", tuple(one.value for one in Verdict)), REASON),
        offered=_selections,
    ),
    Act(
        name="renegotiate",
        on=_ON,
        permission=Permission.PLANS,
        run=_renegotiate,
        statuses=among(*KEPT_TO),
        fields=(REASON,),
    ),
    Act(
        name="refer_plan",
        on=_ON,
        permission=Permission.PLANS,
        run=_refer,
        statuses=among(CaseStatus.BREACHED),
        fields=(REASON,),
    ),
)
