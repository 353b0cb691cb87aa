"""How long a notice waits when its provider asks to come back: longer each time, and not all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.profile import Profile, Step
from chalicelib.notices.outcome import Outcome, Sending
from chalicelib.notices.plan import PROVIDER_BUSY, Ground
from chalicelib.store.facts import Fact
from chalicelib.workflow.dispatch import Verdicts

_SHORTEST, _LONGEST = 60, 3600  # seconds


@dataclass(frozen=True, slots=True)
class Backoff:
    """Half of what a notice has waited already, between a minute and an hour, spread by half either way.

    The spread keeps the notices that met an outage together from coming back together.
    """

    randomness: Callable[[int], bytes]

    def of(
        self, this: Ground, allowed: Verdicts, results: Iterable[Outcome], history: Iterable[Fact]
    ) -> list[tuple[ChannelName, Decision]]:
        """Return the channels among those `allowed` whose provider asked to come back, and when to."""
        pairs = zip(allowed, results, strict=True)
        again = [channel for (channel, _), result in pairs if result.sending == Sending.AGAIN]
        if not again:
            return []
        first = first_deferred(this.step, history, PROVIDER_BUSY) or this.at
        until = this.at + timedelta(seconds=self._seconds((this.at - first).total_seconds()))
        return [(each, Decision(Verdict.DEFER, PROVIDER_BUSY, this.profile.version, until)) for each in again]

    def _seconds(self, waited: float) -> float:
        spread = 0.5 + int.from_bytes(self.randomness(2)) / 0xFFFF
        return min(max(waited / 2, _SHORTEST), _LONGEST) * spread


def since_hold(step: Step, history: Iterable[Fact], profile: Profile) -> list[Fact]:
    """Return what happened since a step last waited for a hold: after one its whole time begins anew."""
    holds = {hold.rule.id for hold in profile.holds.values()}
    found: list[Fact] = []
    for fact in history:
        deferred = fact.kind == FactKind.DEFERRED and fact.which[0] == step.name
        if deferred and fact.detail["rule"] in holds:
            found = []
        else:
            found.append(fact)
    return found


def first_deferred(step: Step, history: Iterable[Fact], rule: str | None = None) -> datetime | None:
    """Return when a step was deferred first (under `rule`), or None when it was not."""
    return min(
        (
            fact.at
            for fact in history
            if fact.kind == FactKind.DEFERRED
            and fact.which[0] == step.name
            and rule in (None, fact.detail["rule"])
        ),
        default=None,
    )
