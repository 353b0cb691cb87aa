"""What must hold after every act of a life, from the table and the outbox (docs/invariants.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.mediation import STAGE_OF
from chalicelib.domain.plan_stage import KEPT_TO
from tests.faults.agreed import case_of, mediated
from tests.faults.desks import handled
from tests.faults.invariants import _caps, _executions
from tests.faults.office import facts_of
from tests.faults.people import REPLIES
from tests.faults.state import Row, rows
from tests.faults.world import World

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_PARTS = ("principal", "interest", "fees", "penalty")
_AT_ONCE = (*REPLIES, "signing_code")


def broken(world: World) -> list[str]:
    """Return every broken invariant in words."""
    found = [f"5 delivered twice: {notice}" for notice in world.duplicates()]
    found += [f"not taken: {body!r}" for body in (*world.state.parked, *world.state.unsent)]
    found += [f"an act broke: {fault}" for fault in world.state.faults]
    found += [f"1 outside the hours: {each}" for each in _by_night(world)]
    found += [f"2 {each}" for each in _caps(world)]
    found += [
        f"3, 6 {key} was claimed when it was forbidden"
        for key, (_, over) in world.state.claimed.items()
        if over
    ]
    for row in rows():
        if row["sk"].partition("#")[0] == "CASE" and row["generation"] != "0":
            found += _head(world, row)
    found += mediated(world)
    found += handled(world)
    return found


def _by_night(world: World) -> Iterator[str]:
    for one in world.providers.outbox:
        hour = one.at.astimezone(_SHANGHAI).hour
        if one.channel != "LETTER" and not one.tags["step"].startswith(_AT_ONCE) and not 8 <= hour < 22:
            yield f"{one.notice} at {one.at}"


def _head(world: World, row: Row) -> Iterator[str]:
    amount = {name: int(value) for name, value in row["amount"].items() if str(value).lstrip("-").isdigit()}
    if sum(amount[name] for name in _PARTS) - amount["payments_credits"] != amount["total"]:
        yield f"8 the components do not sum: {amount}"
    yield from _chaired(row)
    yield from _runs(world, row)


def _chaired(row: Row) -> Iterator[str]:
    """14: nobody is assigned, or opens a session, whose proofs have lapsed that day."""
    lapses = {one["sk"]: _lapse(one) for one in rows() if one["pk"] == "DIRECTORY"}
    for fact in facts_of("ASSIGNED", case_of(row)):
        if fact["at"][:10] > lapses.get(fact["mediator"], "9"):
            yield f"14 {fact['mediator']} was assigned after his proofs lapsed"
    for fact in facts_of("SESSION", case_of(row)):
        if fact["which"][1] == "opened" and fact["at"][:10] > lapses.get(fact["by"], "9"):
            yield f"14 {fact['by']} opened a session after his proofs lapsed"


def _lapse(one: Row) -> str:
    about = one["about"] if isinstance(one["about"], dict) else json.loads(one["about"])
    return min(str(record[3]) for record in about["records"])


def _runs(world: World, row: Row) -> Iterator[str]:
    """22: one execution per open case, in the stage where the record says it stands; none once closed."""
    is_open = row["status"] != "CLOSED"
    yield from _executions(world, row, is_open)
    stage = STAGE_OF.get(CaseStatus(row["status"]))
    live = [one.state for one in world.machine.live(str(case_of(row)))]
    if is_open and stage and row["status"] not in KEPT_TO and live not in ([stage.value], ["AwaitWindow"]):
        yield f"22 {row['status']}, yet its execution is in {live}"
