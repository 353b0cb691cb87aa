"""The part of a profile's JSON that says who may be contacted when, how often and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from chalicelib.domain.calendar import Calendar
from chalicelib.domain.caps import LONGEST_LOOK_BACK, Cap, Counting, Per, Pooled
from chalicelib.domain.codes import ChannelName, HoldKind, Purpose
from chalicelib.domain.profile import Hours
from chalicelib.domain.purposes import End, Heeding, PurposeRule
from chalicelib.domain.rules import Hold
from chalicelib.domain.section import Section
from chalicelib.domain.windows import Window

_MINUTE = 60
# Days on which the zones of one country stand differently to each other: winter, summer, and the weeks in
# which some have changed their clocks and others not yet.
_SAMPLES = ((1, 15), (3, 20), (7, 15), (10, 28))


class Weekday(StrEnum):
    """A day of the week, Monday first."""

    MON = "MON"
    TUE = "TUE"
    WED = "WED"
    THU = "THU"
    FRI = "FRI"
    SAT = "SAT"
    SUN = "SUN"


def hours(
    data: Section, calendar: Calendar, zones: Sequence[str], year: int
) -> tuple[Window, Mapping[ChannelName, Hours]]:
    """Return the general window, and each channel's own (or the general one) with its rule."""
    country = [ZoneInfo(zone) for zone in zones]
    with data:
        general = Hours(data.rule(), _window(data, calendar, country, year))
        found = dict.fromkeys(ChannelName, general)
        with data.inner("channels") as channels:
            for name in channels.left():
                if name not in list(ChannelName):
                    raise channels.fault(name, f"must be one of {', '.join(ChannelName)}")
                with channels.inner(name) as own:
                    found[ChannelName(name)] = Hours(own.rule(), _window(own, calendar, country, year))
        return general.window, found


def _window(data: Section, calendar: Calendar, zones: Sequence[ZoneInfo], year: int) -> Window:
    shut = frozenset(list(Weekday).index(day) for day in data.codes("closed_weekdays", Weekday))
    days_off = calendar.holidays if data.flag("closed_on_holidays") else frozenset()
    window = Window(data.clock("opens"), data.clock("closes"), shut, days_off)
    if window.opens >= window.closes:
        raise data.fault("opens", "must lie before closes")
    for month, day in _SAMPLES:
        try:
            window.next_open(datetime(year, month, day, tzinfo=UTC), zones)
        except ValueError as error:
            raise data.fault("opens", "to closes is never open in all timezone_rule.zones at once") from error
    return window


def caps(whole: Section) -> tuple[Cap, ...]:
    """Return the caps, in the order of the data."""
    return tuple(_cap(data) for data in whole.inners("caps"))


def _cap(section: Section) -> Cap:
    with section as data:
        cap = Cap(
            rule=data.rule(),
            channels=frozenset(data.codes("channels", ChannelName, least=1)),
            together=data.flag("together"),
            most=data.whole("most"),
            days=data.whole("days"),
            counts=data.code("counts", Counting),
            per=data.code("per", Per),
            pooled=data.code("pooled", Pooled),
            enabled=data.flag("enabled"),
        )
        if cap.days > LONGEST_LOOK_BACK.days:
            raise data.fault("days", f"must be at most {LONGEST_LOOK_BACK.days}: older contacts are not kept")
        return cap


def purposes(whole: Section) -> Mapping[Purpose, PurposeRule]:
    """Return how each purpose is bound; whether MEDIATION counts is a rule of its own."""
    with whole.inner("count_mediation_as_contact") as mediation:
        mediation.rule()
        counted = mediation.flag("counted")
    with whole.inner("purposes") as data:
        return {
            purpose: _purpose(data.inner(purpose), counted if purpose == Purpose.MEDIATION else None)
            for purpose in Purpose
        }


def _purpose(section: Section, counted: bool | None) -> PurposeRule:
    with section as data:
        return PurposeRule(
            rule=data.rule(),
            counted=data.flag("counted") if counted is None else counted,
            capped=data.flag("capped"),
            windowed=data.flag("windowed"),
            heeds_opt_out=data.code("heeds_opt_out", Heeding),
            heeds_hours=data.code("heeds_hours", Heeding),
            stopped_by=frozenset(data.codes("stopped_by", HoldKind)),
            ended_by=frozenset(data.codes("ended_by", End)),
            at_once=(data.whole_if_there("at_once_minutes") or 0) * _MINUTE,
        )


def holds(data: Section) -> Mapping[HoldKind, Hold]:
    """Return what each kind of hold is here."""
    with data:
        return {kind: _hold(data.inner(kind)) for kind in HoldKind}


def _hold(section: Section) -> Hold:
    with section as data:
        return Hold(
            rule=data.rule(),
            days=data.take("days") if data.is_null("days") else data.whole("days"),
            extension_days=data.whole_if_there("extension_days"),
            days_after_treatment=data.whole_if_there("days_after_treatment"),
        )
