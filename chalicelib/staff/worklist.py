"""The worklist: what waits for whom, the latest first, cut into pages from the lists that are kept."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import floor

from chalicelib.complaints.standing import profile_of
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.case import Case
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.complaint_clock import limit
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import CASE_STAFF
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.domain.permissions import Permission, require
from chalicelib.staff.act import On
from chalicelib.staff.sight import may_see, may_see_complaint
from chalicelib.store import cases, complaints, directory, printed, staff_lists
from chalicelib.store.complaint_rows import WORKLIST
from chalicelib.store.staff_lists import Turn

PAGE = 25
"""*Policy*: as many as are read at a glance; each is one read."""
_LOOKED_AT = 100
"""How many are read for one page at most, however few of them fit the filters."""
_SHORT = 8
FILTERS = ("kind", "stage", "mine", "late", "lender", "mediator", "text")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `who` has it: an id, or a worklist's name; `name` finds its page."""

    on: On
    name: str
    reference: str
    status: str
    due_at: datetime
    who: str
    lender: str

    def hours_left(self, now: datetime) -> int:
        """Return the whole hours left to its limit, below 0 once that is past."""
        return floor((self.due_at - now).total_seconds() / 3_600)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the worklist and where the next begins; no `cursor`: it ends here."""

    items: tuple[Item, ...]
    cursor: str = ""


def page(
    actor: Actor, chosen: Mapping[str, str], now: datetime, cursor: str = "", size: int = PAGE
) -> Listed:
    """Return one page of what somebody may see and asked for, the earliest limit first.

    `chosen` are filters by their names (FILTERS); an unknown `cursor` begins anew. Raises NotInRole.
    """
    require(actor, Permission.READ_CASES)
    found: list[Item] = []
    last = after = _after(cursor)
    for looked, turn in enumerate(_turns(actor, chosen, after)):
        if last and (len(found) == size or looked == _LOOKED_AT):
            return Listed(tuple(found), _cursor(last))
        item, last = _item(actor, turn), turn
        if item and _fits(item, actor, chosen, now):
            found.append(item)
    return Listed(tuple(found))


def found_by(actor: Actor, reference: str, now: datetime) -> list[Item]:
    """Return the cases or complaints that somebody may see under a reference as people read it out."""
    require(actor, Permission.READ_CASES)
    text = reference.strip().upper()
    if text.startswith("C-"):
        return [_of_complaint(one) for one in complaints.find(text) if may_see_complaint(actor, one)]
    start, _, generation = text.removeprefix("AC-").rpartition("-")
    short = start.replace("-", "").lower()
    if len(short) != _SHORT or not generation.isdigit():
        return []
    ids = [CaseId(key, int(generation)) for key in printed.loans_of(short, now)]
    known = [_known(each) for each in ids]
    return [_of_case(one) for one in known if one and may_see(actor, one)]


def _known(case_id: CaseId) -> Case | None:
    try:
        return cases.get(case_id)
    except NotFound:
        return None


def _lists(actor: Actor, chosen: Mapping[str, str]) -> list[str]:
    """Return the names of the lists that hold what somebody may see; his own alone for a mediator."""
    kind, names = chosen.get("kind", ""), []
    wide = actor.roles - {Role.MEDIATOR}
    if kind != On.COMPLAINT:
        if chosen.get("mine") or not wide:
            names = [actor.id]
        elif chosen.get("mediator"):
            names = [chosen["mediator"]]
        else:
            names = [CASE_STAFF, *(one.id for one in directory.every())]
    handles = actor.roles & {Role.COMPLAINT_HANDLER, Role.SUPERVISOR, Role.AUDITOR}
    return [*names, WORKLIST] if handles and kind != On.CASE and not chosen.get("mediator") else names


def _turns(actor: Actor, chosen: Mapping[str, str], after: Turn | None) -> Iterator[Turn]:
    since = after.due_at if after else None
    each = (staff_lists.turns(name, since) for name in _lists(actor, chosen))
    return (turn for turn in heapq.merge(*each) if after is None or turn > after)


def _item(actor: Actor, turn: Turn) -> Item | None:
    if turn.complaint:
        found = complaints.get(turn.complaint, turn.sk)
        return _of_complaint(found) if found and found.is_open and may_see_complaint(actor, found) else None
    case = cases.latest(turn.loan_key) if turn.loan_key else None
    return _of_case(case) if isinstance(case, Case) and case.is_open and may_see(actor, case) else None


def _of_case(case: Case) -> Item:
    due = case.due_at or case.limit_at or case.opened_at
    who = case.worklist or case.mediator or ""
    return Item(On.CASE, str(case.id), case.id.reference, case.status.value, due, who, case.lender)


def _of_complaint(one: Complaint) -> Item:
    running = limit(one, profile_of(one))
    due = running.at if running else one.received_at
    return Item(On.COMPLAINT, one.reference, one.reference, one.status.value, due, one.handler, one.lender)


def _fits(item: Item, actor: Actor, chosen: Mapping[str, str], now: datetime) -> bool:
    exact = (("stage", item.status), ("lender", item.lender))
    if any(chosen.get(name) and chosen[name] != value for name, value in exact):
        return False
    if chosen.get("mine") and item.who != actor.id:
        return False
    if chosen.get("late") and item.due_at > now:
        return False
    return chosen.get("text", "").strip().upper() in item.reference


def _cursor(turn: Turn) -> str:
    return f"{stamp(turn.due_at)}~{turn.pk}~{turn.sk}"


def _after(cursor: str) -> Turn | None:
    try:
        due, key, sort = cursor.split("~")
        return Turn(from_stamp(due), key, sort)
    except ValueError:
        return None
