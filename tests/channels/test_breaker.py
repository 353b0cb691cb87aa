"""The breaker by a plain clock, and by Hypothesis where every order of calls must hold."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.breaker import BreakerRules, Health, answered, called, may_call, weight

RULES = BreakerRules()


def _after(health: Health, now: float, *failures: bool) -> Health:
    """The health after calls at `now`, one after the other."""
    for failed in failures:
        health = answered(called(health), RULES, now, failed=failed)
    return health


def _open(now: float = 0.0) -> Health:
    return _after(Health(), now, *[True] * RULES.least)


def test_it_opens_on_the_share_of_failures_once_there_are_enough_calls() -> None:
    assert may_call(_after(Health(), 0, *[True] * (RULES.least - 1)), 0), "too few to judge by"
    assert not may_call(_open(), 0)
    assert may_call(_after(Health(), 0, False, True, False, True, False), 0), "two of five"
    assert not may_call(_after(Health(), 0, False, True, False, True, False, True), 0), "three of six"


def test_old_failures_are_forgotten() -> None:
    health = _after(Health(), 0, *[True] * (RULES.least - 1))
    health = _after(health, RULES.window, False, True)
    assert may_call(health, RULES.window)
    assert len(health.calls) == 2


def test_it_rests_thirty_seconds_then_lets_one_probe_through() -> None:
    health = _open()
    assert weight(health, RULES, RULES.first) == RULES.floor, "and to that few come"
    assert not may_call(health, RULES.first - 0.1)
    assert may_call(health, RULES.first)
    probing = called(health)
    assert not may_call(probing, RULES.first), "one probe"
    assert not may_call(probing, RULES.first + 1000), "and no other while it is out"


def test_the_rest_doubles_to_five_minutes_while_probes_fail() -> None:
    health, now, rests = _open(), 0.0, []
    for _ in range(6):
        rests.append(health.rest)
        now += health.rest
        assert may_call(health, now)
        health = _after(health, now, True)
    assert rests == [30, 60, 120, 240, 300, 300]


def test_a_good_probe_closes_it_and_its_weight_drifts_back() -> None:
    health = _after(_open(), 30, False)
    assert may_call(health, 30)
    shares = [weight(health, RULES, 30 + seconds) for seconds in (0, 15, 75, 150, 300, 9999)]
    assert shares == [RULES.floor, RULES.floor, 0.25, 0.5, 1.0, 1.0]


def test_a_relapse_on_the_way_back_rests_longer_and_a_full_recovery_is_forgiven() -> None:
    back = _after(_open(), 30, False)
    assert _after(back, 100, *[True] * RULES.least).rest == 60
    well = _after(back, 30 + RULES.drift, False)
    assert well.rest == 0
    later = 30 + RULES.drift + RULES.window + 1
    assert _after(well, later, *[True] * RULES.least).rest == RULES.first


@given(
    st.lists(st.tuples(st.floats(0, 400), st.booleans()), max_size=60),
    st.lists(st.floats(0, 1000), min_size=2, max_size=10),
)
def test_whatever_happened_the_way_back_is_monotone_and_bounded(
    steps: list[tuple[float, bool]], looks: list[float]
) -> None:
    health, now = Health(), 0.0
    for pause, failed in steps:
        now += pause
        assert RULES.floor <= weight(health, RULES, now) <= 1
        if may_call(health, now):
            health = answered(called(health), RULES, now, failed=failed)
        assert health.rest <= RULES.longest
        assert not health.probing
    shares = [weight(health, RULES, now + look) for look in sorted(looks)]
    assert shares == sorted(shares)
    assert all(RULES.floor <= share <= 1 for share in shares)


@given(st.lists(st.tuples(st.floats(0.001, 400), st.booleans()), max_size=80))
def test_while_it_rests_nothing_is_called_and_after_that_one_call_decides(
    steps: list[tuple[float, bool]],
) -> None:
    health, now = Health(), 0.0
    for pause, failed in steps:
        now += pause
        if health.opened_at is None:
            assert may_call(health, now)
        else:
            assert may_call(health, now) == (now >= health.opened_at + health.rest)
        if may_call(health, now):
            was_open = health.opened_at is not None
            health = answered(called(health), RULES, now, failed=failed)
            if was_open:
                assert (health.opened_at == now) is failed


@given(st.lists(st.booleans(), max_size=40))
def test_it_opens_exactly_when_the_share_in_the_window_is_reached(failures: list[bool]) -> None:
    health = Health()
    for number, failed in enumerate(failures, 1):
        health = answered(called(health), RULES, 0.0, failed=failed)
        seen = failures[:number]
        due = number >= RULES.least and sum(seen) >= RULES.ratio * number
        assert (health.opened_at is not None) is due
        if due:
            return
