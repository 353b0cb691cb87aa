"""Receipts without a place: kept as they came, tried in turn, dropped when they found it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from chalicelib.store import unmatched
from tests.samples import NOON
from tests.scene import Scene

BODIES = [f'{{"n": {n}}}' for n in range(5)]
NAMES = {body: hashlib.sha256(body.encode()).hexdigest() for body in BODIES}


def _kept(start: str = "0", limit: int = 50) -> list[str]:
    return [body for _, body in unmatched.some(start, limit)]


def test_a_receipt_is_kept_once_and_for_a_month(scene: Scene) -> None:
    for hour in range(2):
        unmatched.keep(BODIES[0], NOON + timedelta(hours=hour))
    (row,) = [row for row in scene.rows() if row["pk"]["S"] == "UNMATCHED"]
    assert row["body"]["S"] == BODIES[0]
    assert int(row["ttl"]["N"]) == int((NOON + timedelta(hours=1, days=30)).timestamp())
    assert _kept() == [BODIES[0]]


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize("start", ["0", "7" * 64, "g"])
def test_from_wherever_one_starts_each_has_its_turn(start: str) -> None:
    for body in BODIES:
        unmatched.keep(body, NOON)
    assert sorted(_kept(start)) == BODIES


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize("limit", [1, 3])
def test_not_all_at_once(limit: int) -> None:
    for body in BODIES:
        unmatched.keep(body, NOON)
    in_order = sorted(BODIES, key=lambda body: NAMES[body])
    last = NAMES[in_order[-2]]
    assert _kept(last, limit) == [in_order[-1], *in_order[: limit - 1]]


@pytest.mark.usefixtures("scene")
def test_what_found_its_place_is_dropped_and_nothing_else() -> None:
    for body in BODIES[:2]:
        unmatched.keep(body, NOON)
    unmatched.forget(NAMES[BODIES[0]])
    unmatched.forget(NAMES[BODIES[0]])
    assert _kept() == [BODIES[1]]
