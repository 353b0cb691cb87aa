"""What a step may send now, what it must not, and what has to wait (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.contact_rules import Decision, Question, Verdict, decide
from chalicelib.domain.person import Person
from chalicelib.domain.profile import Profile, Step
from chalicelib.domain.windows import zones_of

OUT_OF_TIME = "step.useful_time"
"""The rule under which a notice is cancelled that could not leave while it was of use (*policy*)."""

PROVIDER_BUSY = "provider.busy"
"""The rule a deferral stands under when a provider is throttled, away or its circuit is open (*policy*)."""


def claim_key(step: str, channel: ChannelName) -> str:
    """Return the key under which the one send of a step over a channel is claimed."""
    return f"{step}#{channel.value}"


def channel_of(key: str) -> ChannelName:
    """Return the channel a claim key names."""
    return ChannelName(key.partition("#")[2])


@dataclass(frozen=True, slots=True)
class Ground:
    """What decisions about one step of one case rest on; `since` is when the step first fell due, or
    what it replies to was done (UTC)."""

    case: Case
    person: Person
    profile: Profile
    step: Step
    at: datetime
    since: datetime

    def on(self, case: Case, person: Person) -> Ground:
        """Return this ground with the case and person as they have become."""
        return replace(self, case=case, person=person)

    def decide(self, channel: ChannelName, *, last_resort: bool = False) -> Decision:
        """Return whether the step's message may go over a channel now, or not until when, and why."""
        deadline = self.since + timedelta(seconds=self.step.useful)
        if self.at > deadline:
            return Decision(Verdict.DENY, OUT_OF_TIME, self.profile.version)
        purpose = self.step.purpose
        question = Question(
            self.case, self.person, channel, purpose, last_resort, acted_at=self.since, deadline=deadline
        )
        return decide(question, self.profile, self.at)

    def open_for(self, channel: ChannelName) -> int:
        """Return for how many seconds from now a message may still be handed over."""
        zones = zones_of(self.case.borrower.timezone, self.profile.zones)
        left = self.profile.hours[channel].window.open_for(self.at, zones)
        return max(0, int(left.total_seconds()))

    def unclaimed(self, channels: Iterable[ChannelName]) -> tuple[ChannelName, ...]:
        """Return those channels over which nobody has claimed this step's message, the preferred first."""
        left = [each for each in channels if claim_key(self.step.name, each) not in self.case.claims]
        return self.person.preferences.first(left)


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdict on each channel asked about, in order; `last_resort`: a preference has given way."""

    decisions: tuple[tuple[ChannelName, Decision], ...]
    last_resort: bool = False

    def having(self, verdict: Verdict) -> tuple[tuple[ChannelName, Decision], ...]:
        """Return the channels with this verdict."""
        return tuple(pair for pair in self.decisions if pair[1].verdict == verdict)

    @property
    def unfinished(self) -> bool:
        """Whether something may still go, now or later."""
        return any(decision.verdict != Verdict.DENY for _, decision in self.decisions)

    @property
    def not_before(self) -> datetime | None:
        """The first moment (UTC) at which something deferred may go, or None when nothing waits."""
        moments = [decision.not_before for _, decision in self.decisions if decision.not_before]
        return min(moments, default=None)


def plan(ground: Ground) -> Plan:
    """Return what to do with each channel that the step sends over at once."""
    return Plan(tuple((each, ground.decide(each)) for each in ground.unclaimed(ground.step.channels)))


def plan_fallback(ground: Ground, failed: Collection[str] = ()) -> Plan:
    """Return what to do with every channel that is left to the step, in the order they are tried.

    `failed`: the claims of sends that surely did not arrive. When rules leave no channel, and nothing of a
    statutory notice is out but what failed, a preference gives way: the law's notice is not to vanish (a
    window never gives way). What may have arrived keeps the preference.
    """
    step = ground.step
    every = (*step.channels, *step.fallback)
    left = ground.unclaimed(every)
    found = Plan(tuple((each, ground.decide(each)) for each in left))
    out = {claim_key(step.name, each) for each in every if each not in left}
    if found.unfinished or not out <= set(failed):
        return found
    return Plan(tuple((each, ground.decide(each, last_resort=True)) for each in left), last_resort=True)
