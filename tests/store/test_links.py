"""Borrower links: live, or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.store import batch, links
from chalicelib.store.links import Link
from chalicelib.store.visitor_rows import LinkRow
from tests.samples import CASE_ID, NOON
from tests.scene import Scene

LINK = Link("d" * 43, CASE_ID, NOON + timedelta(days=44))


@pytest.fixture(autouse=True)
def _stored(scene: Scene) -> None:
    batch.write([links.row_of(LINK)])


def test_a_live_link_leads_to_its_case() -> None:
    assert links.find(LINK.digest, NOON) == LINK


@pytest.mark.parametrize(("seconds", "found"), [(-1, True), (0, False), (1, False)])
def test_a_link_ends_at_its_moment_though_its_row_is_still_there(seconds: int, found: bool) -> None:
    """DynamoDB drops rows up to days after their TTL."""
    assert (links.find(LINK.digest, LINK.expires_at + timedelta(seconds=seconds)) is not None) is found


def test_unknown_and_revoked_links_look_alike() -> None:
    row = LinkRow.get(f"LINK#{LINK.digest}", "LINK")
    row.update([LinkRow.revoked.set("2026-11-24")])
    assert links.find(LINK.digest, NOON) is links.find("e" * 43, NOON) is None


def test_the_row_goes_by_itself(scene: Scene) -> None:
    row = next(row for row in scene.rows() if row["pk"]["S"].startswith("LINK#"))
    assert row["ttl"]["N"] == str(int(LINK.expires_at.timestamp()))
