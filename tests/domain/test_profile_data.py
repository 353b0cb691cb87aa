"""A profile's file is whole, or refused with the file, the version and the key that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.profile import Profile
from chalicelib.domain.profile_data import parse_file, parse_profile
from tests.domain.given import JURISDICTIONS, changed, data

# What one jurisdiction has and another does without.
OPTIONAL = re.compile(
    r"(at_once_minutes|extension_days|days_after_treatment|channels/VOICE"
    r"|terms/(mediation_extension|court_confirmation|opt_out_effect|complaint_(decision_complex|extension"
    r"|summary|referral)|validation_notice|dispute_window|assumed_receipt"
    r"|arrears_notice|default_notice|recordings_retention))$"
)
MONTHS = {"rule": "CN.retention", "source": "policy", "certainty": "L", "months": 36}
UNITS = ("minutes", "hours", "days", "business_days", "months")


def _paths(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key in the data with what it holds; places in lists are only passed through."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield f"{path}/{key}".strip("/"), inner
            yield from _paths(inner, f"{path}/{key}".strip("/"))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _paths(inner, f"{path}/{place}")


def _refusal(jurisdiction: str, whole: dict[str, Any]) -> str:
    with pytest.raises(InvalidProfile) as error:
        parse_profile(jurisdiction, whole, profiles.calendar)
    return str(error.value)


_USUAL = {"budget": "budget_hours", "useful": "useful_days"}
"""How a length of time is said where none is said at all."""


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_each_key_that_is_missing_is_named(jurisdiction: str) -> None:
    whole = data(jurisdiction)
    tried = 0
    for path, _ in _paths(whole):
        if OPTIONAL.search(path):
            continue
        above, _, key = path.rpartition("/")
        told = _refusal(jurisdiction, changed(whole, path, drop=True))
        version = "version ?" if path == "version" else f"{jurisdiction}@1"
        a_unit = above.startswith("terms/") and key in UNITS
        usual = re.sub("(budget|useful)_minutes$", lambda found: _USUAL[found[1]], path)
        place = f"{above} must be in exactly one of" if a_unit else f"{usual} is missing"
        assert told.startswith(f"{jurisdiction.lower()}.json {version}: {place.replace('/', '.')}"), path
        tried += 1
    assert tried > 200


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_each_key_that_is_unknown_is_named(jurisdiction: str) -> None:
    whole = data(jurisdiction)
    objects = [""] + [f"{path}/" for path, value in _paths(whole) if isinstance(value, dict)]
    objects += [f"caps/{place}/" for place in range(len(whole["caps"]))] + ["steps/rounds/2/"]
    for place in objects:
        told = _refusal(jurisdiction, changed(whole, f"{place}colour", "blue"))
        assert f"{jurisdiction}@1: {place.replace('/', '.')}colour " in told, told


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_the_optional_keys_may_be_missing(jurisdiction: str) -> None:
    whole = data(jurisdiction)
    for path, _ in _paths(whole):
        if OPTIONAL.search(path):
            parse_profile(jurisdiction, changed(whole, path, drop=True), profiles.calendar)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("version", "US@1", "version must be CN@"),
        ("version", "CN@1 ", "version must be CN@"),
        ("effective_from", "2025-13-01", "effective_from must be a date like"),
        ("effective_from", None, "effective_from must be a date like"),
        ("effective_to", "2024-12-31", "effective_to must not lie before effective_from"),
        ("scope", "bank", "scope must be one of creditor"),
        ("languages", [], "languages must be a list of texts"),
        ("languages", ["en", "en"], "languages names something twice"),
        ("languages", ["zh-CN", "fr"], "regulator.name.fr is missing"),
        ("timezone_rule/zones", ["Asia/Shangai"], "zones names an unknown time zone, 'Asia/Shangai'"),
        ("timezone_rule/zones", [], "timezone_rule.zones must be a list"),
        (
            "timezone_rule/zones",
            ["Asia/Shanghai", "America/Los_Angeles", "Europe/London"],
            "contact_window.opens to closes is never open in all",
        ),
        ("business_day_rule/holiday_calendar", "zz", "no holiday calendar 'zz'"),
        ("regulator/phone", "", "regulator.phone must be a text"),
        ("regulator/hours/en", " ", "regulator.hours.en must be a text"),
        ("regulator/from_lender", "no", "regulator.from_lender must be true or false"),
        ("contact_window/opens", "8 o'clock", "contact_window.opens must be a time"),
        ("contact_window/opens", 8, "contact_window.opens must be a time"),
        ("contact_window/opens", "22:00", "contact_window.opens must lie before closes"),
        ("contact_window/closed_weekdays", ["SUNDAY"], "contact_window.closed_weekdays must list"),
        (
            "contact_window/closed_weekdays",
            ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
            "contact_window.opens to closes is never open",
        ),
        ("contact_window/channels", {"PIGEON": {}}, "contact_window.channels.PIGEON must be one of SMS"),
        ("contact_window/channels", {"VOICE": {}}, "contact_window.channels.VOICE.rule is missing"),
        ("opt_out/words", "STOP", "opt_out.words must be a list"),
        ("caps", [], "caps must be a list of objects"),
        ("caps/0", "three a day", "caps.0 must be an object"),
        ("caps/0/channels", [], "caps.0.channels must list 1 or more"),
        ("caps/0/channels", ["VOICE", "VOICE"], "caps.0.channels must list"),
        ("caps/0/channels", [["VOICE"]], "caps.0.channels must list"),
        ("caps/0/most", 0, "caps.0.most must be a whole number, at least 1"),
        ("caps/0/most", True, "caps.0.most must be a whole number"),
        ("caps/0/days", 32, "caps.0.days must be at most 31"),
        ("caps/0/counts", "connected", "caps.0.counts must be one of attempts, reached"),
        ("caps/0/per", "case", "caps.0.per must be one of person, debt"),
        ("caps/0/pooled", "all", "caps.0.pooled must be one of all_lenders, own_lender"),
        ("caps/0/enabled", 1, "caps.0.enabled must be true or false"),
        ("caps/1/rule", "CN.voice_cap", "caps.1.rule 'CN.voice_cap' is the id of another rule too"),
        ("caps/1/rule", "US.text", "caps.1.rule must begin with CN."),
        ("caps/1/certainty", "HIGH", "caps.1.certainty must be one of H, M, L"),
        ("caps/1/source", "", "caps.1.source must be a text"),
        ("purposes/MEDIATION/counted", True, "purposes.MEDIATION.counted is not a key known here"),
        ("purposes/REPLY/at_once_minutes", 0, "purposes.REPLY.at_once_minutes must be a whole number"),
        ("purposes/STATUTORY/heeds_opt_out", True, "purposes.STATUTORY.heeds_opt_out must be one of always"),
        ("purposes/SERVICE/stopped_by", ["DEATH"], "purposes.SERVICE.stopped_by must list"),
        ("purposes/SERVICE/ended_by", ["paid"], "purposes.SERVICE.ended_by must list"),
        ("holds/HARDSHIP/days", "30", "holds.HARDSHIP.days must be a whole number"),
        ("steps/rounds/0/step", "reminder_1", "steps.rounds must have a step of its own"),
        ("steps/rounds/0/stage", "Remind", "steps.rounds must have one round for each stage"),
        ("steps/rounds/0/stage", "Nag", "steps.rounds.0.stage must be one of"),
        ("steps/rounds/0/purpose", "NAGGING", "steps.rounds.0.purpose must be one of"),
        ("steps/rounds/0/channels", ["PIGEON"], "steps.rounds.0.channels must list"),
        ("steps/rounds/0/fallback", ["VOICE", "SMS"], "steps.rounds.0.fallback must not name a"),
        ("steps/rounds/0/patience_hours", {"SMS": 1}, "rounds.0.patience_hours.LETTER is missing"),
        ("steps/rounds/1/patience_hours", {"LETTER": 9}, "must name channels of this step alone"),
        ("steps/rounds/0/patience_hours", {"LETTER": 700}, "must not exceed 30 days together"),
        ("steps/rounds/0/patience_hours", {"POST": 24}, "patience_hours.POST must be one of SMS"),
        ("steps/rounds/0/patience_minutes", 2881, "rounds.0.patience_minutes must not exceed budget_hours"),
        ("steps/rounds/0/budget_hours", 73, "steps.rounds.0.budget_hours must not exceed wait_days"),
        ("steps/rounds/0/useful_days", 1, "steps.rounds.0.budget_hours must not exceed useful_days"),
        ("steps/rounds/0/wait_days", "3", "steps.rounds.0.wait_days must be a whole number"),
        ("terms/signature/days", 0, "terms.signature.days must be a whole number, at least 1"),
        ("terms/signature/hours", 12, "terms.signature must be in exactly one of"),
        ("terms/retention", MONTHS, "terms.retention must be in days"),
        ("duties/fee/says", None, "duties.fee.says must be a text"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_key(path: str, value: Any, message: str) -> None:
    assert message in _refusal("CN", changed(data("CN"), path, value))


@pytest.mark.parametrize("whole", [None, [], "CN@1"])
def test_a_version_that_is_no_object_is_told(whole: Any) -> None:
    with pytest.raises(InvalidProfile, match=r"cn\.json"):
        parse_file("CN", {"jurisdiction": "CN", "versions": [whole]}, profiles.calendar)


def _file(*versions: dict[str, Any], **changes: Any) -> tuple[Profile, ...]:
    return parse_file("CN", {"jurisdiction": "CN", "versions": list(versions)} | changes, profiles.calendar)


def _version(name: str, first: str, last: str | None, **changes: Any) -> dict[str, Any]:
    return data("CN") | {"version": name, "effective_from": first, "effective_to": last} | changes


def test_versions_follow_one_another_in_any_order_of_the_file() -> None:
    found = _file(
        _version("CN@2", "2026-07-01", None),
        _version("CN@1", "2025-01-01", "2026-06-30"),
        _version("CN@agents-1", "2025-03-01", None, scope="third_party_collector"),
    )
    assert [one.version for one in found] == ["CN@2", "CN@1", "CN@agents-1"]


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (("CN@2", "2026-06-30", None), "CN@2: effective_from overlaps CN@1"),
        (("CN@2", "2025-01-01", None), "overlaps"),
        (("CN@2", "2026-07-02", None), "CN@2: effective_from leaves a gap after CN@1"),
        (("CN@1", "2026-07-01", None), "CN@1: version is there twice"),
    ],
)
def test_versions_that_overlap_or_leave_a_gap_are_told(second: tuple[str, str, None], message: str) -> None:
    with pytest.raises(InvalidProfile, match=message):
        _file(_version("CN@1", "2025-01-01", "2026-06-30"), _version(*second))


def test_an_open_end_has_no_successor() -> None:
    with pytest.raises(InvalidProfile, match="overlaps"):
        _file(_version("CN@1", "2025-01-01", None), _version("CN@2", "2026-07-01", None))


def test_a_successor_keeps_the_home_zone() -> None:
    """Else a moment could fall on two versions' days, or on none."""
    moved = data("CN")["timezone_rule"] | {"zones": ["Asia/Urumqi"]}
    with pytest.raises(InvalidProfile, match="home zone"):
        _file(
            _version("CN@1", "2025-01-01", "2026-06-30"),
            _version("CN@2", "2026-07-01", None, timezone_rule=moved),
        )


