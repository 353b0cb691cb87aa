"""The acts on a final text: a code is asked for, it signs, or the text is refused."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Line
from chalicelib.mediation.agreement.sign import Answer, CodesLocked, Signed, WrongCode
from chalicelib.staff.act import Act, On
from chalicelib.staff.case_acts import REASON, among
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.staff.sight import part_of
from chalicelib.store import agreements, cases


def _documents(about: str, now: datetime, language: str) -> dict[str, dict[str, str]]:
    """Return the final text by its SHA-256, so that what is signed is what was read."""
    found = agreements.get(CaseId.parse(about))
    return {"document": {found.digest: f"{found.reference} · SHA-256 {found.digest}"} if found else {}}


def _send_code(desk: Desk, about: str, answers: Answers) -> bool:
    case = cases.get(CaseId.parse(about))
    party = part_of(desk.actor, case)
    return desk.papers().send_code(case.id, said(answers, "document"), party, desk.actor, desk.now)


def _sign_as_creditor(desk: Desk, about: str, answers: Answers) -> bool:
    return _signed(desk, about, answers, Party.CREDITOR)


def _sign_as_mediator(desk: Desk, about: str, answers: Answers) -> bool:
    return _signed(desk, about, answers, Party.MEDIATOR)


def _signed(desk: Desk, about: str, answers: Answers, party: Party) -> bool:
    sign = desk.papers().sign
    act = sign.as_creditor if party == Party.CREDITOR else sign.as_mediator
    digest, code = said(answers, "document"), said(answers, "code")
    return _require_signed(act(CaseId.parse(about), digest, code, desk.actor, desk.now)).new


def _require_signed(answer: Answer) -> Signed:
    if isinstance(answer, WrongCode):
        raise NotNow(
            "this code does not sign this document, or not any more; {left} tries are left", left=answer.left
        )
    if isinstance(answer, CodesLocked):
        raise NotNow("there were too many wrong codes; no code signs for 24 hours")
    return answer


def _refuse(desk: Desk, about: str, answers: Answers) -> None:
    digest, why = said(answers, "document"), said(answers, "reason")
    act = desk.papers().refuse
    act(CaseId.parse(about), digest, Party.CREDITOR, desk.now, why=why, by=desk.actor.id)


_ON, _SIGNING = On.CASE, among(CaseStatus.SIGNING)
_DOCUMENT, _CODE = Choice("document"), Line("code", 20, inputmode="numeric", autocomplete="one-time-code")

SIGNING_ACTS = (
    Act(
        name="send_signing_code",
        on=_ON,
        permission=Permission.TAKE_PART,
        run=_send_code,
        statuses=_SIGNING,
        fields=(_DOCUMENT,),
        offered=_documents,
    ),
    Act(
        name="sign_as_creditor",
        on=_ON,
        permission=Permission.SIGN_AS_CREDITOR,
        run=_sign_as_creditor,
        statuses=_SIGNING,
        fields=(_DOCUMENT, _CODE),
        offered=_documents,
    ),
    Act(
        name="sign_as_mediator",
        on=_ON,
        permission=Permission.SIGN_AS_MEDIATOR,
        run=_sign_as_mediator,
        statuses=_SIGNING,
        fields=(_DOCUMENT, _CODE),
        offered=_documents,
        own=True,
    ),
    Act(
        name="refuse_text",
        on=_ON,
        permission=Permission.SIGN_AS_CREDITOR,
        run=_refuse,
        statuses=_SIGNING,
        fields=(_DOCUMENT, REASON),
        offered=_documents,
    ),
)
