"""The times a mediation may meet, as the borrower reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.api import views
from chalicelib.api.visit import Visit
from chalicelib.domain.local_form import format_hours, format_span, format_weekday
from chalicelib.domain.meeting_times import PartOfDay, offered
from chalicelib.forms.journey import Answers


def offers(visit: Visit) -> Mapping[str, Mapping[str, str]]:
    """Return what may be chosen for the field `times`, by code, in the borrower's own zone."""
    from chalicelib import profiles

    case = visit.case()
    profile, zone = profiles.of_version(case.profile, case.profile_version), views.zone_of(case)
    return _read(visit, offered(profile, zone, visit.wiring.clock()))


def by_day(visit: Visit, codes: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """Return the days of some times in order, each with the hours of its times by code."""
    zone, language, region = views.zone_of(visit.case()), visit.language, visit.case().profile
    days: dict[str, dict[str, str]] = {}
    for part in (PartOfDay.of(code, zone) for code in codes):
        day = format_weekday(part.start.date(), language, region=region)
        hours = format_hours(part.start, part.end, language, region=region)
        days.setdefault(day, {})[part.code] = hours
    return list(days.items())


def chosen(visit: Visit, answers: Answers) -> Mapping[str, Mapping[str, str]]:
    """Return how the `times` of a sending read, whether or not they are offered still."""
    zone, codes = views.zone_of(visit.case()), answers.get("times")
    return _read(visit, [PartOfDay.of(code, zone) for code in codes] if isinstance(codes, list) else [])


def _read(visit: Visit, parts: Sequence[PartOfDay]) -> Mapping[str, Mapping[str, str]]:
    language, region = visit.language, visit.case().profile
    return {
        "times": {part.code: format_span(part.start, part.end, language, region=region) for part in parts}
    }
