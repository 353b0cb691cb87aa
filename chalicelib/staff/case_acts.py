"""The acts on cases: from an application to the end of its mediation, and what was asked or disputed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind, HoldKind
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import REPLACEABLE, UNDER_WAY
from chalicelib.domain.moments import stamp
from chalicelib.domain.permissions import Permission
from chalicelib.domain.said import mark
from chalicelib.forms.fields import Choice, Words
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.assign import Objection, Reassign, assign
from chalicelib.mediation.extend import TERM as EXTENSION
from chalicelib.mediation.extend import Extend
from chalicelib.mediation.statements import state
from chalicelib.mediation.wake import wake
from chalicelib.notices.go_on import go_on
from chalicelib.staff.act import Act, On
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.staff.wording import read
from chalicelib.store import cases, directory, facts, holds
from chalicelib.store.facts import Fact

REASON = Words("reason", 1000, required=True)


def among(*statuses: CaseStatus) -> frozenset[str]:
    """Return statuses as an act's."""
    return frozenset(status.value for status in statuses)


def _accept(desk: Desk, about: str, answers: Answers) -> bool:
    return Accept(desk.timers)(CaseId.parse(about), desk.actor.id, desk.now)


def _decline(desk: Desk, about: str, answers: Answers) -> bool:
    return Accept(desk.timers).decline(CaseId.parse(about), desk.actor.id, said(answers, "reason"), desk.now)


def _assign(desk: Desk, about: str, answers: Answers) -> bool:
    case = cases.get(CaseId.parse(about))
    if case.mediator:
        return False
    if case.status != CaseStatus.ACCEPTED:
        raise NotNow("case {case} is {status}; accept it first", case=case.id, status=case.status)
    if assign(case, desk.now).mediator is None:
        raise NotNow("nobody fits by itself; choose a mediator and give your reason")
    wake(case.id, desk.timers)
    return True


def _override(desk: Desk, about: str, answers: Answers) -> bool:
    chosen, reason = said(answers, "mediator"), said(answers, "reason")
    return Reassign(desk.timers).override(CaseId.parse(about), chosen, desk.actor.id, reason, desk.now)


