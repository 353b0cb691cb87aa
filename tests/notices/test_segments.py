"""SMS segments, at every edge where a character more costs a segment more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.notices.segments import Segments, count_segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 1)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("[" * 80, Segments("GSM-7", 160, 1)),
        ("€" * 81, Segments("GSM-7", 162, 2)),
        ("款" * 70, Segments("UCS-2", 70, 1)),
        ("款" * 71, Segments("UCS-2", 71, 2)),
        ("款" * 134, Segments("UCS-2", 134, 2)),
        ("款" * 135, Segments("UCS-2", 135, 3)),
        ("款" * 201, Segments("UCS-2", 201, 3)),
        ("款" * 202, Segments("UCS-2", 202, 4)),
        ("😀" * 35, Segments("UCS-2", 70, 1)),
        ("【A】" + "a" * 67, Segments("UCS-2", 70, 1)),
        ("`", Segments("UCS-2", 1, 1)),
        ("ç", Segments("UCS-2", 1, 1)),
    ],
)
def test_edges(text: str, expected: Segments) -> None:
    assert count_segments(text) == expected


def test_pairs_are_not_split_between_parts() -> None:
    # 66 + a pair: the pair moves to the second part, so 67 + 67 units no longer fit in two parts.
    assert count_segments("款" * 66 + "😀" + "款" * 66).count == 3
    assert count_segments("款" * 134).count == 2
    assert count_segments("a" * 152 + "€" + "a" * 152).count == 3


@given(st.text(max_size=500), st.characters())
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    assert count_segments(text + more).count >= count_segments(text).count
    assert count_segments(text).count * 160 >= len(text)
