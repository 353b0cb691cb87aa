"""What the shipped profiles say, and which version is in force."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.caps import Counting, Per, Pooled
from chalicelib.domain.codes import ChannelName, HoldKind, Purpose, Stage
from chalicelib.domain.errors import InvalidProfile
from chalicelib.domain.profile import Profile, in_force
from chalicelib.domain.purposes import Heeding
from chalicelib.domain.rules import Scope, Unit
from chalicelib.domain.windows import zones_of
from tests.domain.given import SHIPPED, profile
from tests.samples import NOON

CN, US, GB, EU = (profiles.versions(name)[0] for name in ("CN", "US", "GB", "EU"))
DAY = 86_400
everywhere = pytest.mark.parametrize("version", SHIPPED, ids=lambda one: one.version)


def test_the_rounds_of_china_are_what_the_issue_says() -> None:
    assert CN.timers == {
        "Notify": 3 * DAY,
        "Remind": 4 * DAY,  # +3 d and +7 d after the first notice
        "RemindAgain": 7 * DAY,
        "Answered": 30 * DAY,
    }
    assert CN.response_time == 14 * DAY
    rounds = [(step.name, step.purpose, step.channels, step.fallback) for step in CN.steps]
    sms, email, voice, letter = ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE, ChannelName.LETTER
    assert rounds == [
        ("first_notice", Purpose.STATUTORY, (sms, email), (voice, letter)),
        ("reminder_1", Purpose.COLLECTION, (sms,), (email, voice)),
        ("reminder_2", Purpose.COLLECTION, (sms, email), (voice,)),
    ]
    assert {step.patience for step in CN.steps} == {30 * 60}


@pytest.mark.parametrize(
    ("version", "opens", "closes"),
    [(CN, 8, 22), (US, 8, 21), (GB, 8, 21), (EU, 8, 20)],
    ids=["CN", "US", "GB", "EU"],
)
def test_the_hours_of_each_jurisdiction(version: Profile, opens: int, closes: int) -> None:
    assert (version.contact_window.opens, version.contact_window.closes) == (time(opens), time(closes))
    rule, window = version.hours[ChannelName.SMS]
    assert (rule.id, window) == (f"{version.jurisdiction}.contact_window", version.contact_window)


def test_calls_in_britain_keep_hours_of_their_own() -> None:
    rule, window = GB.hours[ChannelName.VOICE]
    assert (rule.id, window.opens, window.closes) == ("GB.contact_window_voice", time(9), time(20))
    assert window.closed_weekdays == {6}
    assert date(2026, 12, 28) in window.closed_days


@pytest.mark.parametrize(
    ("version", "name", "cap"),
    [
        (CN, "CN.voice_cap", (3, 1, Counting.REACHED, Per.PERSON, Pooled.ALL_LENDERS, True)),
        (CN, "CN.text_email_daily", (1, 1, Counting.ATTEMPTS, Per.PERSON, Pooled.ALL_LENDERS, True)),
        (CN, "CN.text_email_weekly", (3, 7, Counting.ATTEMPTS, Per.PERSON, Pooled.ALL_LENDERS, True)),
        (CN, "CN.product_interval", (1, 7, Counting.ATTEMPTS, Per.DEBT, Pooled.OWN_LENDER, False)),
        (US, "US.voice_attempts", (7, 7, Counting.ATTEMPTS, Per.DEBT, Pooled.OWN_LENDER, True)),
        (US, "US.voice_after_conversation", (1, 7, Counting.REACHED, Per.DEBT, Pooled.OWN_LENDER, True)),
        (GB, "GB.voice_cap", (3, 7, Counting.ATTEMPTS, Per.PERSON, Pooled.OWN_LENDER, True)),
        (EU, "EU.voice_cap", (3, 7, Counting.ATTEMPTS, Per.PERSON, Pooled.OWN_LENDER, True)),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_the_caps(version: Profile, name: str, cap: tuple[Any, ...]) -> None:
    found = next(each for each in version.caps if each.rule.id == name)
    assert (found.most, found.days, found.counts, found.per, found.pooled, found.enabled) == cap


@pytest.mark.parametrize(
    ("version", "name", "amount", "unit"),
    [
        (CN, "complaint_ack", 1, "business_days"),
        (CN, "complaint_decision", 15, "days"),
        (CN, "complaint_decision_complex", 30, "days"),
        (CN, "complaint_extension", 30, "days"),
        (CN, "complaint_review_request", 30, "days"),
        (CN, "complaint_review", 60, "days"),
        (CN, "court_confirmation", 30, "days"),
        (CN, "acceptance", 3, "business_days"),
        (CN, "assignment", 1, "business_days"),
        (CN, "meeting_notice", 3, "days"),
        (CN, "meeting_reminder", 24, "hours"),
        (CN, "meeting_reminder_last", 1, "hours"),
        (CN, "signature", 7, "days"),
        (CN, "instalment_reminder", 3, "days"),
        (CN, "instalment_grace", 5, "days"),
        (US, "validation_notice", 5, "days"),
        (US, "dispute_window", 30, "days"),
        (US, "assumed_receipt", 5, "business_days"),
        (US, "opt_out_effect", 10, "business_days"),
        (US, "complaint_ack", 15, "days"),
        (US, "complaint_decision", 60, "days"),
        (GB, "arrears_notice", 14, "days"),
        (GB, "default_notice", 14, "days"),
        (GB, "complaint_summary", 3, "business_days"),
        (GB, "complaint_decision", 56, "days"),
        (GB, "complaint_referral", 6, "months"),
        (EU, "complaint_ack", 3, "business_days"),
        (EU, "complaint_decision", 90, "days"),
        (EU, "mediation_limit", 90, "days"),
    ],
)
def test_the_terms(version: Profile, name: str, amount: int, unit: str) -> None:
    term = version.term(name)
    assert (term.amount, term.unit, term.rule.id) == (amount, Unit(unit), f"{version.jurisdiction}.{name}")


def test_a_term_is_counted_in_the_jurisdictions_own_business_days() -> None:
    thanksgiving = date(2026, 11, 25)
    assert US.last_day("assumed_receipt", thanksgiving) == date(2026, 12, 3)
    assert GB.last_day("complaint_summary", thanksgiving) == date(2026, 11, 30)


def test_a_term_that_a_jurisdiction_does_not_set_is_an_error() -> None:
    with pytest.raises(InvalidProfile, match="US@1: no term court_confirmation"):
        US.term("court_confirmation")


def test_the_holds_of_britain_have_their_lengths() -> None:
    hardship, moratorium = GB.holds[HoldKind.HARDSHIP], GB.holds[HoldKind.MORATORIUM]
    assert (hardship.days, hardship.extension_days) == (30, 30)
    assert (moratorium.days, moratorium.days_after_treatment) == (60, 30)
    assert GB.holds[HoldKind.DISPUTE].days is None


@everywhere
def test_collection_is_bound_by_everything_everywhere(version: Profile) -> None:
    bound = version.purposes[Purpose.COLLECTION]
    assert bound.stopped_by == set(HoldKind)
    assert bound.counted
    assert bound.capped
    assert bound.heeds_opt_out == Heeding.ALWAYS


@everywhere
def test_no_purpose_leaves_the_window_but_an_immediate_reply(version: Profile) -> None:
    for purpose, bound in version.purposes.items():
        assert bound.windowed, purpose
        assert (bound.at_once > 0) == (purpose == Purpose.REPLY)
        assert HoldKind.DECEASED in bound.stopped_by


@pytest.mark.parametrize(("version", "counted"), [(CN, True), (US, True), (GB, False), (EU, False)])
def test_mediation_counts_as_the_profile_says(version: Profile, counted: bool) -> None:
    assert version.purposes[Purpose.MEDIATION].counted == counted


@everywhere
def test_a_statutory_notice_has_a_channel_that_no_cap_delays(version: Profile) -> None:
    first = version.step(Stage.NOTIFY)
    capped = {channel for cap in version.caps if cap.enabled for channel in cap.channels}
    assert first.purpose == Purpose.STATUTORY
    assert set(first.channels + first.fallback) - capped


def test_the_borrowers_time_in_america_covers_his_right_to_dispute() -> None:
    """Sent on any day known: assumed receipt, then thirty days, end before the last wait does."""
    day = date(2025, 1, 1)
    while day < date(2027, 11, 1):
        last = US.term("dispute_window").last_day(US.last_day("assumed_receipt", day), US.calendar)
        assert last <= day + timedelta(seconds=US.response_time), day
        day += timedelta(days=1)


@everywhere
def test_somebody_of_unknown_zone_can_be_reached_every_day(version: Profile) -> None:
    for channel, (_, window) in version.hours.items():
        at = datetime(2026, 1, 1, tzinfo=UTC)
        while at < datetime(2027, 1, 1, tzinfo=UTC):
            opening = window.next_open(at, zones_of(None, version.zones))
            assert opening - at < timedelta(days=5), (channel, at)  # a long weekend at the worst
            at += timedelta(days=3)


@everywhere
def test_every_rule_says_where_it_comes_from(version: Profile) -> None:
    assert len(version.rules) > 40
    for name, rule in version.rules.items():
        assert name == rule.id
        assert name.startswith(f"{version.jurisdiction}.")
        assert rule.source.strip()
        assert rule.certainty in ("H", "M", "L")


@everywhere
def test_the_regulator_is_told_in_every_language_or_left_to_the_lender(version: Profile) -> None:
    assert version.regulator_from_lender == (version.jurisdiction == "EU")
    assert sorted(version.languages) == ["en", "zh-CN"]
    for language in version.languages if version.regulator else ():
        assert all(version.regulator[name][language] for name in ("name", "hours", "post"))
        assert version.regulator["phone"]


def test_a_collectors_version_differs_in_what_it_discloses() -> None:
    collector = profiles.current("US", NOON, Scope.THIRD_PARTY_COLLECTOR)
    assert (collector.version, collector.caps, collector.steps) == ("US@collector-1", US.caps, US.steps)
    assert "1006.18(e)" in collector.duties["disclosure"].rule.source
    assert collector.duties["disclosure"] != US.duties["disclosure"]


def test_without_a_scope_the_creditors_version_is_meant() -> None:
    assert profiles.current("US", NOON) is US
    with pytest.raises(InvalidProfile, match="0 profile versions"):
        profiles.current("CN", NOON, Scope.THIRD_PARTY_COLLECTOR)


def test_a_stage_without_a_step_is_an_error() -> None:
    with pytest.raises(InvalidProfile, match="Answered"):
        CN.step(Stage.ANSWERED)


@pytest.mark.parametrize(
    ("jurisdiction", "midnight"),
    [
        ("CN", datetime(2026, 6, 30, 16, 0, tzinfo=UTC)),
        ("US", datetime(2026, 7, 1, 4, 0, tzinfo=UTC)),  # Eastern daylight time
        ("GB", datetime(2026, 6, 30, 23, 0, tzinfo=UTC)),
        ("EU", datetime(2026, 6, 30, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_version_begins_at_midnight_in_the_home_zone(jurisdiction: str, midnight: datetime) -> None:
    old = profile(jurisdiction, effective_to="2026-06-30")
    new = profile(jurisdiction, version=f"{jurisdiction}@2", effective_from="2026-07-01")
    assert in_force([old, new], midnight - timedelta(seconds=1)) == old
    assert in_force([old, new], midnight) == new


@pytest.mark.parametrize("count", [0, 2])
def test_none_or_two_versions_in_force_are_an_error(count: int) -> None:
    with pytest.raises(InvalidProfile, match=f"{count} profile versions"):
        in_force([CN] * count, NOON)


def test_a_version_is_not_in_force_before_its_day() -> None:
    with pytest.raises(InvalidProfile):
        in_force([CN], datetime(2024, 12, 31, 15, 59, 59, tzinfo=UTC))
    assert in_force([CN], datetime(2024, 12, 31, 16, tzinfo=UTC)) == CN


@pytest.mark.parametrize("name", ["ZZ", "", "../cn", "cn/../cn", "cñ"])
def test_an_unknown_jurisdiction_is_told(name: str) -> None:
    with pytest.raises(InvalidProfile, match="no profile"):
        profiles.versions(name)


def test_a_case_finds_the_version_of_its_day_or_is_told() -> None:
    assert profiles.of_version("CN", "CN@1").effective_from == date(2025, 1, 1)
    with pytest.raises(InvalidProfile, match="CN@0"):
        profiles.of_version("CN", "CN@0")