def _mediators(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    return {"mediator": {one.id: one.name[language] for one in directory.every()}}


def _state(desk: Desk, about: str, answers: Answers) -> bool:
    text = said(answers, "text")
    return state(CaseId.parse(about), Party.CREDITOR, text, desk.key, desk.actor.id, desk.now)


def _object(desk: Desk, about: str, answers: Answers) -> bool:
    """Object for the creditor to who mediates; the form names him, so that it never hits his successor."""
    given = Objection(Party.CREDITOR, desk.actor.id, said(answers, "object_to"), said(answers, "reason"))
    case_id = CaseId.parse(about)
    before = len(facts.of(case_id, FactKind.OBJECTION))
    Reassign(desk.timers).object_to(case_id, given, desk.now)
    return len(facts.of(case_id, FactKind.OBJECTION)) > before


def _mediator(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    case = cases.get(CaseId.parse(about))
    if case.mediator is None:
        return {"object_to": {}}
    return {"object_to": {case.mediator: directory.get(case.mediator).name[language]}}


def _extend(desk: Desk, about: str, answers: Answers) -> bool:
    return Extend(desk.timers)(CaseId.parse(about), Party.CREDITOR, desk.actor.id, desk.now)


def _answer(desk: Desk, about: str, answers: Answers) -> bool:
    return desk.answer(CaseId.parse(about), said(answers, "question"), said(answers, "text"), desk.now)


def _questions(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    case_id = CaseId.parse(about)
    answered = {fact.which[0] for fact in facts.of(case_id, FactKind.RESPONSE)}
    open_ones = [one for one in facts.of(case_id, FactKind.QUESTION) if one.which[0] not in answered]
    return {"question": {str(one.detail["reference"]): _brief(one) for one in open_ones}}


def _brief(question: Fact) -> str:
    return f"{question.detail['reference']}: {str(question.detail.get('text', ''))[:300]}"


def _lift(desk: Desk, about: str, answers: Answers) -> bool:
    """Answer the disputes under a hold: what was found goes on the timeline, and the hold ends."""
    case_id, kind = CaseId.parse(about), HoldKind(said(answers, "hold"))
    detail = {"hold": kind.value, "act": "LIFTED", "reason": said(answers, "text"), "by": desk.actor.id}
    fact = Fact(case_id, FactKind.HOLD, desk.now, (kind.value, "LIFTED", stamp(desk.now)), detail)
    lifted = holds.lift(case_id, kind, fact)
    desk.dispute_answered(case_id, kind)
    return lifted


def _holds(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    case_id = CaseId.parse(about)
    kinds: Iterable[str] = {str(one.detail["hold"]) for one in facts.of(case_id, FactKind.DISPUTE)}
    held = cases.get(case_id).holds
    return {"hold": {kind: read(kind, language) for kind in sorted(kinds) if kind in held}}


def _end_hold(desk: Desk, about: str, answers: Answers) -> bool:
    """End a hold of the lender's or the staff's before its term; what waited for it goes on."""
    case, kind = cases.get(CaseId.parse(about)), HoldKind(said(answers, "hold"))
    detail = {"hold": kind.value, "act": "LIFTED", "reason": said(answers, "reason"), "by": desk.actor.id}
    fact = Fact(case.id, FactKind.HOLD, desk.now, (desk.key,), detail)
    ended = holds.end(case, kind, fact, mark(desk.now, 0, desk.key))
    if ended or facts.exists(case.id, FactKind.HOLD, desk.key):
        go_on(case.id, desk.timers)
    return ended


def _laid(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    case = cases.get(CaseId.parse(about))
    return {"hold": {kind: read(kind, language) for kind in sorted(case.held(now) & case.laid.keys())}}


_APPLIED, _ACCEPTED = CaseStatus.APPLIED, CaseStatus.ACCEPTED
_SEATED = (CaseStatus.ASSIGNED, CaseStatus.SCHEDULED, CaseStatus.ADJOURNED)

CASE_ACTS = (
    Act(name="accept", on=On.CASE, permission=Permission.ACCEPT, run=_accept, statuses=among(_APPLIED)),
    Act(
        name="decline",
        on=On.CASE,
        permission=Permission.ACCEPT,
        run=_decline,
        statuses=among(_APPLIED, _ACCEPTED),
        fields=(REASON,),
    ),
    Act(name="assign", on=On.CASE, permission=Permission.ASSIGN, run=_assign, statuses=among(_ACCEPTED)),
    Act(
        name="override",
        on=On.CASE,
        permission=Permission.OVERRIDE_ASSIGNMENT,
        run=_override,
        statuses=among(_ACCEPTED, *_SEATED),
        fields=(Choice("mediator"), REASON),
        offered=_mediators,
    ),
    Act(
        name="state",
        on=On.CASE,
        permission=Permission.STATE_FOR_CREDITOR,
        run=_state,
        statuses=among(*UNDER_WAY),
        fields=(Words("text", 4000, required=True),),
    ),
    Act(
        name="object",
        on=On.CASE,
        permission=Permission.STATE_FOR_CREDITOR,
        run=_object,
        statuses=among(*REPLACEABLE),
        fields=(Choice("object_to"), REASON),
        offered=_mediator,
    ),
    Act(
        name="extend_mediation",
        on=On.CASE,
        permission=Permission.STATE_FOR_CREDITOR,
        run=_extend,
        statuses=among(*UNDER_WAY[1:]),
        fields=(REASON,),
        four_eyes=True,
        term=EXTENSION,
    ),
    Act(
        name="answer_question",
        on=On.CASE,
        permission=Permission.ANSWER_QUESTIONS,
        run=_answer,
        fields=(Choice("question"), Words("text", 4000, required=True)),
        offered=_questions,
    ),
    Act(
        name="answer_dispute",
        on=On.CASE,
        permission=Permission.ANSWER_QUESTIONS,
        run=_lift,
        fields=(Choice("hold"), Words("text", 4000, required=True)),
        offered=_holds,
    ),
    Act(
        name="end_hold",
        on=On.CASE,
        permission=Permission.ANSWER_QUESTIONS,
        run=_end_hold,
        fields=(Choice("hold"), REASON),
        offered=_laid,
    ),
)
