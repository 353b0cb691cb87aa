"""Who of the staff may see which case and which complaint."""

from __future__ import annotations

from chalicelib.complaints.standing import complained_of
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.agreement import Party
from chalicelib.domain.case import Case
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.errors import NotFound, NotNow
from chalicelib.domain.permissions import Permission, require

_NARROW = frozenset({Role.MEDIATOR, Role.BANK_REPRESENTATIVE})
"""Roles that see their own cases alone; whoever has another one beside sees what that one sees."""
_OF_COMPLAINTS = frozenset({Role.COMPLAINT_HANDLER, Role.SUPERVISOR, Role.AUDITOR})


def may_see(actor: Actor, case: Case) -> bool:
    """Whether a case is open to somebody: a representative's own lender's, a mediator's own."""
    if actor.roles - _NARROW:
        return True
    if Role.BANK_REPRESENTATIVE in actor.roles and actor.lender and case.lender == actor.lender:
        return True
    return Role.MEDIATOR in actor.roles and case.mediator == actor.id


def may_see_complaint(actor: Actor, complaint: Complaint) -> bool:
    """Whether a complaint is open to somebody: never to who is complained of (invariant 13)."""
    return bool(actor.roles & _OF_COMPLAINTS) and actor.id not in complained_of(complaint)


def require_case(actor: Actor, case: Case) -> Case:
    """Return a case to who may see it; raises NotInRole, NotFound as for one that does not exist."""
    require(actor, Permission.READ_CASES)
    if not may_see(actor, case):
        raise NotFound("no such case")
    return case


def require_complaint(actor: Actor, complaint: Complaint) -> Complaint:
    """Return a complaint to who may see it; raises NotInRole, NotFound as for one that does not exist."""
    require(actor, Permission.READ_CASES)
    if not may_see_complaint(actor, complaint):
        raise NotFound("no such complaint")
    return complaint


def part_of(actor: Actor, case: Case) -> Party:
    """Return the part somebody has in a mediation; raises NotNow for who only looks on.

    Whoever mediates it is its mediator, whatever else he is.
    """
    if case.mediator == actor.id and Role.MEDIATOR in actor.roles:
        return Party.MEDIATOR
    if Role.BANK_REPRESENTATIVE in actor.roles and actor.lender == case.lender:
        return Party.CREDITOR
    raise NotNow("only the case's own mediator and its lender's representatives take part in it")
