"""ISO 8601 durations by the calendar; anything else is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from infra.local.durations import Duration

START = datetime(2026, 1, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("P1D", "2026-02-01T08:00:00"),
        ("P1W", "2026-02-07T08:00:00"),
        ("PT2H30M", "2026-01-31T10:30:00"),
        ("P1DT0.5H", "2026-02-01T08:30:00"),
        ("PT36H", "2026-02-01T20:00:00"),
        ("P1M", "2026-02-28T08:00:00"),  # the month is shorter
        ("P1Y2M", "2027-03-31T08:00:00"),
        ("P0D", "2026-01-31T08:00:00"),
        ("PT1,5S", "2026-01-31T08:00:01.500000"),
    ],
)
def test_adds(text: str, after: str) -> None:
    assert Duration.parse(text).after(START) == datetime.fromisoformat(after).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "1D", "-P1D", "P-1D", "P1H", "P1S", "p1d", "P1.5M", "P1D ", "P1D\n"]
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|month"):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["P9000Y", "P99999999D", f"P{'9' * 30}D", f"P{'9' * 400}D", f"P{'9' * 30}Y"])
def test_the_clock_has_an_end(text: str) -> None:
    with pytest.raises(ValueError, match="9999"):
        Duration.parse(text).after(START)
