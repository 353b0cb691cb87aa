"""Every timer of the product: which machine waits for it where, by which term, and what stops it.

A moment is written out by the calendar and not taken from the code. The case is opened on Monday 23 November
2026 at noon in Shanghai, or at half past eleven in the night where it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.domain.codes import ChannelName, FactKind, HoldKind
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.domain.moments import stamp
from chalicelib.store import complaint_steps, complaints, selections
from tests.samples import NIGHT
from tests.timers import acts
from tests.timers.play import Play

ZONE = ZoneInfo("Asia/Shanghai")
Act = Callable[[Play], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One timer: its `road` leads a fresh deployment to where `machine` waits for it in `stage`.

    `terms` are the profile's that set it (`steps.…`: a wait of its rounds); `due` is when it fires, `fired`
    whether it did. Each of `stoppers` keeps it from firing, none of `kept_by` does: with them it fires
    all the same.
    """

    name: str
    machine: str
    stage: str
    terms: tuple[str, ...]
    road: tuple[Act, ...]
    due: datetime
    fired: Callable[[Play], bool]
    stoppers: Mapping[str, Act]
    kept_by: Mapping[str, Act] = field(default_factory=dict)
    receipts: bool = True
    """Whether messages arrive; a delivery waits only where nobody hears of one."""

    def __str__(self) -> str:
        return f"{self.name} ({self.stage})"


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2026) -> datetime:
    """Return a moment by the borrower's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def _until(moment: datetime) -> Act:
    return lambda play: play.to(moment)


def _opened_at_night(play: Play) -> None:
    play.scene.road.clock.now = NIGHT
    acts.overdue(play)


def _sent(step: str) -> Callable[[Play], bool]:
    return lambda play: play.sent(step)


def _due(what: str, moment: datetime) -> Callable[[Play], bool]:
    """The timer that ran out at that moment did what it is for."""
    return lambda play: (what, stamp(moment)) in {fact.which for fact in play.facts(FactKind.DUE)}


def _closed(reason: str) -> Callable[[Play], bool]:
    return lambda play: play.is_closed and play.case.closed_reason == reason


def _waits_for_review(play: Play) -> bool:
    """What nobody decided in time is not closed by the clock: a person reviews it (invariant 23)."""
    return play.case.is_open and selections.standing_of(play.case) is not None


def _again(machine: str, stage: str, times: int = 2) -> Callable[[Play], bool]:
    """A wait that only looks again has fired when its stage is entered once more."""
    return lambda play: play.looks(machine, stage) >= times


# -- a case, from its notice to its agreement

PAID = {"payment": acts.settle}
_OPENED = (acts.overdue,)
_ANSWERED = (*_OPENED, acts.answer)
_APPLIED = (*_OPENED, acts.apply)
_ACCEPTED = (*_APPLIED, acts.accept)
_ASSIGNED = (*_ACCEPTED, acts.assign)
_BOOKED = (*_ASSIGNED, acts.offer, acts.book)
_IN_SESSION = (*_BOOKED, _until(acts.FIRST), acts.meet)
_DRAFTED = (*_IN_SESSION, acts.adjourn, acts.draft)
_SIGNING = (*_DRAFTED, acts.freeze)
_TAKEN_BACK = {**PAID, "withdrawal": acts.withdraw}
_LIMIT = at(12, 23)  # 30 days
_DAY_AHEAD, _HOUR_AHEAD, _MET = (acts.FIRST + timedelta(hours=hours) for hours in (-24, -1, 1))
_MOVED = {"another time": acts.reschedule, "called off": acts.call_off, **_TAKEN_BACK}

_HARDSHIP = (*_OPENED, acts.lay, _until(at(11, 27)))  # 30 days, and then the hour has to permit it

NOTICES = (
    Row(
        "first notice", "case", "AwaitWindow", ("contact_window",), (_opened_at_night,), at(11, 24, 8),
        _sent("first_notice"), {**PAID, "hold": lambda play: acts.hold(play, HoldKind.MORATORIUM)},
    ),
    Row(
        "first reminder", "case", "Notify", ("steps.first_notice",), _OPENED, at(11, 26),
        _sent("reminder_1"), {**PAID, "reply": acts.answer, "opt-out": acts.silence, "hold": acts.hold},
    ),
    Row(
        "second reminder", "case", "Remind", ("steps.reminder_1",), (*_OPENED, _until(at(11, 26))),
        at(11, 30), _sent("reminder_2"),
        {**PAID, "reply": acts.answer, "opt-out": acts.silence, "hold": acts.hold},
    ),
    Row(
        "feedback", "case", "RemindAgain", ("steps.reminder_2",), (*_OPENED, _until(at(11, 30))), at(12, 7),
        _closed("no answer to any notice in time"), {**PAID, "reply": acts.answer, "application": acts.apply},
    ),
    Row(
        "hold's term", "case", "AwaitWindow", ("holds.HARDSHIP",), _HARDSHIP, at(12, 24, 8),
        _sent("reminder_1"),
        {**PAID, "reply": acts.answer, "opt-out": acts.silence, "another hold": acts.hold},
    ),
    Row(
        "hold at the end of the last window", "case", "AwaitWindow", (),
        (*_OPENED, _until(at(12, 1)), acts.lay, _until(at(12, 8))), at(1, 8, 12, year=2027),
        _closed("no answer to any notice in time"), {**PAID, "reply": acts.answer},
    ),
)  # fmt: skip

MEDIATION = (
    Row(
        "acceptance", "case", "Acceptance", ("acceptance",), _APPLIED, at(11, 27, 0),
        _due("ACCEPTANCE_LATE", at(11, 27, 0)), {**_TAKEN_BACK, "acceptance": acts.accept},
    ),
    Row(
        "assignment", "case", "Assignment", ("assignment",), _ACCEPTED, at(11, 25, 0),
        _due("ASSIGNMENT_LATE", at(11, 25, 0)), {**_TAKEN_BACK, "assignment": acts.assign},
    ),
    Row(
        "meeting reminder", "case", "Meeting", ("meeting_reminder",), _BOOKED,
        _DAY_AHEAD, _due("MEETING_REMINDER", _DAY_AHEAD), _MOVED,
    ),
    Row(
        "last meeting reminder", "case", "Meeting", ("meeting_reminder_last",),
        (*_BOOKED, _until(acts.FIRST - timedelta(hours=2))), _HOUR_AHEAD,
        _due("MEETING_REMINDER_LAST", _HOUR_AHEAD), _MOVED,
    ),
    Row(
        "result of a meeting", "case", "Meeting", (), (*_BOOKED, _until(acts.FIRST)),
        _MET, _due("RESULT_LATE", _MET), {**_TAKEN_BACK, "session": acts.meet},
    ),
    Row(
        "mediation limit, undecided", "case", "Assignment", ("mediation_limit",),
        (*_ACCEPTED, _until(at(11, 26))), _LIMIT, _waits_for_review,
        {**_TAKEN_BACK, "joint extension": acts.extend},
    ),
    *(
        Row(
            "mediation limit", "case", stage, ("mediation_limit", "mediation_extension"), road, _LIMIT,
            _closed("the mediation limit passed"), {**_TAKEN_BACK, "joint extension": acts.extend},
        )
        for stage, road in (
            ("Scheduling", _ASSIGNED),
            ("Session", _IN_SESSION),
            ("Drafting", _DRAFTED),
        )
    ),
    Row(
        "mediation limit", "case", "Answered", ("mediation_limit",), (*_ANSWERED, _until(at(12, 1))), _LIMIT,
        _closed("the mediation limit passed"), {**PAID, "application": acts.apply},
    ),
    Row(
        "signature", "case", "Signature", ("signature",), _SIGNING, at(12, 10, 0),
        _closed("not everybody signed in time"), {**PAID, "refusal": acts.refuse, "all signed": acts.sign},
    ),
)  # fmt: skip

# -- a plan: its first instalment falls due on 10 January

_AGREED = (*_SIGNING, acts.sign)
_PAYS = {"payment": acts.pay_instalment, "settlement": acts.settle}
_HELD = {"hold": acts.hold}
_GRACE_OVER = at(1, 16, 0, year=2027)
_BREACHED = (*_AGREED, _until(_GRACE_OVER))


def _breach(play: Play) -> bool:
    return bool(play.facts(FactKind.BREACH))


PLAN = (
    Row(
        "instalment reminder", "repayment", "Upcoming", ("instalment_reminder",), _AGREED,
        at(1, 7, 10, year=2027), _sent("instalment_reminder"), {**_PAYS, **_HELD},
    ),
    Row(
        "instalment due", "repayment", "Due", (), (*_AGREED, _until(at(1, 7, 11, year=2027))),
        at(1, 11, 8, year=2027), _sent("instalment_late"), {**_PAYS, **_HELD},
    ),
    Row(
        "instalment grace", "repayment", "Grace", ("instalment_grace",),
        (*_AGREED, _until(at(1, 12, year=2027))), _GRACE_OVER, _breach, {**_PAYS, **_HELD},
    ),
    Row(
        "hold, looked at again", "repayment", "Held", (),
        (*_AGREED, _until(at(1, 9, year=2027)), acts.hold, _until(at(1, 12, year=2027)), acts.lift),
        at(1, 18, 0, year=2027), _again("repayment", "Grace", 1), _PAYS,
    ),
    Row(
        "breach, looked at again", "repayment", "Breached", (), _BREACHED,
        _GRACE_OVER + timedelta(days=60), _again("repayment", "Breached"),
        {"payment": acts.pay_all, "referral": acts.refer},
    ),
)  # fmt: skip

# -- a complaint, which no payment stops

_COMPLAINED = (*_OPENED, acts.complained)
_TAKEN = (*_COMPLAINED, acts.take_up)
_DECIDED = (*_TAKEN, acts.decide)
_NO_STOPPERS = {"payment": acts.settle, "part payment": lambda play: acts.pay(play, 100, 800_000)}
_DROPPED = {"withdrawal": acts.withdraw_complaint}


def _strangers(play: Play) -> None:
    acts.complained(play, stranger=True)


def _late(clock: str, last_day: str) -> Callable[[Play], bool]:
    def fired(play: Play) -> bool:
        steps = (step for _, step in complaint_steps.of(complaints.require(acts.COMPLAINT)))
        late = [step.detail for step in steps if step.name == "LATE"]
        return {"clock": clock, "last_day": last_day} in late

    return fired


def _complaint_closed(play: Play) -> bool:
    return complaints.require(acts.COMPLAINT).status == ComplaintStatus.CLOSED


COMPLAINTS = (
    Row(
        "complaint: acknowledge", "complaint", "Acknowledge", ("complaint_ack", "complaint_warning"),
        (*_OPENED, _strangers), at(11, 25, 0), _late("ACKNOWLEDGE", "2026-11-24"),
        {**_DROPPED, "acknowledgement": acts.acknowledge}, _NO_STOPPERS,
    ),
    Row(
        "complaint: decide", "complaint", "Investigate", ("complaint_decision",), _TAKEN, at(12, 9, 0),
        _late("DECIDE", "2026-12-08"),
        {**_DROPPED, "decision": acts.decide, "extension": acts.extend_complaint}, _NO_STOPPERS,
    ),
    Row(
        "complaint: extended", "complaint", "Extended", ("complaint_decision_complex", "complaint_extension"),
        (*_TAKEN, acts.extend_complaint), at(12, 24, 0), _late("DECIDE", "2026-12-23"),
        {**_DROPPED, "decision": acts.decide, "further extension": acts.extend_complaint}, _NO_STOPPERS,
    ),
    Row(
        "complaint: ask for a review", "complaint", "Decided", ("complaint_review_request",), _DECIDED,
        at(12, 24, 0), _complaint_closed, {"review asked for": acts.ask_review}, _NO_STOPPERS,
    ),
    Row(
        "complaint: review", "complaint", "Review", ("complaint_review",), (*_DECIDED, acts.ask_review),
        at(1, 23, 0, year=2027), _late("REVIEW", "2027-01-22"), {"answer": acts.answer_review}, _NO_STOPPERS,
    ),
    Row(
        "complaint: missed, looked at again", "complaint", "Late", (), (*_TAKEN, _until(at(12, 9, 0))),
        at(12, 10, 0), _again("complaint", "Late"), {**_DROPPED, "decision": acts.decide}, _NO_STOPPERS,
    ),
)  # fmt: skip

# -- a step of messages on its way


def _told_at_night(play: Play) -> None:
    """A mediator offers times late in the evening: the word waits for the morning."""
    play.to(at(11, 23, 22, 30))
    acts.offer(play)


def _over(channel: ChannelName, step: str) -> Callable[[Play], bool]:
    return lambda play: (step, channel.value) in {fact.which[:2] for fact in play.facts(FactKind.SENT)}


DELIVERY = (
    Row(
        "patience for a receipt", "delivery", "Deliver", ("steps.first_notice.patience",), _OPENED,
        at(11, 23, 12, 30), _over(ChannelName.VOICE, "first_notice"),
        {**PAID, "receipt": acts.delivered, "reply": acts.answer}, receipts=False,
    ),
    Row(
        "pause until a message may leave", "delivery", "Pause", ("contact_window",),
        (*_ASSIGNED, _told_at_night), at(11, 24, 8), _sent("meeting_times"), PAID,
    ),
)  # fmt: skip

TABLE = (*NOTICES, *MEDIATION, *PLAN, *COMPLAINTS, *DELIVERY)

BOUNDS = {
    "meeting_notice": "no time sooner is offered: tests/mediation/test_road.py",
    "court_confirmation": "nobody applies after it, filing needs both: tests/mediation/test_confirm.py",
    "opt_out_effect": "an opt-out works at once: tests/workflow/test_deliver.py",
    "assumed_receipt": "a day that a notice reckons from: tests/domain",
}
"""Terms that close a door or set a date, and for which no machine waits."""

NOT_KEPT = {
    "retention": "deletion after it is not built",
    "recordings_retention": "deletion after it is not built; nothing is recorded",
    "dispute_window": "the United States' profile: no machine counts it yet",
    "validation_notice": "the United States' profile: no machine counts it yet",
    "arrears_notice": "the United Kingdom's profile: no machine counts it yet",
    "default_notice": "the United Kingdom's profile: no machine counts it yet",
    "complaint_referral": "told in the decision's letter; nothing waits for it",
    "complaint_summary": "the United Kingdom's profile: no machine counts it yet",
}
"""Terms that a profile states and that nothing keeps yet."""
HOLDS_ELSEWHERE = {"MORATORIUM"}
"""Holds with a term in Great Britain alone, whose end the same functions keep: tests/intake/test_hold.py."""
