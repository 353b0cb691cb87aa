"""Several rows in one call, all of them or an error."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.domain.codes import Stage
from chalicelib.store import batch, links, waits
from chalicelib.store.links import Link
from chalicelib.store.rows import Row
from chalicelib.store.waits import Wait
from tests.samples import CASE_ID, NOON
from tests.scene import Scene


def test_rows_of_different_kinds_go_in_one_call(scene: Scene) -> None:
    calls: list[str] = []
    client = Row._get_connection().connection.client
    client.meta.events.register("before-send.dynamodb.*", lambda request, **_: calls.append(request.url))
    link = Link("d" * 43, CASE_ID, NOON + timedelta(days=44))
    wait = Wait(CASE_ID, Stage.NOTIFY, Stage.REMIND, "token", NOON)
    batch.write((links.row_of(link), waits.row_of(wait)))
    assert len(calls) == 1
    assert (links.find(link.digest, NOON), waits.get(CASE_ID)) == (link, wait)


def test_rows_come_and_go_in_one_call(scene: Scene) -> None:
    old, new = (links.row_of(Link(name * 43, CASE_ID, NOON)) for name in "de")
    batch.write([old])
    batch.write([new], gone=[old])
    kept = [row["pk"]["S"] for row in scene.rows() if row["sk"]["S"] == "LINK"]
    assert kept == [f"LINK#{'e' * 43}"]


def test_more_rows_than_one_call_takes_are_all_written(scene: Scene) -> None:
    rows = [links.row_of(Link(f"{n:043d}", CASE_ID, NOON)) for n in range(30)]
    batch.write(rows)
    assert sum(row["pk"]["S"].startswith("LINK#") for row in scene.rows()) == 30
