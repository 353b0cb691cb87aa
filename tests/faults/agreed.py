"""What must hold of mediations and agreements, from the raw rows: seats, times, signatures, seals, plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.domain.agreement import Party
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import CHAIRED
from chalicelib.domain.moments import stamp
from chalicelib.domain.plan_stage import KEPT_TO
from tests.faults.office import DONE, FORMS, REFUSED, facts_of
from tests.faults.state import Row, rows

if TYPE_CHECKING:
    from tests.faults.world import World


_SEATLESS = ("NOTICED", "FEEDBACK", "APPLIED", "ACCEPTED", "ASSIGNED", "CLOSED")
"""Where a case stands that has no meeting: before one is booked, or after it was called off."""


def mediated(world: World) -> Iterator[str]:
    """Yield what is broken of any case's mediation, agreement and plan."""
    yield from _answered(world)
    for row in rows():
        if row["sk"].partition("#")[0] == "CASE" and row["generation"] != "0":
            yield from _seat(world, row)
            yield from _text(row)
            yield from _plan(world, row)
    yield from _times(world)


def case_of(row: Row) -> CaseId:
    return CaseId(row["pk"].removeprefix("LOAN#"), int(row["generation"]))


def _answered(world: World) -> Iterator[str]:
    """What somebody was told is done is on record once, and what is on record he was told."""
    for name, status in world.state.answers.items():
        found = FORMS[name].recorded
        if status == DONE and found != 1:
            yield f"{name!r} was done, yet it is on record {found} times"
        if status == REFUSED and found:
            yield f"{name!r} is on record, yet it was refused: {world.state.refused}"


def _seat(world: World, row: Row) -> Iterator[str]:
    """A case has the mediator who was assigned last, and a meeting ahead that its borrower is told of."""
    assigned, case_id = facts_of("ASSIGNED", case_of(row)), case_of(row)
    if row["status"] in CHAIRED and assigned and row.get("mediator") != assigned[-1]["mediator"]:
        yield f"{assigned[-1]['mediator']} was assigned, yet {row.get('mediator')} has the case"
    meetings = facts_of("MEETING", case_id)
    if row["status"] == "SCHEDULED":
        if not meetings or meetings[-1]["cancelled"]:
            yield "SCHEDULED without a meeting"
        else:
            yield from _told_of(world, case_id, meetings[-1])
    offered = facts_of("SLOTS", case_id)
    if row["status"] == "ASSIGNED" and offered:
        yield from _begun(world, f"{case_id}-meeting_times-{int(offered[-1]['which'][0])}")
    if row["status"] == "ASSIGNED" and meetings and meetings[-1]["cancelled"]:
        yield from _told_of(world, case_id, meetings[-1], "meeting_cancelled")

    wishes = {fact["which"][0] for fact in facts_of("EXTENSION", case_id)}
    if {"BORROWER", "CREDITOR"} <= wishes and "GRANTED" not in wishes:
        yield "both sides want more time, and nobody has it"


def _told_of(
    world: World, case_id: CaseId, meeting: dict[str, Any], kind: str = "meeting_invitation"
) -> Iterator[str]:
    yield from _begun(world, f"{case_id}-{kind}-{meeting['number']}{meeting['sequence']:03d}")


def _begun(world: World, name: str) -> Iterator[str]:
    if name not in world.machine.executions:
        yield f"nobody ever told: {name}"


def _times(world: World) -> Iterator[str]:
    """Each time that is held of a mediator is held for the meeting that takes place then."""
    heads = {str(case_of(row)): row for row in rows() if row["sk"] == "CASE" and row["generation"] != "0"}
    booked = [row for row in rows() if "case_id" in row and row["pk"].startswith("BOOKED#")]
    held = Counter(row["case_id"] for row in booked if row["sk"] > stamp(world.now()))
    for case_id, head in heads.items():
        meetings = facts_of("MEETING", CaseId.parse(case_id))
        ahead = bool(meetings) and not meetings[-1]["cancelled"] and head["status"] == "SCHEDULED"
        if ahead and meetings[-1]["at"] > stamp(world.now()) and held[case_id] != 1:
            yield f"{case_id} is SCHEDULED and holds {held[case_id]} times of its mediator"
        if not ahead and held[case_id] and head["status"] in _SEATLESS:
            yield f"{case_id} is {head['status']}, yet it holds {held[case_id]} times"


def _text(row: Row) -> Iterator[str]:
    """A text is signed once by each, sealed once when all have, and never both signed by all and refused."""
    case_id = case_of(row)
    parties: dict[str, set[str]] = {}
    for digest, party in (fact["which"] for fact in facts_of("SIGNATURE", case_id)):
        parties.setdefault(digest, set()).add(party)
    sealed = {fact["which"][0] for fact in facts_of("SEAL", case_id)}
    for digest in parties.keys() | sealed:
        yield from _signed(row, digest, parties.get(digest, set()), digest in sealed)
    plans = {fact["generation"] for fact in facts_of("PLAN", case_id)}
    if len(plans) != len(sealed):
        yield f"{len(sealed)} seals and {len(plans)} plans"
    yield from _code(row, parties)


def _signed(row: Row, digest: str, parties: set[str], sealed: bool) -> Iterator[str]:
    """Invariant 15: what is sealed was signed by all, and by all under this very document."""
    whole = parties == {party.value for party in Party}
    if digest not in {fact["digest"] for fact in facts_of("AGREEMENT", case_of(row))}:
        yield f"a signature under no text of the case: {digest[:8]}"
    if whole and digest in {fact["which"][0] for fact in facts_of("UNSIGNED", case_of(row))}:
        yield f"signed by all and refused: {digest[:8]}"
    if whole and not sealed and row["status"] != "CLOSED":
        yield f"signed by all, yet not sealed: {digest[:8]}"
    if sealed and not whole:
        yield f"sealed, yet signed by {sorted(parties)} alone"


def _code(row: Row, parties: dict[str, set[str]]) -> Iterator[str]:
    """A code is used up by the signature it gave."""
    own = [one for one in rows() if one["pk"] == row["pk"] and one["sk"].endswith("#SIGNING")]
    if own and "BORROWER" in parties.get(own[0]["digest"], ()) and not _is_used(own[0]):
        yield "signed with a code that is not used up"


def _is_used(row: Row) -> bool:
    return bool(row["used"]) and str(row["used"]) not in ("0", "False")


def _plan(world: World, row: Row) -> Iterator[str]:
    """A plan sums to its total, what was paid is put to it whole, and one machine keeps it (invariant 16)."""
    case_id = case_of(row)
    plans = facts_of("PLAN", case_id)
    if row["status"] in KEPT_TO and not plans:
        yield f"{row['status']} without a plan"
    if not plans:
        return
    newest = max(plans, key=lambda fact: int(fact["sequence"]))
    total = sum(int(amount) for _, amount, _ in newest["instalments"])
    paid = sum(int(each) for *_, each in newest["instalments"])
    if total != int(newest["total"]):
        yield f"a plan of {newest['total']} has instalments of {total}"
    since = newest["since"]
    came = sum(int(fact["paid"]) for fact in facts_of("PAYMENT", case_id) if fact["at"][:19] >= since[:19])
    if paid != min(came, total):
        yield f"{came} was paid since {since}, yet {paid} is on the plan"
    kept = [one for one in world.machine.of("repayment") if one.live and one.case_id == str(case_id)]
    if len(kept) > 1:
        yield f"{len(kept)} executions keep one plan"
