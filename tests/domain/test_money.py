"""Money: the components always sum to the total shown."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import AmountMismatch
from chalicelib.domain.money import Amount

MINOR = st.integers(0, 10**15)
DAY = date(2026, 11, 20)


@given(MINOR, MINOR, MINOR, MINOR, MINOR, st.integers(-3, 3))
def test_only_an_exact_sum_is_an_amount(p: int, i: int, f: int, n: int, c: int, off: int) -> None:
    total = p + i + f + n - c + off
    if off:
        with pytest.raises(AmountMismatch, match=str(total)):
            Amount("CNY", total, p, i, f, n, c, DAY)
    else:
        assert Amount("CNY", total, p, i, f, n, c, DAY).sum_of_components == total


@pytest.mark.parametrize(("total", "settled"), [(1, False), (0, True), (-5, True)])
def test_only_nothing_owed_is_settled(total: int, settled: bool) -> None:
    assert Amount("CNY", total, 100, 0, 0, 0, 100 - total, DAY).settled is settled
