"""A provider's health as a pure state machine: closed, open, one probe, and a slow way back."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a provider is given a rest and how it comes back (*policy*); times in seconds.

    It opens when of at least `least` calls in the last `window` the share `ratio` failed; a call slower than
    `slow` counts as a failure. It stays open for `first`, doubling to `longest` while it does not recover.
    After a probe that went well its weight grows from `floor` to 1 over `drift`.
    """

    window: float = 60.0
    least: int = 5
    ratio: float = 0.5
    slow: float = 4.0
    first: float = 30.0
    longest: float = 300.0
    drift: float = 300.0
    floor: float = 0.05


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a provider: recent calls (moment, failed), when it opened and when it came back.

    `rest` is the length of the last opening, 0 while it is well; `probing` while the one probe is out.
    """

    calls: tuple[tuple[float, bool], ...] = ()
    opened_at: float | None = None
    rest: float = 0.0
    probing: bool = False
    recovered_at: float | None = None


def may_call(health: Health, now: float) -> bool:
    """Whether a message may go to the provider: it is closed, or its rest is over and nobody probes it."""
    return health.opened_at is None or (now >= health.opened_at + health.rest and not health.probing)


def weight(health: Health, rules: BreakerRules, now: float) -> float:
    """Return the share of its own weight a provider gets, from `floor` to 1.

    A probe and the first calls after it get little, so that no herd runs over a provider that just got up.
    """
    if health.opened_at is not None:
        return rules.floor
    if health.recovered_at is None:
        return 1.0
    return min(1.0, max(rules.floor, (now - health.recovered_at) / rules.drift))


def called(health: Health) -> Health:
    """Return the health once a message is on its way: in an open breaker it is the probe."""
    return replace(health, probing=health.opened_at is not None)


def answered(health: Health, rules: BreakerRules, now: float, *, failed: bool) -> Health:
    """Return the health after a call that came back at `now`."""
    if health.opened_at is not None:
        return _opened(health, rules, now) if failed else Health(rest=health.rest, recovered_at=now)
    recent = tuple(call for call in health.calls if call[0] > now - rules.window)
    health = _well(replace(health, calls=(*recent, (now, failed))), rules, now)
    failures = sum(failed for _, failed in health.calls)
    if len(health.calls) >= rules.least and failures >= rules.ratio * len(health.calls):
        return _opened(health, rules, now)
    return health


def _opened(health: Health, rules: BreakerRules, now: float) -> Health:
    """Open it: for twice as long as last time if it has not been well since."""
    return Health(opened_at=now, rest=min(rules.longest, 2 * health.rest or rules.first))


def _well(health: Health, rules: BreakerRules, now: float) -> Health:
    """Forget the last opening once the way back is over."""
    if health.recovered_at is None or now < health.recovered_at + rules.drift:
        return health
    return replace(health, rest=0.0, recovered_at=None)
