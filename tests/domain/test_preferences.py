"""What a person asked for binds within the law's hours, and gives way only to the law's own deadline."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib import profiles
from chalicelib.domain.codes import ChannelName, Purpose
from chalicelib.domain.contact_rules import Decision, Question, Verdict, decide, explain
from chalicelib.domain.preferences import MOST_SPANS, Preferences, Span
from chalicelib.domain.windows import Window, zones_of
from tests.domain.given import MOMENTS, SHIPPED, ZONES, contact, debt, person
from tests.samples import NIGHT, NOON

CN = profiles.of_version("CN", "CN@1")
WEEK, WEEKEND = frozenset(range(7)), frozenset({5, 6})
EVENINGS = Preferences((Span(WEEK, 18 * 60, 21 * 60),))
AT_SIX = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai
BY_NIGHT = Preferences((Span(WEEK, 22 * 60, 24 * 60),))
QUARTER = timedelta(minutes=15)
SPANS = st.builds(
    lambda days, start, length: Span(days, start * 15, min((start + length) * 15, 1440)),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 95),
    st.integers(1, 40),
)


def _decide(
    asked: Preferences,
    purpose: Purpose = Purpose.COLLECTION,
    at: datetime = NOON,
    deadline: datetime | None = None,
) -> Decision:
    who = person(preferences=asked)
    return decide(Question(debt(), who, ChannelName.SMS, purpose, acted_at=at, deadline=deadline), CN, at)


def _suits(
    asked: Preferences, window: Window, moment: datetime, zone: str | None, country: list[str]
) -> bool:
    """Read off every clock that counts; a moment must suit on all of them within one and the same span."""
    clocks = [moment.astimezone(each) for each in zones_of(zone, country)]
    legal = all(
        window.opens <= clock.time() < window.closes
        and clock.weekday() not in window.closed_weekdays
        and clock.date() not in window.closed_days
        for clock in clocks
    )
    return legal and any(
        all(
            clock.weekday() in span.weekdays and span.start <= clock.hour * 60 + clock.minute < span.end
            for clock in clocks
        )
        for span in asked.convenient
    )


@settings(deadline=None, max_examples=150)
@given(
    st.lists(SPANS, min_size=1, max_size=4),
    st.sampled_from(SHIPPED),
    st.sampled_from([zone for zone in ZONES if zone and "Mars" not in zone]),
    MOMENTS,
)
# The night on which Europe's clocks jump over the whole span, the one in which it comes twice, a week's edge.
@example([Span(frozenset({6}), 60, 120)], SHIPPED[-1], "Europe/Athens", datetime(2026, 3, 28, 12, tzinfo=UTC))
@example(
    [Span(frozenset({6}), 480, 495)], SHIPPED[-1], "Africa/Casablanca", datetime(2026, 2, 14, 12, tzinfo=UTC)
)
@example(
    [Span(frozenset({0}), 480, 495)], SHIPPED[0], "Asia/Shanghai", datetime(2026, 11, 23, 0, 15, tzinfo=UTC)
)
def test_the_first_moment_that_suits_both_is_found(
    spans: list[Span], profile: object, zone: str, at: datetime
) -> None:
    assert isinstance(profile, type(CN))
    asked, zones = Preferences(tuple(spans)), list(profile.zones)
    window = profile.hours[ChannelName.VOICE].window
    found = asked.next_convenient(at, window, zones_of(zone, zones))
    end = found or at + timedelta(days=9)
    moment = at
    while moment < end:
        assert not _suits(asked, window, moment, zone, zones)
        moment += QUARTER
        moment -= timedelta(minutes=moment.minute % 15, seconds=moment.second)
    if found:
        assert _suits(asked, window, found, zone, zones)


def test_a_message_waits_for_the_hours_asked_for() -> None:
    assert _decide(EVENINGS) == Decision(Verdict.DEFER, "CN.asked_hours", "CN@1", AT_SIX)
    assert _decide(EVENINGS, at=AT_SIX) == Decision(Verdict.ALLOW, "CN.contact_window", "CN@1")
    assert _decide(EVENINGS, at=AT_SIX + timedelta(hours=3)).not_before == AT_SIX + timedelta(days=1)


def test_who_asks_for_nothing_has_the_laws_hours() -> None:
    assert _decide(Preferences()).verdict == Verdict.ALLOW
    assert _decide(Preferences(), at=NIGHT).rule == "CN.contact_window"


def test_days_of_the_week_are_his_own() -> None:
    saturday = datetime(2026, 11, 28, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai, still Friday in New York
    decision = _decide(Preferences((Span(WEEKEND, 0, 1440),)))
    assert decision == Decision(Verdict.DEFER, "CN.asked_hours", "CN@1", saturday)


def test_a_cap_and_the_hours_both_hold() -> None:
    who = person(contact(NOON - timedelta(hours=1)), preferences=EVENINGS)
    decision = decide(Question(debt(), who, ChannelName.SMS, Purpose.COLLECTION), CN, NOON)
    assert decision.not_before == AT_SIX + timedelta(days=1), "the cap ends at eleven the next morning"


@pytest.mark.parametrize("purpose", [Purpose.STATUTORY, Purpose.MEDIATION, Purpose.SERVICE])
def test_a_deadline_overrides_a_preference(purpose: Purpose) -> None:
    before = AT_SIX - timedelta(hours=1)
    rule = CN.purposes[purpose].rule.id
    assert _decide(EVENINGS, purpose, deadline=before) == Decision(Verdict.ALLOW, rule, "CN@1")
    assert _decide(EVENINGS, purpose, deadline=AT_SIX).not_before == AT_SIX


def test_a_deadline_never_overrides_the_window() -> None:
    decision = _decide(EVENINGS, Purpose.STATUTORY, NIGHT, deadline=NIGHT + timedelta(minutes=1))
    assert (decision.verdict, decision.rule) == (Verdict.DEFER, "CN.contact_window")
    assert decision.not_before == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_collection_never_overrides_a_preference() -> None:
    assert _decide(EVENINGS, deadline=NOON).rule == "CN.asked_hours"


def test_hours_wholly_outside_the_law_stop_collection_and_nothing_else() -> None:
    assert _decide(BY_NIGHT) == Decision(Verdict.DENY, "CN.asked_hours", "CN@1")
    for purpose in set(Purpose) - {Purpose.COLLECTION}:
        assert _decide(BY_NIGHT, purpose).verdict == Verdict.ALLOW
    assert _decide(BY_NIGHT, Purpose.STATUTORY, NIGHT).rule == "CN.contact_window"


def test_what_confirms_his_own_act_heeds_no_hours() -> None:
    assert _decide(EVENINGS, Purpose.REPLY).verdict == Verdict.ALLOW


def test_hours_that_no_zone_of_an_unknown_place_shares_are_as_if_outside() -> None:
    us = profiles.of_version("US", "US@1")
    question = Question(debt(zone=None), person(preferences=EVENINGS), ChannelName.SMS, Purpose.COLLECTION)
    assert decide(question, us, NOON).rule == "US.asked_hours"


@pytest.mark.parametrize("version", SHIPPED)
def test_every_profile_says_where_the_rule_comes_from(version: object) -> None:
    assert isinstance(version, type(CN))
    rule = explain(version.asked_hours.id, version)
    assert rule.source
    assert version.purposes[Purpose.COLLECTION].heeds_hours == "always"
    assert version.purposes[Purpose.STATUTORY].heeds_hours == "unless_last_resort"


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [(frozenset(), 0, 60), ({7}, 0, 60), (WEEK, 60, 60), (WEEK, 90, 60), (WEEK, -1, 60), (WEEK, 0, 1441)],
)
def test_what_is_no_span_is_refused(days: frozenset[int], start: int, end: int) -> None:
    with pytest.raises(ValueError, match="a span"):
        Span(frozenset(days), start, end)


def test_a_person_may_not_name_spans_without_end() -> None:
    with pytest.raises(ValueError, match="at most"):
        Preferences((Span(WEEK, 0, 60),) * (MOST_SPANS + 1))


def test_a_span_to_the_end_of_the_day_ends_with_the_window() -> None:
    part = Span(WEEK, 20 * 60, 1440).within(Window(time(8), time(22)))
    assert part == Window(time(20), time(22))


def test_the_preferred_channel_comes_first_where_it_is_one_of_them() -> None:
    sms, mail, call = ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE
    assert Preferences(channel=call).first((sms, mail, call)) == (call, sms, mail)
    assert Preferences(channel=call).first((sms, mail)) == (sms, mail)
    assert Preferences().first((mail, sms)) == (mail, sms)
