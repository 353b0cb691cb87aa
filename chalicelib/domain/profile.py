"""A jurisdiction's rules as dated data, checked when they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.codes import ChannelName, Stage
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.windows import Window

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a rule comes from: its id, its source (law and paragraph, or *policy*), certainty H, M or L."""

    id: str
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Step:
    """One round of messages and how long the machine then waits for an answer, in seconds."""

    name: str
    stage: Stage
    channels: tuple[ChannelName, ...]
    wait: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One dated version of a jurisdiction's rules."""

    jurisdiction: str
    version: str
    effective_from: date
    effective_to: date | None
    zones: tuple[str, ...]
    contact_window: Window
    contact_window_rule: Rule
    opt_out_rule: Rule
    hold_rule: Rule
    steps: tuple[Step, ...]
    answered_wait: int
    languages: tuple[str, ...]
    regulator: Mapping[str, Any]
    retention_days: int

    def step(self, stage: Stage) -> Step:
        """Return the step that a stage of the machine carries out; raises InvalidProfile when it has none."""
        for step in self.steps:
            if step.stage == stage:
                return step
        raise InvalidProfile(f"{self.version}: no step for stage {stage}")

    @property
    def timers(self) -> dict[str, int]:
        """The machine's timers in seconds by stage, for the execution's input."""
        return {step.stage.value: step.wait for step in self.steps} | {
            Stage.ANSWERED.value: self.answered_wait
        }

    @property
    def response_time(self) -> int:
        """Seconds a borrower has to answer, from the first notice to the end of the last window."""
        return sum(step.wait for step in self.steps)


def parse_profile(jurisdiction: str, data: Mapping[str, Any]) -> Profile:
    """Return the profile that `data` (one version of the JSON file) describes.

    Raises InvalidProfile naming the first key that is missing or wrong.
    """
    try:
        return _parse(jurisdiction, data)
    except KeyError as error:
        raise InvalidProfile(f"{jurisdiction} {data.get('version')}: key {error} is missing") from error
    except (TypeError, ValueError, OSError) as error:
        raise InvalidProfile(f"{jurisdiction} {data.get('version')}: {error}") from error


def _parse(jurisdiction: str, data: Mapping[str, Any]) -> Profile:
    window = data["contact_window"]
    for zone in data["timezone_rule"]["zones"]:
        ZoneInfo(zone)
    if not data["timezone_rule"]["zones"] or not data["steps"]:
        raise ValueError("timezone_rule.zones and steps must not be empty")
    return Profile(
        jurisdiction=jurisdiction,
        version=data["version"],
        effective_from=date.fromisoformat(data["effective_from"]),
        effective_to=date.fromisoformat(data["effective_to"]) if data["effective_to"] else None,
        zones=tuple(data["timezone_rule"]["zones"]),
        contact_window=_window(window),
        contact_window_rule=_rule(window),
        opt_out_rule=_rule(data["opt_out"]),
        hold_rule=_rule(data["dispute_hold"]),
        steps=tuple(_step(step) for step in data["steps"]),
        answered_wait=_days(data["mediation_limit"], "days") * _DAY,
        languages=tuple(data["languages"]),
        regulator=_regulator(data["regulator"], data["languages"]),
        retention_days=_days(data["retention"], "days"),
    )


def _window(data: Mapping[str, Any]) -> Window:
    window = Window(time.fromisoformat(data["opens"]), time.fromisoformat(data["closes"]))
    if window.opens >= window.closes:
        raise ValueError("contact_window.opens must lie before contact_window.closes")
    return window


def _regulator(data: Mapping[str, Any], languages: Iterable[str]) -> Mapping[str, Any]:
    """Return the regulator's data once all that a notice says of it is there, in every language."""
    told = [data[name][language] for name in ("name", "hours", "post") for language in languages]
    if not all([data["phone"], *told]):
        raise ValueError("regulator must have a phone, and name, hours and post in every language")
    return data


def _days(data: Mapping[str, Any], key: str) -> int:
    days: int = data[key]
    if type(days) is not int or days < 1:
        raise ValueError(f"{key} must be a whole number of days")
    return days


def _rule(data: Mapping[str, Any]) -> Rule:
    return Rule(data["rule"], data["source"], data["certainty"])


def _step(data: Mapping[str, Any]) -> Step:
    channels = tuple(ChannelName(name) for name in data["channels"])
    return Step(data["step"], Stage(data["stage"]), channels, _days(data, "wait_days") * _DAY)


def in_force(versions: Iterable[Profile], at: datetime) -> Profile:
    """Return the version in force on the UTC day of `at`; raises InvalidProfile when there is none."""
    day = at.date()
    current = [
        version
        for version in versions
        if version.effective_from <= day and (version.effective_to is None or day <= version.effective_to)
    ]
    if len(current) != 1:
        raise InvalidProfile(f"{len(current)} profile versions are in force on {day}; exactly one must be")
    return current[0]
