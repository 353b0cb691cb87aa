"""The acts on complaints, from their receipt to their close."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.complaints.acknowledge import Acknowledge
from chalicelib.complaints.close import Close
from chalicelib.complaints.decide import Decide, may_be_resolved
from chalicelib.complaints.escalate import Escalate
from chalicelib.complaints.extend import Extend
from chalicelib.complaints.review import Review
from chalicelib.complaints.take_up import TakeUp
from chalicelib.complaints.withdraw import Withdraw
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.complaint import ENDED, UNDECIDED, ComplaintOutcome, ComplaintStatus
from chalicelib.domain.errors import NeedsApproval
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Choices, Field, Line, Words
from chalicelib.staff.act import Act, On
from chalicelib.staff.case_acts import REASON
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.store import complaints

_WORDS = Words("words", 4000, required=True)
_DECISION: tuple[Field, ...] = (
    Choice("outcome", tuple(one.value for one in ComplaintOutcome)),
    Words("reasons", 4000, required=True),
    Words("redress", 2000),
)


def _acknowledge(desk: Desk, about: str, answers: Answers) -> bool:
    return Acknowledge(desk.timers)(about, desk.actor, desk.now)


def _take(desk: Desk, about: str, answers: Answers) -> bool:
    return TakeUp(desk.timers)(about, desk.actor, desk.now)


def _give(desk: Desk, about: str, answers: Answers) -> bool:
    person = said(answers, "handler")
    handler = Actor(person, person, frozenset({Role.COMPLAINT_HANDLER}))
    return TakeUp(desk.timers)(about, desk.actor, desk.now, handler=handler)


def _name(desk: Desk, about: str, answers: Answers) -> bool:
    return TakeUp(desk.timers).name(about, desk.actor, said(answers, "person"), desk.now)


def _extend(desk: Desk, about: str, answers: Answers) -> bool:
    if desk.approver is None:
        raise NeedsApproval("a supervisor other than the handler has to approve more time")
    return Extend(desk.timers)(about, desk.actor, desk.approver, said(answers, "reason"), desk.now)


def _decide(desk: Desk, about: str, answers: Answers) -> bool:
    outcome, reasons = ComplaintOutcome(said(answers, "outcome")), said(answers, "reasons")
    redress = said(answers, "redress")
    decide, accepted = Decide(desk.timers), "accepted" in answers
    return decide(about, desk.actor, outcome, reasons, desk.now, redress=redress, accepted=accepted)


def _resolved(about: str, now: datetime, language: str) -> Mapping[str, Mapping[str, str]]:
    """Offer that the complainant accepts the answer, where the law and the time left make that count."""
    return {"accepted": {"ACCEPTED": ""}} if may_be_resolved(complaints.require(about), now) else {}


def _review(desk: Desk, about: str, answers: Answers) -> bool:
    outcome, reasons = ComplaintOutcome(said(answers, "outcome")), said(answers, "reasons")
    redress = said(answers, "redress")
    return Review(desk.timers).answer(about, desk.actor, outcome, reasons, desk.now, redress=redress)


def _withdraw(desk: Desk, about: str, answers: Answers) -> bool:
    return Withdraw(desk.timers)(about, said(answers, "words"), desk.now, by=desk.actor.id)


def _letter(desk: Desk, about: str, answers: Answers) -> bool:
    return Close(desk.timers).letter_sent(about, desk.actor, said(answers, "words"), desk.now)


def _close(desk: Desk, about: str, answers: Answers) -> bool:
    return Close(desk.timers)(about, desk.actor, desk.now)


def _escalate(desk: Desk, about: str, answers: Answers) -> bool:
    return Escalate(desk.timers)(about, desk.actor, said(answers, "reason"), desk.now)


def _among(*statuses: ComplaintStatus) -> frozenset[str]:
    return frozenset(status.value for status in statuses)


_HANDLE, _ON = Permission.HANDLE_COMPLAINTS, On.COMPLAINT
_RECEIVED, _DECIDED = ComplaintStatus.RECEIVED, ComplaintStatus.DECIDED
_REVIEW = ComplaintStatus.REVIEW
_WORKED = _among(*UNDECIDED - {_RECEIVED})
_ALIVE = _among(*frozenset(ComplaintStatus) - ENDED)
_PERSON = (Line("person", 80),)

COMPLAINT_ACTS = (
    Act(name="acknowledge", on=_ON, permission=_HANDLE, run=_acknowledge, statuses=_among(_RECEIVED)),
    Act(name="take_up", on=_ON, permission=_HANDLE, run=_take, statuses=_among(*UNDECIDED)),
    Act(
        name="give_to",
        on=_ON,
        permission=Permission.APPROVE,
        run=_give,
        statuses=_among(*UNDECIDED),
        fields=(Line("handler", 80),),
    ),
    Act(
        name="name_person",
        on=_ON,
        permission=_HANDLE,
        run=_name,
        statuses=_among(*UNDECIDED),
        fields=_PERSON,
    ),
    Act(
        name="extend_complaint",
        on=_ON,
        permission=_HANDLE,
        run=_extend,
        statuses=_WORKED,
        fields=(REASON,),
        four_eyes=True,
    ),
    Act(
        name="decide",
        on=_ON,
        permission=_HANDLE,
        run=_decide,
        statuses=_WORKED,
        fields=(*_DECISION, Choices("accepted")),
        offered=_resolved,
    ),
    Act(
        name="answer_review",
        on=_ON,
        permission=Permission.REVIEW_COMPLAINTS,
        run=_review,
        statuses=_among(_REVIEW),
        fields=_DECISION,
    ),
    Act(
        name="letter_sent",
        on=_ON,
        permission=_HANDLE,
        run=_letter,
        statuses=_among(_DECIDED, _REVIEW),
        fields=(_WORDS,),
    ),
    Act(name="close", on=_ON, permission=_HANDLE, run=_close, statuses=_among(_DECIDED, _REVIEW)),
    Act(name="escalate", on=_ON, permission=_HANDLE, run=_escalate, statuses=_ALIVE, fields=(REASON,)),
    Act(name="withdraw", on=_ON, permission=_HANDLE, run=_withdraw, statuses=_ALIVE, fields=(_WORDS,)),
)
