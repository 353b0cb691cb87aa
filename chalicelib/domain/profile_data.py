"""A profile's JSON becomes a Profile; each fault is named by file, version and key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.agreement import Effect, EffectRule
from chalicelib.domain.calendar import Calendar
from chalicelib.domain.contact_data import caps, holds, hours, purposes
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.profile import Profile
from chalicelib.domain.rules import OptOut, Rule, Scope
from chalicelib.domain.section import Section
from chalicelib.domain.step_data import duties, notices, steps, terms

Calendars = Callable[[str], Calendar]

_TOLD = ("name", "hours", "post")  # of a regulator, in every language


def parse_file(jurisdiction: str, data: object, calendars: Calendars) -> tuple[Profile, ...]:
    """Return all versions in a jurisdiction's file; `calendars` finds a holiday calendar by name.

    A version that is `based_on` an earlier one repeats only the top-level keys it changes. Raises
    InvalidProfile when a version is wrong, or when those of one scope overlap or leave a day without rules.
    """
    file = f"{jurisdiction.lower()}.json"
    with Section(data, file) as whole:
        if whole.text("jurisdiction") != jurisdiction:
            raise whole.fault("jurisdiction", f"must be {jurisdiction}, as the file is called")
        given = whole.take("versions")
    if not isinstance(given, list) or not given:
        raise InvalidProfile(f"{file}: versions must be a list, at least one")
    kept: dict[str, dict[str, Any]] = {}
    found = []
    for each in given:
        full = _based(each, kept, file)
        profile = parse_profile(jurisdiction, full, calendars)
        if profile.version in kept:
            raise InvalidProfile(f"{file} {profile.version}: version is there twice")
        kept[profile.version] = full
        found.append(profile)
    _check_succession(found, file)
    return tuple(found)


def parse_profile(jurisdiction: str, data: object, calendars: Calendars) -> Profile:
    """Return the profile that `data`, one version in full, describes; raises InvalidProfile."""
    version = data.get("version") if isinstance(data, dict) else None
    source = f"{jurisdiction.lower()}.json {version or 'version ?'}"
    with Section(data, source, jurisdiction=jurisdiction) as whole:
        return _profile(jurisdiction, whole, calendars)


def _profile(jurisdiction: str, whole: Section, calendars: Calendars) -> Profile:
    name = whole.text("version")
    if not re.fullmatch(rf"{jurisdiction}@[a-z0-9-]+", name):
        raise whole.fault("version", f"must be {jurisdiction}@ and a name of lower-case letters and digits")
    starts, ends = whole.day("effective_from"), _last_day(whole)
    if ends and ends < starts:
        raise whole.fault("effective_to", "must not lie before effective_from")
    languages, zones, calendar = whole.texts("languages"), _zones(whole), _calendar(whole, calendars)
    general, of_channels = hours(whole.inner("contact_window"), calendar, zones, starts.year)
    return Profile(
        jurisdiction=jurisdiction,
        version=name,
        scope=whole.code("scope", Scope),
        effective_from=starts,
        effective_to=ends,
        languages=languages,
        zones=zones,
        calendar=calendar,
        regulator=_regulator(whole.inner("regulator"), languages),
        contact_window=general,
        hours=of_channels,
        asked_hours=_asked_hours(whole.inner("asked_hours")),
        opt_out=_opt_out(whole.inner("opt_out")),
        agreement_effect=_effect(whole.inner("agreement_effect")),
        caps=caps(whole),
        purposes=purposes(whole),
        holds=holds(whole.inner("holds")),
        steps=steps(whole.inner("steps")),
        notices=notices(whole.inner("notices")),
        terms=terms(whole.inner("terms")),
        duties=duties(whole.inner("duties")),
        rules=whole.rules,
    )


def _asked_hours(data: Section) -> Rule:
    with data:
        return data.rule()


def _last_day(whole: Section) -> date | None:
    return whole.take("effective_to") if whole.is_null("effective_to") else whole.day("effective_to")


def _zones(whole: Section) -> tuple[str, ...]:
    with whole.inner("timezone_rule") as data:
        data.rule()
        zones = data.texts("zones")
        for zone in zones:
            try:
                ZoneInfo(zone)
            except (ValueError, OSError, KeyError) as error:
                raise data.fault("zones", f"names an unknown time zone, {zone!r}") from error
        return zones


def _calendar(whole: Section, calendars: Calendars) -> Calendar:
    with whole.inner("business_day_rule") as data:
        data.rule()
        return calendars(data.text("holiday_calendar"))


def _opt_out(data: Section) -> OptOut:
    with data:
        return OptOut(data.rule(), data.texts("words"))


def _effect(data: Section) -> EffectRule:
    with data:
        return EffectRule(data.rule(), data.code("on", Effect))


def _regulator(data: Section, languages: tuple[str, ...]) -> Mapping[str, Any]:
    """Return the regulator once all that a notice says of it is there; {} when the lender has to say it."""
    with data:
        data.rule()
        if data.flag("from_lender"):
            return {}
        told: dict[str, Any] = {"phone": data.text("phone")}
        for key in _TOLD:
            with data.inner(key) as words:
                told[key] = {language: words.text(language) for language in languages}
        return told


def _based(data: object, kept: Mapping[str, dict[str, Any]], file: str) -> dict[str, Any]:
    """Return a version in full: its own keys over those of the version it is based on."""
    if not isinstance(data, dict):
        raise InvalidProfile(f"{file}: each of versions must be an object")
    if "based_on" not in data:
        return data
    if data["based_on"] not in kept:
        raise InvalidProfile(f"{file} {data.get('version')}: based_on must name a version further up")
    return kept[data["based_on"]] | {key: value for key, value in data.items() if key != "based_on"}


def _check_succession(found: list[Profile], file: str) -> None:
    """Raise InvalidProfile unless each scope's versions follow one another day by day in one home zone."""
    for scope in Scope:
        own = sorted((one for one in found if one.scope == scope), key=lambda one: one.effective_from)
        for before, after in pairwise(own):
            if before.effective_to is None or before.effective_to >= after.effective_from:
                raise InvalidProfile(f"{file} {after.version}: effective_from overlaps {before.version}")
            if before.effective_to + timedelta(days=1) != after.effective_from:
                raise InvalidProfile(
                    f"{file} {after.version}: effective_from leaves a gap after {before.version}"
                )
            if before.zones[0] != after.zones[0]:
                raise InvalidProfile(f"{file} {after.version}: timezone_rule.zones changes the home zone")
