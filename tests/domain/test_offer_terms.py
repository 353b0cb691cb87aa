"""Terms that a person sets: exact, within the lender's limits, whatever they are (invariant 16)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.arrangement import Way
from chalicelib.domain.offer_limits import Limits, Means
from chalicelib.domain.offer_terms import Terms, adjusted
from chalicelib.domain.offers import offers
from tests.samples import amount

TODAY = date(2026, 11, 23)
LIMITS = Limits(most_months=24, yearly_rate=600, principal=30, penalty=100, fees=50, least_instalment=1_000)
OWED = amount(penalty=20_000, fees=7)
FOUND = {each.arrangement.way: each.arrangement for each in offers(OWED, TODAY, LIMITS, Means())}


def test_nothing_set_leaves_an_offer_as_it_is() -> None:
    assert all(adjusted(each, Terms(), LIMITS, TODAY) == each for each in FOUND.values())


@given(
    st.sampled_from(sorted(FOUND)),
    st.one_of(st.none(), st.integers(1, 30)),
    st.one_of(st.none(), st.integers(-3, 120)),
    st.dictionaries(st.sampled_from(["principal", "fees", "penalty"]), st.integers(-5, 400_000), max_size=2),
)
def test_what_is_permitted_sums_exactly_and_keeps_every_limit(
    way: Way, count: int | None, days: int | None, waived: dict[str, int]
) -> None:
    first = None if days is None else TODAY + timedelta(days=days)
    try:
        found = adjusted(FOUND[way], Terms(count=count, first_due=first, waived=waived), LIMITS, TODAY)
    except ValueError:
        return
    assert found.owed.total - found.waived.total + found.interest == found.plan.total
    assert found.months <= min(LIMITS.most_months, count or LIMITS.most_months)
    assert TODAY < found.first_due <= LIMITS.latest_start(TODAY)
    assert found.waived.principal <= 300_000
    assert found.waived.fees <= 3
    assert (found.interest == 0) or way == Way.REAMORTISATION


def test_a_shorter_reamortised_plan_costs_less_interest() -> None:
    short = adjusted(FOUND[Way.REAMORTISATION], Terms(count=6), LIMITS, TODAY)
    assert short.months == 6
    assert 0 < short.interest < FOUND[Way.REAMORTISATION].interest
    later = adjusted(FOUND[Way.REAMORTISATION], Terms(first_due=TODAY + timedelta(days=9)), LIMITS, TODAY)
    assert later.interest == FOUND[Way.REAMORTISATION].interest
    assert later.first_due == TODAY + timedelta(days=9)


def test_what_is_not_permitted_is_named() -> None:
    with pytest.raises(ValueError, match="at least 100000"):
        adjusted(
            FOUND[Way.INSTALMENTS], Terms(count=24), Limits(most_months=24, least_instalment=100_000), TODAY
        )
    with pytest.raises(ValueError, match="at most"):
        adjusted(FOUND[Way.WAIVER], Terms(waived={"fees": 4}), LIMITS, TODAY)
