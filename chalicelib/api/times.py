"""The times a mediation may meet, as the borrower reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.api import views
from chalicelib.api.visit import Visit
from chalicelib.domain.local_form import format_span
from chalicelib.domain.meeting_times import PartOfDay, offered


def offers(visit: Visit) -> Mapping[str, Mapping[str, str]]:
    """Return what may be chosen for the field `times`, by code, in the borrower's own zone."""
    from chalicelib import profiles

    case = visit.case()
    profile, zone = profiles.of_version(case.profile, case.profile_version), views.zone_of(case)
    return _read(visit, offered(profile, zone, visit.wiring.clock()))


def chosen(visit: Visit, codes: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return how times read that were chosen once, whether or not they are offered still."""
    zone = views.zone_of(visit.case())
    return _read(visit, [PartOfDay.of(code, zone) for code in codes])


def _read(visit: Visit, parts: Sequence[PartOfDay]) -> Mapping[str, Mapping[str, str]]:
    language, region = visit.language, visit.case().profile
    return {
        "times": {part.code: format_span(part.start, part.end, language, region=region) for part in parts}
    }