def test_a_version_based_on_another_repeats_what_it_changes_alone() -> None:
    late = data("CN")["contact_window"] | {"opens": "09:00"}
    first, second = _file(
        _version("CN@1", "2025-01-01", "2026-06-30"),
        {
            "version": "CN@2",
            "based_on": "CN@1",
            "effective_from": "2026-07-01",
            "effective_to": None,
            "contact_window": late,
        },
    )
    assert (first.contact_window.opens.hour, second.contact_window.opens.hour) == (8, 9)
    assert (first.caps, first.steps) == (second.caps, second.steps)


@pytest.mark.parametrize("base", ["CN@3", None, "CN@2"])
def test_a_base_that_is_not_there_is_told(base: str | None) -> None:
    with pytest.raises(InvalidProfile, match="CN@2: based_on"):
        _file(_version("CN@1", "2025-01-01", "2026-06-30"), {"version": "CN@2", "based_on": base})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"jurisdiction": "US"}, "jurisdiction must be CN"),
        ({"versions": []}, "versions must be a list"),
        ({"colour": "blue"}, "colour is not a key known here"),
    ],
)
def test_a_fault_of_the_file_itself_is_told(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProfile, match=f"cn.json: {message}"):
        _file(_version("CN@1", "2025-01-01", None), **changes)
