"""What a step may send now, what it must not, and what has to wait (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.contact_rules import Decision, Verdict, decide
from chalicelib.domain.profile import Profile, Step


def claim_key(step: str, channel: ChannelName) -> str:
    """Return the key under which the one send of a step over a channel is claimed."""
    return f"{step}#{channel.value}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The verdict on every channel of a step that has not been claimed yet, in the step's order."""

    decisions: tuple[tuple[ChannelName, Decision], ...]

    def having(self, verdict: Verdict) -> tuple[tuple[ChannelName, Decision], ...]:
        """Return the channels with this verdict."""
        return tuple(pair for pair in self.decisions if pair[1].verdict == verdict)

    @property
    def unfinished(self) -> bool:
        """Whether something of the step may still go, now or later."""
        return any(decision.verdict != Verdict.DENY for _, decision in self.decisions)

    @property
    def not_before(self) -> datetime | None:
        """The first moment (UTC) at which something deferred may go, or None when nothing waits."""
        moments = [decision.not_before for _, decision in self.decisions if decision.not_before]
        return min(moments, default=None)


def plan(case: Case, step: Step, profile: Profile, at: datetime) -> Plan:
    """Return what to do with each channel of a step at `at` (aware, UTC)."""
    return Plan(
        tuple(
            (channel, decide(case, channel, profile, at))
            for channel in step.channels
            if claim_key(step.name, channel) not in case.claims
        )
    )
