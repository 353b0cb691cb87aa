"""May this message go now: what forbids for good comes before what only asks to wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, ContactState, HoldKind, Purpose
from chalicelib.domain.contact_rules import Decision, Question, Verdict, decide, explain
from chalicelib.domain.keys import loan_key
from chalicelib.domain.person import Person
from tests.domain.given import contact, debt, person, profile
from tests.samples import BORROWER, NIGHT, NOON, amount, borrower, case

CN, US, GB = (profiles.versions(name)[0] for name in ("CN", "US", "GB"))
SMS, EMAIL, VOICE = ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE
MORNING = datetime(2026, 11, 24, tzinfo=UTC)  # eight o'clock in Shanghai
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _decide(
    given: Case | None = None,
    at: datetime = NOON,
    channel: ChannelName = SMS,
    purpose: Purpose = Purpose.COLLECTION,
    who: Person | None = None,
    **more: Any,
) -> Decision:
    return decide(Question(given or debt(), who or person(), channel, purpose, **more), CN, at)


def test_a_plain_case_by_day_is_allowed_under_the_window_rule() -> None:
    assert _decide() == Decision(Verdict.ALLOW, "CN.contact_window", "CN@1", None)


def test_by_night_it_is_deferred_to_eight_in_the_morning() -> None:
    assert _decide(at=NIGHT) == Decision(Verdict.DEFER, "CN.contact_window", "CN@1", MORNING)


def test_the_borrowers_own_zone_counts() -> None:
    in_new_york = debt(zone="America/New_York")
    assert _decide(in_new_york, NOON).not_before == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
    assert _decide(in_new_york, NIGHT).verdict == Verdict.ALLOW


def test_every_reason_in_its_order() -> None:
    """A case with every obstacle at once; each one taken away shows the next."""
    nowhere = borrower(phone=None)
    worst = case(status=CaseStatus.CLOSED, holds=frozenset({"DISPUTE", "?"}), borrower=nowhere)
    who = person(
        contact(NIGHT), opted_out=frozenset({SMS}), suppressed={BORROWER.address_key(SMS): "bounced"}
    )
    answered = replace(worst, status=CaseStatus.FEEDBACK)
    held = replace(worst, status=CaseStatus.NOTICED)
    strange = replace(held, holds=frozenset({"?"}))
    free = replace(held, holds=frozenset())
    heard = replace(who, opted_out=frozenset())
    reachable = replace(free, borrower=borrower())
    alive = replace(heard, suppressed={})
    road = [
        (worst, who), (answered, who), (held, who), (strange, who), (free, who), (free, heard),
        (reachable, heard), (reachable, alive), (reachable, person()),
    ]  # fmt: skip
    assert [_decide(given, NIGHT, who=by).rule for given, by in road] == [
        "case.closed",
        "case.answered",
        "CN.dispute_hold",
        "case.hold_unknown",
        "CN.opt_out",
        "person.no_address",
        "person.address_dead",
        "CN.text_email_daily",
        "CN.contact_window",
    ]


@pytest.mark.parametrize("status", [CaseStatus.FEEDBACK, CaseStatus.APPLIED])
@pytest.mark.parametrize("purpose", [Purpose.COLLECTION, Purpose.STATUTORY])
def test_an_answered_case_gets_no_notice(status: CaseStatus, purpose: Purpose) -> None:
    assert _decide(debt(status=status), purpose=purpose).rule == "case.answered"


@pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.COLLECTION, Purpose.STATUTORY}))
def test_an_answer_does_not_end_what_follows_from_it(purpose: Purpose) -> None:
    assert _decide(debt(status=CaseStatus.APPLIED), purpose=purpose).verdict == Verdict.ALLOW


def test_an_open_case_without_debt_counts_as_closed() -> None:
    assert _decide(debt(amount=amount(0))).rule == "case.closed"


@pytest.mark.parametrize("purpose", Purpose)
def test_a_payment_ends_contact_and_mediation_but_no_complaint(purpose: Purpose) -> None:
    ended = purpose not in (Purpose.SERVICE, Purpose.REPLY)
    assert (_decide(debt(status=CaseStatus.CLOSED), purpose=purpose).rule == "case.closed") == ended


def test_silencing_one_channel_leaves_the_other() -> None:
    who = person(opted_out=frozenset({SMS}))
    assert _decide(who=who).rule == "CN.opt_out"
    assert _decide(who=who, channel=EMAIL).verdict == Verdict.ALLOW


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("last_resort", [False, True])
def test_a_silenced_channel_speaks_only_for_a_confirmation_or_a_last_resort(
    purpose: Purpose, last_resort: bool
) -> None:
    who = person(opted_out=frozenset({SMS}))
    decision = _decide(purpose=purpose, who=who, last_resort=last_resort)
    if purpose == Purpose.REPLY or (purpose == Purpose.STATUTORY and last_resort):
        rule = f"CN.purpose_{purpose.lower()}"
        assert decision == Decision(Verdict.ALLOW, rule, "CN@1")
    else:
        assert decision == Decision(Verdict.DENY, "CN.opt_out", "CN@1")


def test_a_last_resort_still_keeps_the_window_and_the_caps() -> None:
    who = person(contact(NOON - HOUR), opted_out=frozenset({SMS}))
    late = _decide(at=NIGHT, purpose=Purpose.STATUTORY, who=replace(who, contacts={}), last_resort=True)
    again = _decide(purpose=Purpose.STATUTORY, who=who, last_resort=True)
    assert (late.rule, late.not_before) == ("CN.contact_window", MORNING)
    assert (again.rule, again.not_before) == ("CN.text_email_daily", NOON - HOUR + DAY)


def test_each_channel_needs_its_own_address() -> None:
    given = case(borrower=borrower(email=None))
    assert _decide(given, channel=EMAIL).rule == "person.no_address"
    assert _decide(given).verdict == Verdict.ALLOW


@pytest.mark.parametrize("purpose", Purpose)
def test_a_dead_address_is_dead_for_every_purpose(purpose: Purpose) -> None:
    who = person(suppressed={BORROWER.address_key(EMAIL): "bounced"})
    assert _decide(channel=EMAIL, purpose=purpose, who=who, last_resort=True).rule == "person.address_dead"
    assert _decide(channel=SMS, purpose=purpose, who=who).verdict == Verdict.ALLOW


def test_a_new_address_is_free_where_the_old_one_is_dead() -> None:
    who = person(suppressed={BORROWER.address_key(EMAIL): "bounced"})
    moved = case(borrower=borrower(email="new@example.com", digests={"phone": "d" * 12, "email": "n" * 12}))
    assert _decide(moved, channel=EMAIL, who=who).verdict == Verdict.ALLOW


@pytest.mark.parametrize("hold", HoldKind)
@pytest.mark.parametrize("channel", ChannelName)
def test_any_hold_silences_collection_on_every_channel(hold: HoldKind, channel: ChannelName) -> None:
    decision = _decide(debt(holds=frozenset({hold.value})), channel=channel)
    assert decision == Decision(Verdict.DENY, f"CN.{hold.lower()}_hold", "CN@1")


@pytest.mark.parametrize(
    ("purpose", "goes_on"),
    [
        (Purpose.STATUTORY, {"HARDSHIP", "COMPLAINT"}),
        (Purpose.MEDIATION, {"DISPUTE", "HARDSHIP", "COMPLAINT"}),
        (Purpose.SERVICE, set(HoldKind) - {"DECEASED"}),
        (Purpose.REPLY, set(HoldKind) - {"DECEASED"}),
    ],
)
def test_what_goes_on_under_a_hold(purpose: Purpose, goes_on: set[str]) -> None:
    allowed = {
        hold.value
        for hold in HoldKind
        if _decide(debt(holds=frozenset({hold.value})), purpose=purpose).verdict == Verdict.ALLOW
    }
    assert allowed == goes_on


def test_a_hold_of_a_kind_nobody_knows_stops_what_any_hold_stops() -> None:
    given = debt(holds=frozenset({"ECLIPSE"}))
    assert _decide(given).rule == "case.hold_unknown"
    assert _decide(given, purpose=Purpose.SERVICE).rule == "case.hold_unknown"


def test_one_text_a_day_and_three_a_week() -> None:
    before = [contact(NOON - days * DAY) for days in (6, 4, 2)]
    daily = _decide(who=person(contact(NOON - HOUR)))
    weekly = _decide(who=person(*before))
    assert (daily.rule, daily.not_before) == ("CN.text_email_daily", NOON - HOUR + DAY)
    assert (weekly.rule, weekly.not_before) == ("CN.text_email_weekly", NOON + DAY)
    assert _decide(who=person(*before), channel=EMAIL).verdict == Verdict.ALLOW


def test_a_cap_that_frees_by_night_waits_for_the_morning_and_names_the_cap() -> None:
    """The cap forbids now; the hour only at the moment it ends."""
    decision = _decide(at=NOON, who=person(contact(NIGHT - DAY)))
    assert (decision.rule, decision.not_before) == ("CN.text_email_daily", MORNING)


def test_of_cap_and_window_the_one_that_holds_longer_is_named() -> None:
    early, late = contact(MORNING - DAY - HOUR), contact(MORNING - DAY + HOUR)
    assert _decide(at=NIGHT, who=person(early)).rule == "CN.contact_window"
    assert _decide(at=NIGHT, who=person(late)).rule == "CN.text_email_daily"


def test_three_effective_calls_a_day_whoever_made_them() -> None:
    hours = [NOON - hour * HOUR for hour in (1, 2, 3)]
    calls = [contact(at, VOICE, lender="other-bank", loan_key="other") for at in hours]
    failed = [replace(call, state=ContactState.FAILED) for call in calls]
    assert _decide(channel=VOICE, who=person(*calls)).not_before == NOON - 3 * HOUR + DAY
    assert _decide(channel=VOICE, who=person(*calls[:2], *failed)).verdict == Verdict.ALLOW


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (ContactState.REACHED, Verdict.DEFER),
        (ContactState.PENDING, Verdict.DEFER),
        (ContactState.FAILED, Verdict.ALLOW),
    ],
)
def test_in_america_a_week_of_silence_follows_a_conversation(state: ContactState, verdict: Verdict) -> None:
    at = datetime(2026, 11, 24, 17, tzinfo=UTC)
    own = debt(zone="America/New_York")
    who = person(contact(at - 3 * DAY, VOICE, state=state))
    decision = decide(Question(own, who, VOICE, Purpose.COLLECTION), US, at)
    assert decision.verdict == verdict
    if verdict == Verdict.DEFER:
        assert (decision.rule, decision.not_before) == ("US.voice_after_conversation", at + 4 * DAY)
    other = debt(loan="LN-2", zone="America/New_York")
    assert decide(Question(other, who, VOICE, Purpose.COLLECTION), US, at).verdict == Verdict.ALLOW


def test_in_america_an_eighth_attempt_in_a_week_waits() -> None:
    at = datetime(2026, 11, 24, 17, tzinfo=UTC)
    tried = [contact(at - n * HOUR / 2, VOICE, state=ContactState.FAILED) for n in range(1, 8)]
    question = Question(debt(zone="America/New_York"), person(*tried), VOICE, Purpose.COLLECTION)
    decision = decide(question, US, at)
    assert (decision.rule, decision.not_before) == ("US.voice_attempts", at - 3.5 * HOUR + 7 * DAY)


@pytest.mark.parametrize(
    ("purpose", "counted"),
    [("COLLECTION", True), ("STATUTORY", True), ("MEDIATION", True), ("SERVICE", False), ("REPLY", False)],
)
def test_which_purposes_use_up_the_caps(purpose: str, counted: bool) -> None:
    who = person(contact(NOON - HOUR, purpose=Purpose(purpose)))
    assert (_decide(who=who).verdict == Verdict.DEFER) == counted


def test_mediation_uses_up_caps_only_where_the_profile_says_so() -> None:
    who = person(contact(NOON - HOUR, purpose=Purpose.MEDIATION))
    question = Question(debt(zone="Europe/London"), who, SMS, Purpose.COLLECTION)
    assert decide(question, GB, NOON + 6 * HOUR).verdict == Verdict.ALLOW
    strict = profile("GB", count_mediation_as_contact__counted=True)
    assert decide(question, strict, NOON + 6 * HOUR).rule == "GB.text_email_daily"


@pytest.mark.parametrize("purpose", [Purpose.MEDIATION, Purpose.SERVICE, Purpose.REPLY])
def test_what_he_asked_for_waits_for_no_cap(purpose: Purpose) -> None:
    assert _decide(purpose=purpose, who=person(contact(NOON - HOUR))).verdict == Verdict.ALLOW


@pytest.mark.parametrize(
    ("ago", "verdict"),
    [
        (timedelta(0), Verdict.ALLOW),
        (timedelta(minutes=9, seconds=59), Verdict.ALLOW),
        (timedelta(minutes=10), Verdict.DEFER),
        (timedelta(seconds=-1), Verdict.ALLOW),  # by another clock
        (timedelta(minutes=-10), Verdict.DEFER),
        (None, Verdict.DEFER),
    ],
)
def test_a_confirmation_goes_at_once_or_in_the_morning(ago: timedelta | None, verdict: Verdict) -> None:
    who = person(opted_out=frozenset({SMS}))
    acted_at = None if ago is None else NIGHT - ago
    decision = _decide(at=NIGHT, purpose=Purpose.REPLY, who=who, acted_at=acted_at)
    assert decision.verdict == verdict
    if verdict == Verdict.ALLOW:
        assert decision.rule == "CN.purpose_reply"
    else:
        assert (decision.rule, decision.not_before) == ("CN.contact_window", MORNING)


def test_acting_a_moment_ago_opens_no_hour_for_other_purposes() -> None:
    for purpose in set(Purpose) - {Purpose.REPLY}:
        assert _decide(at=NIGHT, purpose=purpose, acted_at=NIGHT).verdict == Verdict.DEFER


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2026, 11, 29, 12, tzinfo=UTC), datetime(2026, 11, 30, 9, tzinfo=UTC)),  # a Sunday
        (
            datetime(2026, 12, 24, 20, tzinfo=UTC),
            datetime(2026, 12, 29, 9, tzinfo=UTC),
        ),  # Christmas to Tuesday
        (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 30, 8, tzinfo=UTC)),  # the clock changes
    ],
)
def test_calls_in_britain_rest_on_sundays_and_bank_holidays(at: datetime, opens: datetime) -> None:
    given = debt(zone="Europe/London")
    decision = decide(Question(given, person(), VOICE, Purpose.COLLECTION), GB, at)
    assert (decision.rule, decision.not_before) == ("GB.contact_window_voice", opens)
    assert decide(Question(given, person(), EMAIL, Purpose.COLLECTION), GB, opens).verdict == Verdict.ALLOW


def test_a_moment_between_two_seconds_is_rounded_up() -> None:
    """Stored moments have no fractions; one rounded down would come back too early."""
    sent = NOON - HOUR + timedelta(microseconds=1)
    assert _decide(who=person(contact(sent))).not_before == NOON - HOUR + DAY + timedelta(seconds=1)


def test_every_rule_a_decision_names_can_be_explained() -> None:
    assert explain("CN.dispute_hold", CN).source.startswith("policy")
    assert explain("person.address_dead", CN).id == "person.address_dead"
    with pytest.raises(KeyError):
        explain("CN.unheard_of", CN)


def test_another_debt_of_the_same_person_is_under_the_same_cap() -> None:
    second = debt(loan="LN-2")
    assert second.id.loan_key == loan_key("demo-bank", "LN-2")
    assert _decide(second, who=person(contact(NOON - HOUR))).rule == "CN.text_email_daily"
