"""The worklist: what waits, by hours left, filtered, as a table for a spreadsheet, and a search."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib.api.staff.visit import StaffVisit, staffed
from chalicelib.domain.actor import Actor
from chalicelib.domain.audit import Audited
from chalicelib.domain.permissions import Permission, holds
from chalicelib.staff import sheet
from chalicelib.staff import worklist as lists
from chalicelib.staff.act import On
from chalicelib.staff.worklist import FILTERS, Item
from chalicelib.store import directory, staff_lists

worklist = Blueprint(__name__)
_CSV = "text/csv; charset=utf-8"
_HEADS = ("reference", "kind", "status", "due_at", "hours_left", "who", "lender")


@worklist.route("/staff", methods=["GET"])
@staffed(worklist, Permission.READ_CASES, Audited.WORKLIST_READ)
def home(visit: StaffVisit) -> Response:
    """Show what waits for whom, the least time left first; filters are kept until they are changed."""
    chosen, now = _chosen(visit), visit.wiring.clock()
    listed = lists.page(visit.actor, chosen, now, visit.query.get("after", ""))
    visit.detail.update(filters=",".join(sorted(chosen)), shown=str(len(listed.items)))
    people = {one.id: one.name.get(visit.language, one.id) for one in directory.every()}
    return visit.page(
        "worklist",
        items=[_shown(item, now, people) for item in listed.items],
        chosen={name: chosen.get(name, "") for name in FILTERS},
        kept=chosen,
        after=listed.cursor,
        may_export=holds(visit.actor, Permission.EXPORT),
        people=people,
    )


@worklist.route("/staff/worklist.csv", methods=["GET"])
@staffed(worklist, Permission.EXPORT, Audited.EXPORTED)
def export(visit: StaffVisit) -> Response:
    """Hand out the whole worklist as filtered, as CSV without anything a spreadsheet would reckon with."""
    chosen = _chosen(visit)
    rows = [_row(item, visit) for item in _all(visit.actor, chosen, visit)]
    visit.detail.update(filters=",".join(sorted(chosen)), rows=str(len(rows)))
    headers = visit.headers() | {
        "Content-Type": _CSV,
        "Content-Disposition": 'attachment; filename="worklist.csv"',
    }
    return Response(sheet.sheet(_HEADS, rows), headers=headers, status_code=200)


@worklist.route("/staff/find", methods=["GET"])
@staffed(worklist, Permission.READ_CASES, Audited.SEARCHED)
def find(visit: StaffVisit) -> Response:
    """Go to the case or complaint under a reference, or list them should two share it."""
    asked = visit.query.get("reference", "")[:40]
    found = lists.found_by(visit.actor, asked, visit.wiring.clock())
    visit.detail.update(found=str(len(found)))
    if len(found) == 1:
        return visit.go(place(found[0].on, found[0].name))
    now = visit.wiring.clock()
    return visit.page("find", items=[_shown(item, now, {}) for item in found], asked=asked)


def place(on: On, name: str) -> str:
    """Return the path of the page of what an act is done to."""
    return {
        On.CASE: f"/staff/case/{name}",
        On.COMPLAINT: f"/staff/complaint/{name}",
        On.PERSON: "/staff/people" if name == "new" else f"/staff/people/{name}",
        On.TALK: "/staff/talks" if name == "new" else f"/staff/talks/{name}",
    }[on]


def _chosen(visit: StaffVisit) -> dict[str, str]:
    """Return the filters: those just chosen, which are kept, or those kept."""
    if "filter" not in visit.query:
        return staff_lists.remembered(visit.actor.id)
    asked = {name: visit.query.get(name, "").strip()[:80] for name in FILTERS}
    chosen = {name: value for name, value in asked.items() if value}
    if visit.query["filter"] != "page":
        staff_lists.remember(visit.actor.id, chosen)
    return chosen


def _all(actor: Actor, chosen: dict[str, str], visit: StaffVisit) -> list[Item]:
    found: list[Item] = []
    cursor, now = "", visit.wiring.clock()
    while len(found) < sheet.MOST_ROWS:
        listed = lists.page(actor, chosen, now, cursor)
        found += listed.items
        cursor = listed.cursor
        if not cursor:
            break
    return found


def _shown(item: Item, now: Any, people: dict[str, str]) -> dict[str, Any]:
    hours = item.hours_left(now)
    who = people.get(item.who, item.who)
    return {"item": item, "hours": hours, "who": who, "place": place(item.on, item.name), "late": hours < 0}


def _row(item: Item, visit: StaffVisit) -> tuple[object, ...]:
    hours = item.hours_left(visit.wiring.clock())
    due = item.due_at.strftime("%Y-%m-%dT%H:%MZ")
    return (item.reference, item.on.value, item.status, due, hours, item.who, item.lender)
