"""What each role of the staff may do (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.errors import NotInRole


class Permission(StrEnum):
    """Something that not everybody of the staff may do."""

    READ_CASES = "READ_CASES"
    EXPORT = "EXPORT"
    ACCEPT = "ACCEPT"
    ASSIGN = "ASSIGN"
    OVERRIDE_ASSIGNMENT = "OVERRIDE_ASSIGNMENT"
    SCHEDULE = "SCHEDULE"
    HOLD_SESSION = "HOLD_SESSION"
    DRAFT = "DRAFT"
    TAKE_PART = "TAKE_PART"
    SIGN_AS_CREDITOR = "SIGN_AS_CREDITOR"
    SIGN_AS_MEDIATOR = "SIGN_AS_MEDIATOR"
    RECORD_RULING = "RECORD_RULING"
    PLANS = "PLANS"
    REVIEW_SELECTIONS = "REVIEW_SELECTIONS"
    STATE_FOR_CREDITOR = "STATE_FOR_CREDITOR"
    ANSWER_QUESTIONS = "ANSWER_QUESTIONS"
    HANDLE_COMPLAINTS = "HANDLE_COMPLAINTS"
    APPROVE = "APPROVE"
    REVIEW_COMPLAINTS = "REVIEW_COMPLAINTS"
    DIRECTORY = "DIRECTORY"
    LECTURES = "LECTURES"
    READ_REPORTS = "READ_REPORTS"
    READ_AUDIT = "READ_AUDIT"


_P = Permission
GRANTS: Mapping[Role, frozenset[Permission]] = {
    Role.MEDIATOR: frozenset(
        {_P.READ_CASES, _P.SCHEDULE, _P.HOLD_SESSION, _P.DRAFT, _P.TAKE_PART, _P.SIGN_AS_MEDIATOR}
    ),
    Role.LEGAL_ADVISER: frozenset({_P.READ_CASES}),
    Role.EXPERT: frozenset({_P.READ_CASES}),
    Role.CASE_STAFF: frozenset(
        {_P.READ_CASES, _P.ACCEPT, _P.ASSIGN, _P.SCHEDULE, _P.ANSWER_QUESTIONS, _P.LECTURES, _P.DIRECTORY}
        | {_P.RECORD_RULING, _P.PLANS, _P.REVIEW_SELECTIONS}
    ),
    Role.COMPLAINT_HANDLER: frozenset(
        {_P.READ_CASES, _P.HANDLE_COMPLAINTS, _P.REVIEW_COMPLAINTS, _P.READ_REPORTS}
    ),
    Role.BANK_REPRESENTATIVE: frozenset(
        {_P.READ_CASES, _P.STATE_FOR_CREDITOR, _P.TAKE_PART, _P.SIGN_AS_CREDITOR}
    ),
    Role.SUPERVISOR: frozenset(_P)
    - {_P.HOLD_SESSION, _P.TAKE_PART, _P.SIGN_AS_CREDITOR, _P.SIGN_AS_MEDIATOR},
    Role.AUDITOR: frozenset({_P.READ_CASES, _P.READ_REPORTS, _P.READ_AUDIT, _P.EXPORT}),
}


def holds(actor: Actor, permission: Permission) -> bool:
    """Whether one of somebody's roles grants a permission."""
    return any(permission in GRANTS[role] for role in actor.roles)


def require(actor: Actor, permission: Permission) -> None:
    """Raise NotInRole unless one of somebody's roles grants a permission."""
    if not holds(actor, permission):
        raise NotInRole(
            "{who} may not do this; it takes the permission {permission}",
            who=actor.name,
            permission=permission,
        )
