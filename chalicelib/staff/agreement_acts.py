"""The acts on an agreement: drafted, spoken of, made final, given up, taken to a court."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.confirmation import Ruling
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import format_money
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Line, Words
from chalicelib.mediation.agreement.confirm import join, record_ruling
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.draft import comment
from chalicelib.mediation.agreement.refuse import close_without_agreement
from chalicelib.mediation.messages import tell_of, write
from chalicelib.mediation.release import release
from chalicelib.staff.act import Act, On
from chalicelib.staff.case_acts import REASON, among
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.staff.draft_act import DRAFT
from chalicelib.staff.sight import part_of
from chalicelib.store import agreement_drafts, agreements, cases, lenders
from chalicelib.store.agreement_drafts import Comment
from chalicelib.store.confirmations import TERM
from chalicelib.texts import load_words


def _comment(desk: Desk, about: str, answers: Answers) -> bool:
    case = cases.get(CaseId.parse(about))
    number, _ = _draft_read(answers)
    party = part_of(desk.actor, case)
    return comment(case.id, number, Comment(desk.key, party, said(answers, "text"), desk.now))


def _drafts(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    """Return the newest draft: its code names the comments too, so that none is passed over unread."""
    case_id = CaseId.parse(about)
    newest = agreement_drafts.get(case_id)
    if newest is None:
        return {"draft": {}}
    seen, plan = len(agreement_drafts.comments(case_id, newest.number).said), newest.arrangement.plan
    way = load_words(f"offers/{language}")["ways"][newest.arrangement.way]
    total = format_money(plan.total, plan.currency, language)
    reads = f"{newest.number}: {way} · {len(plan.instalments)} · {total} · {seen}"
    return {"draft": {f"{newest.number}~{seen}": reads}}


def _draft_read(answers: Answers) -> tuple[int, int]:
    number, _, seen = said(answers, "draft").partition("~")
    if not (number.isdigit() and seen.isdigit()):
        raise NotNow("there is no draft yet")
    return int(number), int(seen)


def _freeze(desk: Desk, about: str, answers: Answers) -> bool:
    case = cases.get(CaseId.parse(about))
    number, seen = _draft_read(answers)
    before = agreements.get(case.id)
    ground = Ground(case, lenders.get(case.lender), profile_of(case))
    found = desk.papers().freeze(ground, number, by=desk.actor.id, seen=seen, now=desk.now)
    return before is None or before.sequence != found.sequence


def _close(desk: Desk, about: str, answers: Answers) -> bool:
    case_id, was_open = CaseId.parse(about), cases.get(CaseId.parse(about)).is_open
    why, wake = said(answers, "reason"), desk.papers().wake
    closed = close_without_agreement(case_id, desk.now, by=desk.actor.id, why=why, wake=wake)
    release(closed, desk.timers)
    return was_open


def _join(desk: Desk, about: str, answers: Answers) -> None:
    join(CaseId.parse(about), Party.CREDITOR, desk.now, desk.papers().wake, by=desk.actor.id)


def _rule(desk: Desk, about: str, answers: Answers) -> None:
    ruling, court = Ruling(said(answers, "ruling")), said(answers, "court")
    record_ruling(
        CaseId.parse(about), ruling, desk.now, desk.papers().wake,
        by=desk.actor.id, court=court, number=said(answers, "number"),
    )  # fmt: skip


def _write(desk: Desk, about: str, answers: Answers) -> bool:
    case: Case = cases.get(CaseId.parse(about))
    party, text = part_of(desk.actor, case), said(answers, "text")
    new = write(case.id, party, text, desk.key, desk.actor.id, desk.now)
    tell_of(case, desk.key, desk.timers)
    return new


_ON = On.CASE
_TALKS = (CaseStatus.ASSIGNED, CaseStatus.SCHEDULED, CaseStatus.IN_SESSION, CaseStatus.ADJOURNED)

AGREEMENT_ACTS = (
    DRAFT,
    Act(
        name="comment",
        on=_ON,
        permission=Permission.TAKE_PART,
        run=_comment,
        statuses=among(CaseStatus.DRAFTED),
        fields=(Choice("draft"), Words("text", 2000, required=True)),
        offered=_drafts,
    ),
    Act(
        name="freeze",
        on=_ON,
        permission=Permission.DRAFT,
        run=_freeze,
        statuses=among(CaseStatus.DRAFTED),
        fields=(Choice("draft"),),
        offered=_drafts,
    ),
    Act(
        name="close_without_agreement",
        on=_ON,
        permission=Permission.HOLD_SESSION,
        run=_close,
        statuses=among(CaseStatus.ADJOURNED, CaseStatus.DRAFTED),
        fields=(REASON,),
        own=True,
    ),
    Act(
        name="write_message",
        on=_ON,
        permission=Permission.TAKE_PART,
        run=_write,
        statuses=among(*_TALKS, CaseStatus.DRAFTED, CaseStatus.SIGNING),
        fields=(Words("text", 1500, required=True),),
    ),
    Act(
        name="join_court",
        on=_ON,
        permission=Permission.SIGN_AS_CREDITOR,
        run=_join,
        statuses=among(CaseStatus.PLAN_ACTIVE),
        term=TERM,
    ),
    Act(
        name="record_ruling",
        on=_ON,
        permission=Permission.RECORD_RULING,
        run=_rule,
        statuses=among(CaseStatus.PLAN_ACTIVE),
        fields=(
            Choice("ruling", tuple(one.value for one in Ruling)),
            Line("court", 200),
            Line("number", 80),
        ),
        term=TERM,
    ),
)
