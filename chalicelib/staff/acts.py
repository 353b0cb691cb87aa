"""Every act of the staff, by name, and the one way each is carried out or proposed."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.actor import Actor
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.errors import NotFound, NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.permissions import Permission, holds, require
from chalicelib.mediation.standing import profile_of
from chalicelib.staff.act import Act, On
from chalicelib.staff.agreement_acts import AGREEMENT_ACTS
from chalicelib.staff.case_acts import CASE_ACTS
from chalicelib.staff.complaint_acts import COMPLAINT_ACTS
from chalicelib.staff.desk import Answers, Desk
from chalicelib.staff.directory_acts import DIRECTORY_ACTS
from chalicelib.staff.meeting_acts import MEETING_ACTS
from chalicelib.staff.plan_acts import PLAN_ACTS
from chalicelib.staff.sight import require_case, require_complaint
from chalicelib.staff.signing_acts import SIGNING_ACTS
from chalicelib.staff.talk_acts import TALK_ACTS
from chalicelib.store import cases, complaints, directory, proposals, talks
from chalicelib.store.proposals import Proposal

_ON_CASES = (*CASE_ACTS, *MEETING_ACTS, *AGREEMENT_ACTS, *SIGNING_ACTS, *PLAN_ACTS)
ACTS = {act.name: act for act in (*_ON_CASES, *COMPLAINT_ACTS, *DIRECTORY_ACTS, *TALK_ACTS)}
NEW = "new"
"""What an act is done to that makes something new."""


class Result(StrEnum):
    """What came of a form that was sent."""

    DONE = "done"
    DONE_BEFORE = "done_before"
    PROPOSED = "proposed"


class Stands(NamedTuple):
    """Where something stands; a case's mediator and the terms of its law."""

    status: str
    mediator: str | None = None
    terms: Container[str] = ()


def named(name: str, on: On) -> Act:
    """Return an act of a kind by its name; raises NotFound."""
    act = ACTS.get(name)
    if act is None or act.on != on:
        raise NotFound("no such act")
    return act


def open_to(actor: Actor, on: On, about: str) -> list[Act]:
    """Return the acts that somebody may do to something where it stands, in the table's order."""
    stands = _stands(actor, on, about)
    fit = [act for act in ACTS.values() if act.on == on and act.shows(stands.status, stands.terms)]
    return [act for act in fit if _may(actor, act, stands.mediator)]


def require_open(actor: Actor, act: Act, about: str) -> None:
    """Raise unless somebody may do an act to something now.

    NotInRole for who may not, NotFound for what he may not see, NotNow where it does not fit.
    """
    status, _, terms = require_his(actor, act, about)
    if act.term and act.term not in terms:
        raise NotNow("the law that {about} follows knows no such act", about=about)
    if not act.shows(status, terms):
        raise NotNow(
            "{about} is {status}; this can be done to one that is {needed}",
            about=about,
            status=status,
            needed=tuple(sorted(act.statuses)),
        )


def require_his(actor: Actor, act: Act, about: str) -> Stands:
    """Return where something stands, to who may do an act to it; raises as `require_open` does."""
    require(actor, act.permission)
    stands = _stands(actor, act.on, about)
    if act.own and stands.mediator != actor.id:
        raise NotNow("this case has another mediator; only he may do this")
    return stands


def send(act: Act, desk: Desk, about: str, answers: Answers) -> Result:
    """Carry an act out, or propose it where a second person has to approve; the same form acts once."""
    require_his(desk.actor, act, about)
    if desk.approver is None and act.four_eyes and act.asks_two(desk, about, answers):
        require_open(desk.actor, act, about)
        given = Proposal(
            id=desk.key, act=act.name, about=about, by=desk.actor, fields=dict(answers), at=desk.now
        )
        return Result.PROPOSED if proposals.put(given) else Result.DONE_BEFORE
    new = act.run(desk, about, answers)
    return Result.DONE_BEFORE if new is False else Result.DONE


def approve(proposal_id: str, desk: Desk) -> Result:
    """Carry a proposed act out as its second person; who proposed it never is (the store's condition)."""
    require(desk.actor, Permission.APPROVE)
    _stands(desk.actor, ACTS[proposals.get(proposal_id).act].on, proposals.get(proposal_id).about)
    found = proposals.approve(proposal_id, desk.actor, desk.now)
    as_proposed = replace(desk, actor=found.by, approver=desk.actor, key=found.id)
    result = send(ACTS[found.act], as_proposed, found.about, found.fields)
    proposals.done(proposal_id)
    return result


def turn_down(proposal_id: str, actor: Actor, why: str, desk: Desk) -> Proposal:
    """Turn a proposal down as a second person, or take one's own back."""
    if proposals.get(proposal_id).by.id != actor.id:
        require(actor, Permission.APPROVE)
    return proposals.turn_down(proposal_id, actor, why, desk.now)


def _may(actor: Actor, act: Act, mediator: str | None) -> bool:
    return holds(actor, act.permission) and not (act.own and mediator != actor.id)


def _stands(actor: Actor, on: On, about: str) -> Stands:
    """Return where something stands, to somebody who may see it; raises NotFound."""
    if on == On.CASE:
        case = require_case(actor, cases.get(_case_id(about)))
        return Stands(case.status.value, case.mediator, profile_of(case).terms)
    if on == On.COMPLAINT:
        found: Complaint = require_complaint(actor, complaints.require(about))
        return Stands(found.status.value)
    if about == NEW:
        return Stands(NEW)
    if on == On.PERSON:
        directory.get(about)
        return Stands("entered")
    return Stands("off" if talks.get(about).cancelled else "on")


def _case_id(about: str) -> CaseId:
    try:
        return CaseId.parse(about)
    except ValueError:
        raise NotFound("no such case") from None
