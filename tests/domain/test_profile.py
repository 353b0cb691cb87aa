"""Jurisdiction profiles: whole and in force, or refused with the name of what is wrong."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName, Stage
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.profile import in_force, parse_profile
from tests.samples import NOON

DATA: dict[str, Any] = json.loads(Path(profiles.__file__).with_name("cn.json").read_text(encoding="utf-8"))[
    "versions"
][0]
NEEDED = [
    "version",
    "effective_from",
    "effective_to",
    "languages",
    "timezone_rule",
    "timezone_rule/zones",
    "contact_window",
    "contact_window/rule",
    "contact_window/opens",
    "contact_window/closes",
    "contact_window/source",
    "contact_window/certainty",
    "opt_out",
    "opt_out/rule",
    "dispute_hold/rule",
    "regulator",
    "regulator/name",
    "regulator/name/zh-CN",
    "regulator/phone",
    "regulator/hours/en",
    "regulator/post",
    "steps",
    "steps/0/step",
    "steps/0/stage",
    "steps/1/channels",
    "steps/2/wait_days",
    "mediation_limit",
    "mediation_limit/days",
    "retention/days",
]


def _changed(path: str, value: Any = None, *, drop: bool = False) -> dict[str, Any]:
    data = copy.deepcopy(DATA)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    place: Any = data
    for part in way:
        place = place[part]
    if drop:
        del place[last]
    else:
        place[last] = value
    return data


@pytest.mark.parametrize("path", NEEDED)
def test_a_missing_key_is_named(path: str) -> None:
    with pytest.raises(InvalidProfile, match=f"key '{path.rsplit('/', maxsplit=1)[-1]}' is missing"):
        parse_profile("CN", _changed(path, drop=True))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("contact_window/opens", "8 o'clock", "8 o'clock"),
        ("contact_window/opens", "22:00", "opens"),
        ("effective_from", "2025-13-01", "CN@1"),
        ("timezone_rule/zones", ["Asia/Shangai"], "Shangai"),
        ("timezone_rule/zones", [], "zones"),
        ("steps", [], "steps"),
        ("steps/0/channels", ["PIGEON"], "PIGEON"),
        ("steps/0/stage", "Nag", "Nag"),
        ("steps/0/wait_days", "3", "wait_days"),
        ("mediation_limit/days", None, "CN@1"),
    ],
)
def test_a_wrong_value_is_told(path: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidProfile, match=message):
        parse_profile("CN", _changed(path, value))


def test_the_shipped_profile_says_what_the_law_and_the_issue_say() -> None:
    profile = profiles.current("CN", NOON)
    assert (profile.contact_window.opens, profile.contact_window.closes) == (time(8), time(22))
    assert profile.timers == {
        "Notify": 3 * 86_400,
        "Remind": 4 * 86_400,  # +3 d and +7 d after the first notice
        "RemindAgain": 7 * 86_400,
        "Answered": 30 * 86_400,
    }
    assert profile.response_time == 14 * 86_400
    assert profile.step(Stage.NOTIFY).channels == (ChannelName.SMS, ChannelName.EMAIL)
    assert profile.regulator["phone"] == "12378"


def test_a_stage_without_a_step_is_an_error() -> None:
    with pytest.raises(InvalidProfile, match="Answered"):
        profiles.current("CN", NOON).step(Stage.ANSWERED)


def test_the_version_of_the_day_is_in_force_on_its_first_and_last_day() -> None:
    old = parse_profile("CN", DATA | {"version": "CN@1", "effective_to": "2026-06-30"})
    new = parse_profile("CN", DATA | {"version": "CN@2", "effective_from": "2026-07-01"})
    assert in_force([old, new], datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == old
    assert in_force([old, new], datetime(2026, 7, 1, tzinfo=UTC)) == new


@pytest.mark.parametrize("count", [0, 2])
def test_none_or_two_versions_in_force_are_an_error(count: int) -> None:
    same = parse_profile("CN", DATA)
    with pytest.raises(InvalidProfile, match=f"{count} profile versions"):
        in_force([same] * count, NOON)


def test_a_version_is_not_in_force_before_its_day() -> None:
    with pytest.raises(InvalidProfile):
        in_force([parse_profile("CN", DATA)], datetime(2024, 12, 31, tzinfo=UTC))


@pytest.mark.parametrize("name", ["ZZ", "", "../cn", "cn/../cn"])
def test_an_unknown_jurisdiction_is_told(name: str) -> None:
    with pytest.raises(InvalidProfile, match="no profile"):
        profiles.versions(name)


def test_a_case_finds_the_version_of_its_day_or_is_told() -> None:
    assert profiles.of_version("CN", "CN@1").effective_from == date(2025, 1, 1)
    with pytest.raises(InvalidProfile, match="CN@0"):
        profiles.of_version("CN", "CN@0")
