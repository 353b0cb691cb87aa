"""May this message go to this person now? One pure answer, with the rule that gave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, HoldKind, Purpose
from chalicelib.domain.person import Person
from chalicelib.domain.preferences import Preferences
from chalicelib.domain.profile import Profile
from chalicelib.domain.purposes import End, Heeding, PurposeRule
from chalicelib.domain.rules import Certainty, Rule
from chalicelib.domain.windows import zones_of

_OWN = {
    "case.closed": "the case is closed, or nothing is owed any more (invariant 3)",
    "case.answered": "the borrower has answered; his answer is dealt with first",
    "case.hold_unknown": "policy: a hold of unknown kind stops whatever any hold stops",
    "step.useful_time": "policy: what could not leave while it was of use is cancelled",
    "provider.busy": "policy: the provider asked to come back, or is given a rest",
    "person.no_address": "the person has no address for this channel",
    "person.address_dead": "the address bounced, complained or is somebody else's",
}


LOOK_AGAIN = timedelta(days=30)
"""After this a hold without a term is looked at again (*policy*); whoever lifts it wakes what waits."""


class Verdict(StrEnum):
    """What a rule says of one send."""

    ALLOW = "ALLOW"
    DEFER = "DEFER"
    DENY = "DENY"


@dataclass(frozen=True, slots=True)
class Question:
    """One message somebody wants to send.

    `last_resort`: no other channel is left for a notice the law demands. `acted_at`: when the person did
    what a REPLY confirms (aware). `deadline`: until when the message is of use (aware); hours that the person
    asked for do not make a notice of the law miss it.
    """

    case: Case
    person: Person
    channel: ChannelName
    purpose: Purpose
    last_resort: bool = False
    acted_at: datetime | None = None
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the rule's id and the profile version it stands in (invariant 21).

    `not_before` is the first permitted moment (UTC) of a DEFER, else None.
    """

    verdict: Verdict
    rule: str
    profile_version: str
    not_before: datetime | None = None


def decide(question: Question, profile: Profile, at: datetime) -> Decision:
    """Return whether a message may go out at `at` (aware, UTC).

    What forbids for good comes before what only asks to wait. A DEFER names the first moment, in whole
    seconds, at which caps and permitted hours all allow, and the one of them that holds longest by itself.
    """
    forbidden = _forbidden(question, profile) or _never_convenient(question, profile, at)
    if forbidden:
        return Decision(Verdict.DENY, forbidden, profile.version)
    over, hold_rule = _laid(question, profile, at)
    if over > at:
        moment, _ = _opening(question, profile, over)
        return Decision(Verdict.DEFER, hold_rule, profile.version, moment)
    free, cap_rule = _free_of_caps(question, profile, at)
    opening, hours_rule = _opening(question, profile, at)
    if free > opening:
        moment, _ = _opening(question, profile, free)
        return Decision(Verdict.DEFER, cap_rule, profile.version, moment)
    if opening > at:
        return Decision(Verdict.DEFER, hours_rule, profile.version, opening)
    return Decision(Verdict.ALLOW, _permitting(question, profile, at), profile.version)


def explain(rule_id: str, profile: Profile) -> Rule:
    """Return the rule behind a decision's rule id, with its source; raises KeyError for an unknown one."""
    if rule_id in _OWN:
        return Rule(rule_id, _OWN[rule_id], Certainty.HIGH)
    return profile.rules[rule_id]


def _forbidden(question: Question, profile: Profile) -> str | None:
    """Return the rule that denies the message whatever the hour, or None."""
    case, channel, bound = question.case, question.channel, profile.purposes[question.purpose]
    if End.CLOSED in bound.ended_by and (case.status == CaseStatus.CLOSED or case.amount.settled):
        return "case.closed"
    if End.ANSWERED in bound.ended_by and case.answered:
        return "case.answered"
    held = _held(case, bound, profile)
    if held:
        return held
    if channel in question.person.opted_out and bound.silenced(last_resort=question.last_resort):
        return profile.opt_out.rule.id
    if not case.borrower.address(channel):
        return "person.no_address"
    return "person.address_dead" if question.person.lost(case.borrower.address_key(channel)) else None


