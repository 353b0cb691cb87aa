"""Late, repeated, disordered and contradictory events of a loan end as the right order does (invariant 5)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.domain import said
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, HoldKind
from chalicelib.domain.person import AddressKey
from chalicelib.intake.accept import upstream_of
from chalicelib.intake.parse import parse_event
from chalicelib.store import cases, persons
from chalicelib.store.events import TakenEvent
from tests.fakes import FakeStepFunctions
from tests.road import EXAMPLES, KEYS
from tests.samples import KEY
from tests.scene import Scene, fresh

START = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
SPAN = timedelta(days=90)
EXAMPLE = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("*.json")}
PHONES = ("+8613800138000", "+8613800138001", "+8613800138002")


@dataclass(frozen=True)
class Said:
    """One event: what it says, at which minute, with which sequence."""

    type: str
    minute: int
    sequence: int
    total: int
    phone: str
    kind: str
    action: str


EVENTS = st.builds(
    Said,
    type=st.sampled_from(sorted({"overdue", "payment", "settled", "balance", "reopened", "hold", "contact"})),
    minute=st.integers(0, 5),  # few, so that many share a moment
    sequence=st.integers(0, 2),
    total=st.integers(1, 5),
    phone=st.sampled_from(PHONES),
    kind=st.sampled_from(["HARDSHIP", "MORATORIUM", "DISPUTE"]),
    action=st.sampled_from(["set", "lifted"]),
)


def body(one: Said, number: int) -> bytes:
    """Return an event as it is sent; its id is its place in the list."""
    event = json.loads(json.dumps(EXAMPLE[one.type])) | {"id": f"evt-{number}", "sequence": str(one.sequence)}
    event["time"] = (START + timedelta(minutes=one.minute)).isoformat()
    data: dict[str, Any] = event["data"]
    parts = dict.fromkeys(("interest", "fees", "penalty", "payments_credits"), 0)
    money = {"total": one.total, "principal": one.total, **parts}
    if "outstanding" in data:
        data["outstanding"] |= money
    if one.type == "overdue":
        data["amount"] |= money
        data["borrower"]["phone"] = one.phone
    if one.type == "hold":
        data |= {"kind": one.kind, "action": one.action}
    if one.type == "contact":
        event["data"] = {"phone": one.phone} if one.action == "set" else {"email": None}
    return json.dumps(event, ensure_ascii=False).encode()


def silenced(scene: Scene) -> None:
    """Two of the addresses are known from other loans: one asked for silence, one is dead."""
    from chalicelib import links

    key = KEYS["person_key"].encode()
    persons.opt_out(links.person_key(PHONES[1], key), ChannelName.SMS)
    dead = AddressKey(ChannelName.VOICE, links.address_digest(PHONES[2], key))
    persons.suppress(links.person_key(PHONES[2], key), dead, "Bounce")


def end_of(scene: Scene, bodies: Sequence[bytes]) -> dict[str, Any]:
    """Carry events out in this order and return where the loan stands then."""
    scene = fresh(scene.road)
    silenced(scene)
    for one in bodies:
        scene.carry_out(scene.take(one).reference)
    return state(scene, scene.machine)


def state(scene: Scene, machine: FakeStepFunctions) -> dict[str, Any]:
    """Return all that has to be the same: what differs is told in docs/architecture.md."""
    known = cases.latest(KEY)
    found: dict[str, Any] = {"open": isinstance(known, Case) and known.is_open}
    if not isinstance(known, Case):
        return found | {"case": None, "laid": dict(known.laid) if known else {}, "said": _orders(known)}
    borrower, person = known.borrower, persons.get(known.borrower.person)
    found |= {"case": True, "laid": dict(known.laid), "said": _orders(known), "amount": known.amount.total}
    found |= {"phone": borrower.phone, "email": borrower.email, "digests": dict(borrower.digests)}
    found |= {"silenced": person.opted_out, "dead": dict(person.suppressed), "balance_at": known.balance_at}
    if known.is_open:
        assert machine.statuses.get(str(known.id)) == "RUNNING"
    running = {name for name in machine.statuses if name != str(known.id)}
    assert all(not cases.get(type(known.id).parse(name)).is_open for name in running), "one case is open"
    return found


def _orders(known: Case | said.Unopened | None) -> dict[str, str]:
    """Return by what is said the word that stands; an older one of a settled loan decides nothing."""
    names = (said.BALANCE, "phone", "email", *(said.hold_name(kind) for kind in HoldKind))
    return {name: said.latest(known, name) for name in names} if known else {}


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_invariant_5_any_order_with_repeats_ends_as_the_right_order_does(
    scene: Scene, data: st.DataObject
) -> None:
    events = data.draw(st.lists(EVENTS, min_size=2, max_size=7))
    bodies = [body(one, number) for number, one in enumerate(events)]
    right = sorted(range(len(events)), key=lambda place: _mark(bodies[place]))
    repeats = data.draw(st.lists(st.integers(0, len(events) - 1), max_size=3))
    order = data.draw(st.permutations([*range(len(events)), *repeats]))
    expected = end_of(scene, [bodies[place] for place in right])
    assert end_of(scene, [bodies[place] for place in order]) == expected


def _mark(event: bytes) -> str:
    parsed = parse_event(event)
    taken = TakenEvent("r", "demo-bank", parsed.id, parsed.type, KEY, "", "", START)
    return upstream_of(taken, parsed, START).mark


def test_marks_order_by_time_then_sequence_then_id() -> None:
    later = START + timedelta(microseconds=1)
    order = [
        said.mark(START),
        said.mark(START, 0, "a"),
        said.mark(START, 0, "b"),
        said.mark(START, 9, "a"),
        said.mark(START, 10, "a"),
        said.mark(later, 0, ""),
    ]
    assert all(before < after for before, after in pairwise(order))
