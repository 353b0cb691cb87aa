"""One decision for any person, past, hour and jurisdiction: never too early, never later than need be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.domain.caps import Cap, Counting, Per, Pooled
from chalicelib.domain.codes import ChannelName, ContactState, HoldKind, Purpose
from chalicelib.domain.contact_rules import Decision, Question, Verdict, decide, explain
from chalicelib.domain.keys import loan_key
from chalicelib.domain.person import Contact
from chalicelib.domain.profile import Profile
from tests.domain.given import LENDERS, LOANS, MOMENTS, SHIPPED, ZONES, debt, is_open, pasts, person, profile

CN, US = SHIPPED[0], SHIPPED[1]
# Nothing leaves at the Spring Festival, on weekends and on Wednesdays; one cap over two channels together.
STRICT = profile(
    "CN",
    contact_window__closed_on_holidays=True,
    contact_window__closed_weekdays=["SAT", "SUN", "WED"],
    caps__1__together=True,
    caps__3__enabled=True,
    purposes__REPLY__capped=True,
)
PROFILES = st.sampled_from([*SHIPPED, STRICT])
SECOND = timedelta(seconds=1)
CAPPED = [Purpose.COLLECTION, Purpose.STATUTORY]


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, datetime]:
    """Any message about any debt to a person with any past, at any moment."""
    at = draw(MOMENTS)
    silenced = draw(st.frozensets(st.sampled_from(ChannelName), max_size=1))
    who = person(*draw(pasts(at)), opted_out=silenced)
    about = debt(
        draw(st.sampled_from(LENDERS)),
        draw(st.sampled_from(LOANS)),
        draw(st.sampled_from(ZONES)),
        holds=frozenset(draw(st.lists(st.sampled_from([kind.value for kind in HoldKind]), max_size=1))),
    )
    acted_at = draw(st.none() | st.integers(-5, 1_200).map(lambda ago: at - timedelta(seconds=ago)))
    purpose, channel = draw(st.sampled_from(Purpose)), draw(st.sampled_from(ChannelName))
    return Question(about, who, channel, purpose, draw(st.booleans()), acted_at), at


def _hours_permit(question: Question, version: Profile, at: datetime) -> bool:
    """Whether the hour is right, read off the clocks on the wall."""
    zone, window = question.case.borrower.timezone, version.hours[question.channel].window
    at_once = timedelta(minutes=10 if question.purpose == Purpose.REPLY else 0)
    if question.acted_at and abs(at - question.acted_at) < at_once:
        return True
    return is_open(window, set(window.closed_days), at, zone, version)


def _counted(cap: Cap, contact: Contact, of: Contact) -> bool:
    return (
        (contact.channel in cap.channels if cap.together else contact.channel == of.channel)
        and (cap.per == Per.PERSON or contact.loan_key == of.loan_key)
        and (cap.pooled == Pooled.ALL_LENDERS or contact.lender == of.lender)
        and not (cap.counts == Counting.REACHED and contact.state == ContactState.FAILED)
    )


def _within_caps(version: Profile, contacts: list[Contact], new: Contact) -> bool:
    """Whether a contact, with those before it, keeps every cap in the days up to its moment."""
    for cap in version.caps:
        if not cap.enabled or new.channel not in cap.channels or not _counted(cap, new, new):
            continue
        recent = [
            one
            for one in contacts
            if one.at > new.at - timedelta(days=cap.days)
            and version.purposes[one.purpose].counted
            and _counted(cap, one, new)
        ]
        if len(recent) >= cap.most:
            return False
    return True


def _permitted(question: Question, version: Profile, at: datetime) -> bool:
    """Whether hours and caps allow a message, found without the code under test."""
    case = question.case
    new = Contact(at, question.channel, question.purpose, case.lender, case.id.loan_key)
    capped = version.purposes[question.purpose].capped
    return _hours_permit(question, version, at) and (
        not capped or _within_caps(version, list(question.person.contacts.values()), new)
    )


@settings(max_examples=400)
@given(questions(), PROFILES)
def test_an_allowed_message_breaks_no_hour_and_no_cap(
    asked: tuple[Question, datetime], version: Profile
) -> None:
    question, at = asked
    if decide(question, version, at).verdict == Verdict.ALLOW:
        assert _permitted(question, version, at)


@settings(max_examples=400)
@given(questions(), PROFILES)
@example(
    (
        Question(debt(zone=None), person(), ChannelName.SMS, Purpose.COLLECTION),
        datetime(2028, 2, 29, 3, tzinfo=UTC),
    ),
    US,
)
def test_a_deferred_message_may_go_at_its_moment_and_no_second_earlier(
    asked: tuple[Question, datetime], version: Profile
) -> None:
    question, at = asked
    decision = decide(question, version, at)
    if decision.verdict != Verdict.DEFER:
        return
    moment = decision.not_before
    assert moment is not None
    assert moment > at
    assert moment.microsecond == 0
    assert decide(question, version, moment).verdict == Verdict.ALLOW
    edges = {one.at + timedelta(days=days) for one in question.person.contacts.values() for days in (0, 1, 7)}
    edges |= {at + (moment - at) * part / 40 for part in range(40)} | {moment - SECOND}
    for earlier in (edge for edge in edges if at <= edge < moment):
        assert not _permitted(question, version, earlier), f"{earlier} was permitted and skipped"
        assert decide(question, version, earlier).not_before == moment


@given(questions(), PROFILES)
def test_every_answer_names_a_rule_and_the_version(
    asked: tuple[Question, datetime], version: Profile
) -> None:
    decision = decide(asked[0], version, asked[1])
    assert decision.profile_version == version.version
    assert explain(decision.rule, version).source
    assert (decision.not_before is not None) == (decision.verdict == Verdict.DEFER)


def _when(decision: Decision, at: datetime) -> datetime:
    """When a message may go: now, later, or never."""
    if decision.verdict == Verdict.DENY:
        return datetime.max.replace(tzinfo=UTC)
    return decision.not_before or at


@given(questions(), PROFILES, st.data())
def test_one_more_contact_never_makes_it_sooner(
    asked: tuple[Question, datetime], version: Profile, data: st.DataObject
) -> None:
    question, at = asked
    more = data.draw(pasts(at))
    contacts = dict(question.person.contacts) | {f"more {n}": one for n, one in enumerate(more)}
    busier = replace(question, person=replace(question.person, contacts=contacts))
    assert _when(decide(busier, version, at), at) >= _when(decide(question, version, at), at)


@given(questions(), PROFILES, st.integers(0, 3 * 86_400))
def test_asking_later_never_names_an_earlier_moment(
    asked: tuple[Question, datetime], version: Profile, seconds: int
) -> None:
    """Unless the person has acted himself, which opens a few minutes that pass."""
    question, at = replace(asked[0], acted_at=None), asked[1]
    later = at + timedelta(seconds=seconds)
    assert _when(decide(question, version, later), later) >= _when(decide(question, version, at), at)


@given(questions(), st.sampled_from(SHIPPED), st.data())
def test_an_unknown_zone_waits_as_long_as_any_zone_of_the_country(
    asked: tuple[Question, datetime], version: Profile, data: st.DataObject
) -> None:
    question, at = asked
    lost, there = (
        replace(question, case=debt(question.case.lender, question.case.loan, zone))
        for zone in (None, data.draw(st.sampled_from(version.zones)))
    )
    assert _when(decide(lost, version, at), at) >= _when(decide(there, version, at), at)


@settings(max_examples=150)
@given(MOMENTS, PROFILES, st.data())
def test_a_sender_who_obeys_never_exceeds_a_cap(
    start: datetime, version: Profile, data: st.DataObject
) -> None:
    """He sends whenever he may, for any debt and capped purpose, and learns of outcomes as they come."""
    zone, now, sent = data.draw(st.sampled_from(ZONES)), start, list[Contact]()
    for _ in range(data.draw(st.integers(5, 25))):
        lender, loan = data.draw(st.sampled_from(LENDERS)), data.draw(st.sampled_from(LOANS))
        purpose = data.draw(st.sampled_from(CAPPED))
        channel = data.draw(st.sampled_from([ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE]))
        question = Question(debt(lender, loan, zone), person(*sent), channel, purpose)
        decision = decide(question, version, now)
        now = decision.not_before or now
        new = Contact(now, channel, purpose, lender, loan_key(lender, loan))
        assert _within_caps(version, sent, new), decision
        assert _hours_permit(question, version, now)
        sent.append(new)
        place = data.draw(st.integers(0, len(sent) - 1))
        if sent[place].state == ContactState.PENDING:
            sent[place] = replace(sent[place], state=data.draw(st.sampled_from(ContactState)))
        now += timedelta(seconds=data.draw(st.sampled_from([0, 1, 3_600, 86_399, 86_400])))
    for place, new in enumerate(sent):  # and with what became of them in the end
        assert _within_caps(version, sent[:place], new)
