"""Acts that need four eyes: proposed by one person, approved or turned down by another, never by himself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.errors import NeedsApproval, NotFound, Taken
from chalicelib.store.rows import CaseRow
from chalicelib.store.staff_rows import ProposalRow
from chalicelib.store.writes import lost

_PROPOSALS = "PROPOSAL"
_OPEN = "APPROVALS"


class Decided(StrEnum):
    """Where a proposal stands; one that is APPROVED may still have to be carried out."""

    OPEN = "OPEN"
    APPROVED = "APPROVED"
    DONE = "DONE"
    TURNED_DOWN = "TURNED_DOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An act proposed by `by` on `about` (a reference) with these answers; `id` is its form's key."""

    id: str
    act: str
    about: str
    by: Actor
    fields: Mapping[str, Any]
    at: datetime
    state: Decided = Decided.OPEN
    decided_by: str = ""
    why: str = ""


def put(one: Proposal) -> bool:
    """Keep a proposal for a second person; returns False for the same form sent again."""
    row = ProposalRow(
        _PROPOSALS,
        one.id,
        act=one.act,
        about=one.about,
        by=one.by.id,
        by_name=one.by.name,
        roles=sorted(role.value for role in one.by.roles),
        lender=one.by.lender or None,
        email=one.by.email or None,
        fields=dict(one.fields),
        at=one.at,
        state=one.state.value,
        worklist=_OPEN,
        due_at=one.at,
    )
    try:
        row.save(condition=ProposalRow.pk.does_not_exist())
    except PutError as error:
        if lost(error):
            return False
        raise
    return True


def get(proposal_id: str) -> Proposal:
    """Return a proposal (strongly consistent); raises NotFound."""
    try:
        return _read(ProposalRow.get(_PROPOSALS, proposal_id, consistent_read=True))
    except ProposalRow.DoesNotExist:
        raise NotFound("no such proposal") from None


def waiting(most: int = 50) -> list[Proposal]:
    """Return what waits for a second person, the oldest first (eventually consistent)."""
    found = [get(row.sk) for row in CaseRow.by_turn.query(_OPEN, limit=most)]
    return [one for one in found if one.state in (Decided.OPEN, Decided.APPROVED)]


def approve(proposal_id: str, approver: Actor, now: datetime) -> Proposal:
    """Approve as somebody else than who proposed it; the same approver may do so again until it is done.

    The condition is the store's own. Raises NeedsApproval for the proposer, Taken when it is decided,
    NotFound.
    """
    fresh = (ProposalRow.state == Decided.OPEN.value) & (ProposalRow.by != approver.id)
    again = (ProposalRow.state == Decided.APPROVED.value) & (ProposalRow.decided_by == approver.id)
    return _decide(proposal_id, Decided.APPROVED, approver, now, fresh | again)


def turn_down(proposal_id: str, by: Actor, why: str, now: datetime) -> Proposal:
    """Turn a proposal down, or take one's own back; raises Taken when it is decided, NotFound."""
    undone = ProposalRow.state == Decided.OPEN.value
    return _decide(proposal_id, Decided.TURNED_DOWN, by, now, undone, why)


def done(proposal_id: str) -> None:
    """Note that an approved act was carried out."""
    state = ProposalRow.state
    actions: list[Action] = [state.set(Decided.DONE.value), *_off_the_list()]
    fits = state.is_in(Decided.APPROVED.value, Decided.DONE.value)
    ProposalRow(_PROPOSALS, proposal_id).update(actions, condition=fits)


def _off_the_list() -> list[Action]:
    return [ProposalRow.worklist.remove(), ProposalRow.due_at.remove()]


def _decide(
    proposal_id: str, state: Decided, by: Actor, now: datetime, condition: Condition, why: str = ""
) -> Proposal:
    actions: list[Action] = [
        ProposalRow.state.set(state.value),
        ProposalRow.decided_by.set(by.id),
        ProposalRow.decided_at.set(now),
        ProposalRow.why.set(why),
    ]
    if state == Decided.TURNED_DOWN:
        actions += _off_the_list()
    try:
        ProposalRow(_PROPOSALS, proposal_id).update(actions, condition=condition)
    except UpdateError as error:
        if not lost(error):
            raise
        found = get(proposal_id)
        if found.by.id == by.id and found.state == Decided.OPEN:
            raise NeedsApproval("who proposed it cannot approve it; ask a second person") from None
        raise Taken("this proposal is {state} already", state=found.state) from None
    return get(proposal_id)


def _read(row: ProposalRow) -> Proposal:
    roles = frozenset(Role(name) for name in row.roles)
    return Proposal(
        id=row.sk,
        act=row.act,
        about=row.about,
        by=Actor(row.by, row.by_name, roles, row.lender or "", row.email or ""),
        fields=row.fields,
        at=row.at,
        state=Decided(row.state),
        decided_by=row.decided_by or "",
        why=row.why or "",
    )
