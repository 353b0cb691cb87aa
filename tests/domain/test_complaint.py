"""A complaint's clocks by each profile, and the hold of each kind of dispute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib import profiles
from chalicelib.domain.codes import HoldKind
from chalicelib.domain.complaint import Category, Complaint, due
from chalicelib.domain.complaint_clock import may_summarise
from chalicelib.domain.dispute import DisputeKind, hold_of
from tests.samples import NOON

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("jurisdiction", "acknowledge_by", "decide_by"),
    [
        ("CN", date(2026, 11, 30), date(2026, 12, 12)),
        ("US", date(2026, 12, 12), date(2027, 1, 26)),
        ("GB", date(2026, 11, 30), date(2027, 1, 22)),
        ("EU", date(2026, 12, 2), date(2027, 2, 25)),
    ],
)
def test_each_profile_has_its_clocks(jurisdiction: str, acknowledge_by: date, decide_by: date) -> None:
    assert due(profiles.current(jurisdiction, NOON), FRIDAY) == (acknowledge_by, decide_by)


def test_a_strangers_clock_is_the_shortest_of_all() -> None:
    own = due(profiles.current("CN", NOON), FRIDAY)
    for jurisdiction in ("US", "GB", "EU"):
        other = due(profiles.current(jurisdiction, NOON), FRIDAY)
        assert own[0] <= other[0]
        assert own[1] <= other[1]


def test_every_kind_of_dispute_lays_a_hold_that_stops_collection() -> None:
    for jurisdiction in ("CN", "US", "GB", "EU"):
        stopped = profiles.current(jurisdiction, NOON).purposes
        for kind in DisputeKind:
            assert all(
                hold_of(kind) in rule.stopped_by for name, rule in stopped.items() if name == "COLLECTION"
            )
    assert hold_of(DisputeKind.IDENTITY_THEFT) == HoldKind.IDENTITY_THEFT


def test_a_summary_is_enough_to_the_last_moment_of_the_third_local_business_day() -> None:
    """DISP 1.5.1R; the last Monday of August is a bank holiday, and London keeps summer time."""
    gb = profiles.current("GB", datetime(2026, 8, 27, tzinfo=UTC))
    received = datetime(2026, 8, 27, 22, 59, tzinfo=UTC)  # Thursday, a minute before midnight there
    made = Complaint(
        "i",
        "C-AAAA-2222",
        Category.SERVICE,
        received,
        *due(gb, date(2026, 8, 27)),
        gb.version,
        zone="Europe/London",
    )
    over = datetime(2026, 9, 2, 23, tzinfo=UTC)  # Wednesday is over
    assert may_summarise(made, gb, over - timedelta(microseconds=1))
    assert not may_summarise(made, gb, over)
    later = replace(made, received_at=received + timedelta(minutes=1))
    assert may_summarise(later, gb, over + timedelta(hours=23, minutes=59))
