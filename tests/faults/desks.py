"""What must hold of complaints, read from the raw rows: their clocks, steps, letters and handlers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.faults.agreed import case_of
from tests.faults.office import facts_of
from tests.faults.state import Row, rows

if TYPE_CHECKING:
    from tests.faults.world import World

_ENDED = ("CLOSED", "WITHDRAWN")
_DECIDED = ("DECIDED", "REVIEW", "CLOSED")
_ONCE = ("ACKNOWLEDGED", "DECIDED", "REVIEW_ASKED", "CLOSED", "WITHDRAWN", "LETTER")


def handled(world: World) -> Iterator[str]:
    """Yield what is broken of any complaint."""
    heads = {str(case_of(row)): row for row in rows() if row["sk"].partition("#")[0] == "CASE"}
    for row in rows():
        if row["pk"].startswith("COMPLAINT#") and "category" in row:
            yield from (f"complaint {row['status']}: {each}" for each in _complaint(world, row))
    for case_id, head in heads.items():
        undecided = [
            row
            for row in rows()
            if row["pk"].startswith("COMPLAINT#")
            and row.get("case_id") == case_id
            and row["status"] not in (*_DECIDED, "WITHDRAWN")
        ]
        if head["status"] != "CLOSED" and bool(undecided) != ("COMPLAINT" in head.get("holds", ())):
            yield f"{len(undecided)} undecided complaints, holds {head.get('holds')}"


def _complaint(world: World, row: Row) -> Iterator[str]:
    mine = [one for one in world.machine.of("complaint") if one.data["id"] == row["sk"] and one.live]
    if len(mine) != (row["status"] not in _ENDED):
        yield f"{len(mine)} executions keep its clocks"
    if not row.get("case_id"):
        yield from _stranger(world, row)
        return
    if row.get("handler") and row["handler"] in row.get("against", ()):
        yield "its handler is complained of"
    from chalicelib.domain.keys import CaseId

    steps = [
        fact for fact in facts_of("HANDLING", CaseId.parse(row["case_id"])) if fact["which"][0] == row["sk"]
    ]
    taken = Counter(step["step"] for step in steps)
    yield from (f"{name} {taken[name]} times" for name in _ONCE if taken[name] > 1)
    if len(steps) != int(row.get("sequence", 0)):
        yield f"{len(steps)} steps, yet sequence {row.get('sequence')}"
    yield from _letters(world, row, taken)


def _stranger(world: World, row: Row) -> Iterator[str]:
    """Each letter he is owed left once, or stands on the desk; none that left was not claimed."""
    from chalicelib.complaints.letters import by_hand, letters
    from chalicelib.store import complaint_steps, complaints

    found = complaints.require(row["pk"].partition("#")[2], row["sk"])
    steps = [step for _, step in complaint_steps.of(found)]
    claims = sum(step.name == "TELLING" for step in steps)
    left = [one for one in world.providers.strangers if found.reference in one.text]
    if len(left) > claims:
        yield f"{len(left)} letters left, {claims} were claimed"
    shown = [one.kind for one in by_hand(found, steps)]
    for one in letters(found, steps):
        if one.state.value in ("OPEN", "SENDING") and one.kind not in shown:
            yield f"{one.kind} is {one.state} for ever"
        if one.state.value == "SENT" and not left:
            yield f"{one.kind} counts as sent and never left"


def _letters(world: World, row: Row, taken: Counter[str]) -> Iterator[str]:
    """Each act he must be told of has its message set going (invariants 11 and 12)."""
    from datetime import datetime

    number = int(datetime.fromisoformat(row["received_at"]).timestamp())
    due = [f"complaint_extension-{number}_{count + 1}" for count in range(taken["EXTENDED"])]
    due += [f"complaint_acknowledgement-{number}"] if taken["ACKNOWLEDGED"] else []
    due += [f"complaint_decision-{number}"] if taken["DECIDED"] else []
    due += [f"complaint_review-{number}"] if taken["REVIEWED"] else []
    for name in due:
        if f"{row['case_id']}-{name}" not in world.machine.executions:
            yield f"nobody ever told: {name}"
    if row["status"] == "CLOSED" and not taken["DECIDED"]:
        yield "closed without a decision"
