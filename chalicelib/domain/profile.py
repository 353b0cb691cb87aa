"""A jurisdiction's rules as dated data: one version, and which version is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.domain.agreement import EffectRule
from chalicelib.domain.calendar import Calendar
from chalicelib.domain.caps import Cap
from chalicelib.domain.codes import ChannelName, HoldKind, Purpose, Stage
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.purposes import PurposeRule
from chalicelib.domain.rules import Duty, Hold, OptOut, Rule, Scope, Term
from chalicelib.domain.windows import Window

_DAY = 86_400


class Hours(NamedTuple):
    """The permitted hours of a channel and the rule that sets them."""

    rule: Rule
    window: Window


@dataclass(frozen=True, slots=True)
class Step:
    """One round of messages and how long the machine then waits for an answer; all times in seconds.

    `channels` go at once, `fallback` one after another while no receipt says delivered: each has `patience`
    to be delivered (or its `own_patience`), and no further one is begun after `budget`. What could not be
    sent within `useful` is cancelled. A message beside the rounds has neither stage nor wait.
    """

    name: str
    stage: Stage | None
    purpose: Purpose
    channels: tuple[ChannelName, ...]
    fallback: tuple[ChannelName, ...]
    patience: int
    budget: int
    useful: int
    wait: int
    own_patience: Mapping[ChannelName, int] = field(default_factory=dict)

    def patience_for(self, channel: ChannelName) -> int:
        """Return for how many seconds what was sent over a channel counts as on its way."""
        return self.own_patience.get(channel, self.patience)

    @property
    def template(self) -> str:
        """The name its words go by: all that are told in the same words share it."""
        return self.name.partition("-")[0]

    def numbered(self, name: str) -> Step:
        """Return this message as one of several: over the one channel that its name ends in, or over all."""
        if name.count("-") == 1 and name.rpartition("-")[2].replace("_", "").isdecimal():
            return replace(self, name=name)
        channel = name.rpartition("-")[2]
        if channel not in {each.value for each in self.channels}:
            raise InvalidProfile(f"{self.name} does not go over {channel}")
        return replace(self, name=name, channels=(ChannelName(channel),), fallback=())


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """One dated version of a jurisdiction's rules; `rules` is every rule in it by id.

    The first of `zones` is the country's home zone: its day decides which version is in force. `regulator`
    is empty when the lender has to name the authority (see `regulator_from_lender`). `contact_window` is the
    general one, `hours` has each channel's own, `asked_hours` the rule that a person's own bind,
    `agreement_effect` when a mediation agreement binds.
    """

    jurisdiction: str
    version: str
    scope: Scope
    effective_from: date
    effective_to: date | None
    languages: tuple[str, ...]
    zones: tuple[str, ...]
    calendar: Calendar
    regulator: Mapping[str, Any]
    contact_window: Window
    hours: Mapping[ChannelName, Hours]
    asked_hours: Rule
    opt_out: OptOut
    agreement_effect: EffectRule
    caps: tuple[Cap, ...]
    purposes: Mapping[Purpose, PurposeRule]
    holds: Mapping[HoldKind, Hold]
    steps: tuple[Step, ...]
    notices: tuple[Step, ...]
    terms: Mapping[str, Term]
    duties: Mapping[str, Duty]
    rules: Mapping[str, Rule]

    def __repr__(self) -> str:
        return f"Profile({self.version!r})"

    def step(self, stage: Stage) -> Step:
        """Return the step that a stage of the machine carries out; raises InvalidProfile when it has none."""
        for step in self.steps:
            if step.stage == stage:
                return step
        raise InvalidProfile(f"{self.version}: no step for stage {stage}")

    def step_named(self, name: str) -> Step:
        """Return a round or a message beside them by name; raises InvalidProfile when there is none.

        What may be told more than once has a number in its name, and its one channel when it has but one:
        `access_code-3-EMAIL`, `meeting_reminder-2`, `instalment_reminder-1_3` (of the first plan, the third).
        """
        kind, _, rest = name.partition("-")
        for step in (*self.steps, *self.notices):
            if step.name == name:
                return step
            if step.name == kind and step in self.notices and rest:
                return step.numbered(name)
        raise InvalidProfile(f"{self.version}: no step {name}")

    def term(self, name: str) -> Term:
        """Return a term by name; raises InvalidProfile when this version sets none."""
        if name not in self.terms:
            raise InvalidProfile(f"{self.version}: no term {name}; it has {', '.join(sorted(self.terms))}")
        return self.terms[name]

    def last_day(self, name: str, start: date) -> date:
        """Return the last day of a term that starts on `start` (a local day, itself not counted)."""
        return self.term(name).last_day(start, self.calendar)

    @property
    def timers(self) -> dict[str, int]:
        """The machine's timers in seconds by stage, for the execution's input."""
        return {step.stage.value: step.wait for step in self.steps if step.stage} | {
            Stage.ANSWERED.value: self.answered_wait
        }

    @property
    def response_time(self) -> int:
        """Seconds a borrower has to answer, from the first notice to the end of the last window."""
        return sum(step.wait for step in self.steps)

    def respond_by(self, noticed_at: datetime, zone: ZoneInfo) -> date:
        """Return the borrower's local day by which he is asked to answer a notice of `noticed_at`."""
        return (noticed_at + timedelta(seconds=self.response_time)).astimezone(zone).date()

    @property
    def answered_wait(self) -> int:
        """Seconds a mediation may take, from the answer on."""
        return self.term("mediation_limit").seconds

    @property
    def retention_days(self) -> int:
        """Days for which evidence is kept."""
        return self.term("retention").seconds // _DAY

    @property
    def regulator_from_lender(self) -> bool:
        """Whether notices name an authority that the lender's row has to give."""
        return not self.regulator

    def is_in_force(self, at: datetime) -> bool:
        """Whether this version applies at `at`: from midnight to midnight in the home zone (*policy*)."""
        day = at.astimezone(ZoneInfo(self.zones[0])).date()
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


def in_force(versions: Iterable[Profile], at: datetime) -> Profile:
    """Return the version in force at `at` (aware); raises InvalidProfile unless there is exactly one."""
    current = [version for version in versions if version.is_in_force(at)]
    if len(current) != 1:
        raise InvalidProfile(f"{len(current)} profile versions are in force at {at}; exactly one must be")
    return current[0]
