"""The try limit: five per case and day, whatever happens at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.store import batch, tries
from chalicelib.store.rows import Row
from tests.samples import CASE_ID, NOON
from tests.scene import Scene, case_id

pytestmark = pytest.mark.usefixtures("scene")

HOURS_24 = timedelta(hours=24)


def _take(count: int, at: datetime = NOON) -> list[int | None]:
    return [tries.take(tries.of_case(CASE_ID), at) for _ in range(count)]


def test_five_tries_and_no_more() -> None:
    assert _take(7) == [4, 3, 2, 1, 0, None, None]


def test_another_case_has_its_own_tries() -> None:
    _take(6)
    assert tries.take(tries.of_case(case_id(2)), NOON) == 4


def test_a_locked_case_opens_24_hours_after_the_first_try() -> None:
    _take(1)
    _take(5, NOON + timedelta(hours=1))
    assert _take(1, NOON + HOURS_24 - timedelta(seconds=1)) == [None]
    assert _take(6, NOON + HOURS_24) == [4, 3, 2, 1, 0, None]


def test_tries_that_were_not_used_up_start_anew_too() -> None:
    _take(2)
    assert _take(1, NOON + HOURS_24) == [4]


def test_knocking_at_a_locked_door_does_not_lengthen_the_lock() -> None:
    _take(5)
    _take(3, NOON + timedelta(hours=23))
    assert _take(1, NOON + HOURS_24) == [4]


def test_a_success_forgets_the_tries() -> None:
    _take(4)
    batch.write([], gone=[tries.of_case(CASE_ID)])
    assert _take(1) == [4]


@pytest.mark.parametrize("rivals", range(1, 7))
def test_parallel_guesses_cannot_share_a_try(rivals: int) -> None:
    """Others use tries up after this one has begun and before its request reaches the table."""
    got: list[int | None] = []

    def meanwhile(**_: Any) -> None:
        events.unregister("before-send.dynamodb.UpdateItem", meanwhile)
        got.extend(_take(rivals))

    events = Row._get_connection().connection.client.meta.events
    events.register_first("before-send.dynamodb.UpdateItem", meanwhile)
    got.append(tries.take(tries.of_case(CASE_ID), NOON))
    expected = [4, 3, 2, 1, 0, None, None]
    assert got == expected[: rivals + 1]


def test_the_count_goes_by_itself(scene: Scene) -> None:
    _take(1)
    row = next(row for row in scene.rows() if row["sk"]["S"].endswith("#TRIES"))
    assert int(row["ttl"]["N"]) == int((NOON + HOURS_24).timestamp())