def _held(case: Case, bound: PurposeRule, profile: Profile) -> str | None:
    """Return the rule of the first hold over the case that stops this purpose, or None."""
    for kind in HoldKind:
        if kind in case.holds and kind in bound.stopped_by:
            return profile.holds[kind].rule.id
    unknown = case.holds - set(HoldKind)
    return "case.hold_unknown" if unknown and bound.stopped_by else None


def _laid(question: Question, profile: Profile, at: datetime) -> tuple[datetime, str]:
    """Return when the holds that lender or staff laid let this purpose go on, and the last one's rule.

    What waits for them is not lost: the case goes on where it stood. One without a term is looked at again.
    """
    latest, rule, case = at, "", question.case
    for kind in profile.purposes[question.purpose].stopped_by & case.held(at):
        over = (case.hold_ends(kind) or at + LOOK_AGAIN) if kind in case.laid else at
        if over > latest:
            latest, rule = over, profile.holds[kind].rule.id
    return latest, rule


def _free_of_caps(question: Question, profile: Profile, at: datetime) -> tuple[datetime, str]:
    """Return from when on all caps allow one more contact (at the earliest `at`), and the last one's rule."""
    latest, rule = at, ""
    if not profile.purposes[question.purpose].capped:
        return latest, rule
    case = question.case
    contacts = [each for each in question.person.contacts.values() if profile.purposes[each.purpose].counted]
    for cap in profile.caps:
        free = cap.free_from(contacts, question.channel, case.lender, case.id.loan_key)
        if free and free > latest:
            latest, rule = free, cap.rule.id
    return _whole_second(latest) if rule else latest, rule


def _opening(question: Question, profile: Profile, at: datetime) -> tuple[datetime, str]:
    """Return the first moment from `at` on at which the hour permits the message, and the rule that says so.

    The hours the person asked for count within the law's, unless the message would miss its deadline by
    them: a preference gives way to a notice the law demands, a window never does.
    """
    bound, hours = profile.purposes[question.purpose], profile.hours[question.channel]
    if bound.any_hour(question.acted_at, at):
        return at, bound.rule.id
    legal = hours.window.next_open(at, zones_of(question.case.borrower.timezone, profile.zones))
    convenient = _convenient(question, profile, at)
    if convenient is None or convenient == legal:
        return legal, hours.rule.id
    missed = question.deadline is not None and convenient > question.deadline
    if missed and bound.heeds_hours == Heeding.UNLESS_LAST_RESORT:
        return legal, hours.rule.id
    return convenient, profile.asked_hours.id


def _convenient(question: Question, profile: Profile, at: datetime) -> datetime | None:
    """Return the first moment inside the window that suits the person too, or None when none ever does."""
    window, asked = profile.hours[question.channel].window, question.person.preferences
    if profile.purposes[question.purpose].heeds_hours == Heeding.NEVER:
        asked = Preferences()
    return asked.next_convenient(at, window, zones_of(question.case.borrower.timezone, profile.zones))


def _never_convenient(question: Question, profile: Profile, at: datetime) -> str | None:
    """Return the rule that denies what must keep to hours which all lie outside the law's, or None."""
    if not question.person.preferences.convenient:
        return None
    bound = profile.purposes[question.purpose]
    binds = bound.heeds_hours == Heeding.ALWAYS and not bound.any_hour(question.acted_at, at)
    return profile.asked_hours.id if binds and _convenient(question, profile, at) is None else None


def _permitting(question: Question, profile: Profile, at: datetime) -> str:
    """Return the rule an allowed message rests on: its hours, or its purpose where that overrides one."""
    bound = profile.purposes[question.purpose]
    if bound.any_hour(question.acted_at, at) or question.channel in question.person.opted_out:
        return bound.rule.id
    asked = question.person.preferences.convenient
    if asked and _convenient(question, profile, at) != at:  # the deadline came first
        return bound.rule.id
    return profile.hours[question.channel].rule.id


def _whole_second(moment: datetime) -> datetime:
    """Round up: moments are stored in whole seconds, and one rounded down would come back too early."""
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)
