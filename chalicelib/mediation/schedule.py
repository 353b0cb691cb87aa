"""A meeting finds its time: the mediator offers some, the borrower picks one, and may pick another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, FactKind, Mode
from chalicelib.domain.errors import NotNow, Taken
from chalicelib.domain.keys import CaseId
from chalicelib.domain.meeting import LENGTH, Meeting
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.mediation import standing
from chalicelib.mediation.tell import tell
from chalicelib.mediation.wake import wake
from chalicelib.store import bookings, cases, facts, meetings
from chalicelib.store.facts import Fact
from chalicelib.store.rows import Row
from chalicelib.timers import Timers

OFFERED, INVITATION, CALLED_OFF = "meeting_times", "meeting_invitation", "meeting_cancelled"
REMINDER = "meeting_reminder"
BOOKABLE = (CaseStatus.ASSIGNED, CaseStatus.ADJOURNED, CaseStatus.SCHEDULED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Times at which a mediation may meet (UTC), and how: `ways` says where to go, click or ring.

    The keys of `ways` are `place`, `link` and `dial_in`; one is enough. `mediator` is how he is introduced.
    """

    times: tuple[datetime, ...]
    mode: Mode
    mediator: str
    organisation: str = ""
    qualifications: str = ""
    ways: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    minutes: int = LENGTH

    def meeting(self, at: datetime, number: int, sequence: int) -> Meeting:
        """Return the meeting that begins at one of the times."""
        return Meeting(
            at=at,
            mode=self.mode,
            mediator=self.mediator,
            organisation=self.organisation,
            qualifications=self.qualifications,
            parties=self.parties,
            minutes=self.minutes,
            number=number,
            sequence=sequence,
            place=self.ways.get("place", ""),
            link=self.ways.get("link", ""),
            dial_in=self.ways.get("dial_in", ""),
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Offers times and books them."""

    timers: Timers

    def offer(self, case_id: CaseId, offer: Offer, by: str, now: datetime) -> bool:
        """Put times on record for the borrower to choose from, in place of those before; tells him.

        Returns whether that is new. Raises NotNow unless the case has a mediator and no meeting under way,
        or when a time is too soon for the notice both sides are due (`meeting_notice`) or past the limit;
        ValueError when there is no way to take part.
        """
        case = cases.get(case_id)
        standing.require(case, BOOKABLE, "offer times")
        self._require_lawful(case, offer, now)
        before = facts.of(case_id, FactKind.SLOTS)
        detail = {"by": by, "chair": case.mediator, **_kept(offer)}
        if before and before[-1].detail == detail:
            self._tell_offer(case, before[-1])  # whoever offered them may have died before they were told
            return False
        fact = Fact(case_id, FactKind.SLOTS, now, (f"{len(before) + 1:02d}",), detail)
        new = facts.append(fact)
        self._tell_offer(case, fact)
        return new

    def book(self, case_id: CaseId, at: datetime, now: datetime) -> Meeting:
        """Book one of the times offered; the one booked before is free again. Returns the meeting.

        One transaction: the meeting, the mediator's time and where the case stands. Raises Taken when the
        time is not among those offered or somebody else has it, NotNow when no time can be booked now.
        """
        case = cases.get(case_id)
        standing.require(case, BOOKABLE, "book a meeting")
        offer, before = latest_offer(case), meetings.get(case_id)
        if offer is None or at not in offer.times or at <= now:
            raise Taken("this time is not offered; choose one of those shown")
        if before and before.at == at and before.is_ahead(now) and case.status == CaseStatus.SCHEDULED:
            return self._invite(case, before, now)
        meeting = offer.meeting(at, *_next(case, before))
        self._write(case, meeting, before, now)
        return self._invite(case, meeting, now)

    def call_off(self, case_id: CaseId, by: str, reason: str, now: datetime) -> bool:
        """Call the meeting ahead off; another time has to be found. Returns whether there was one.

        A repeat tells of it once more, if whoever called it off died before he could.
        """
        case = cases.get(case_id)
        rows, gone = called_off(case, now)
        if not rows:
            tell_called_off(case, self.timers, now)
            return False
        meeting = meetings.get(case_id)
        number = f"{meeting.number:02d}" if meeting else "00"
        which, detail = (number, "called_off", stamp(now)), {"by": by, "reason": reason}
        fact = Fact(case_id, FactKind.SESSION, now, which, detail)
        assigned = standing.at(case, CaseStatus.ASSIGNED, now)
        new = standing.move(case, assigned, fact, beside=rows, gone=gone)
        tell_called_off(case, self.timers, now)
        wake(case_id, self.timers)
        return new

    def _tell_offer(self, case: Case, offered: Fact) -> None:
        """Tell of times, once; a repeat makes up for a death before."""
        tell(case, f"{OFFERED}-{int(offered.which[0])}", self.timers, offered.at)

    def _invite(self, case: Case, meeting: Meeting, now: datetime) -> Meeting:
        """Tell of what is booked, once, and wake the machine; a repeat makes up for a death before."""
        tell(case, f"{INVITATION}-{_word(meeting)}", self.timers, now)
        wake(case.id, self.timers)
        return meeting

    def _require_lawful(self, case: Case, offer: Offer, now: datetime) -> None:
        offer.meeting(now, 1, 0)  # raises ValueError when nobody could take part
        profile, zone = standing.profile_of(case), standing.zone_of(case)
        first = profile.last_day("meeting_notice", now.astimezone(zone).date())
        for time in offer.times:
            if time.astimezone(zone).date() <= first:
                raise NotNow(
                    "{time} is too soon: both sides have until {first} to prepare",
                    time=time.astimezone(zone),
                    first=first,
                )
            if case.limit_at and time >= case.limit_at:
                raise NotNow(
                    "{time} lies past the mediation's limit, {limit}",
                    time=time.astimezone(zone),
                    limit=case.limit_at.astimezone(zone),
                )

    def _write(self, case: Case, meeting: Meeting, before: Meeting | None, now: datetime) -> None:
        mediator = case.mediator or ""
        scheduled = standing.at(case, CaseStatus.SCHEDULED, now, meeting)
        booked = bookings.row_of(mediator, meeting.at, case.id)
        ahead = before is not None and before.is_ahead(now)
        gone = [bookings.row_of(mediator, before.at, case.id)] if before and ahead else []
        fact = meetings.fact_of(case.id, meeting, now)
        try:
            standing.move(case, scheduled, fact, beside=[booked], gone=gone)
        except NotNow:
            after = cases.get(case.id)
            if (after.status, after.since) == (case.status, case.since):  # so the time was what went
                raise Taken("somebody else has just booked this time; choose another") from None
            raise


def latest_offer(case: Case) -> Offer | None:
    """Return the times offered last, or None; those of a mediator who was replaced since are not."""
    offered = facts.of(case.id, FactKind.SLOTS)
    if not offered or offered[-1].detail.get("chair", case.mediator) != case.mediator:
        return None
    return _read(offered[-1])


def open_times(case: Case, now: datetime) -> list[datetime]:
    """Return which of the times offered last can still be booked, in order."""
    offer = latest_offer(case)
    if offer is None or case.mediator is None:
        return []
    return bookings.free(case.mediator, [time for time in offer.times if time > now])


def called_off(case: Case, now: datetime) -> tuple[Sequence[Row], Sequence[Row]]:
    """Return the rows to write and to delete when the meeting ahead is called off; none when none is."""
    meeting = meetings.get(case.id)
    if meeting is None or not meeting.is_ahead(now):
        return (), ()
    off = replace(meeting, sequence=meeting.sequence + 1, cancelled=True)
    rows = [facts.to_row(meetings.fact_of(case.id, off, now))]
    return rows, [bookings.row_of(case.mediator or "", meeting.at, case.id)]


def tell_called_off(case: Case, timers: Timers, now: datetime) -> None:
    """Tell the borrower that his latest meeting is called off, if it is; a repeat tells nothing twice."""
    meeting = meetings.get(case.id)
    if meeting and meeting.cancelled:
        tell(case, f"{CALLED_OFF}-{_word(meeting)}", timers, now)


def _word(meeting: Meeting) -> str:
    """What tells a word about a meeting from all others of its case, in the name of its message."""
    return f"{meeting.number}{meeting.sequence:03d}"


def _next(case: Case, before: Meeting | None) -> tuple[int, int]:
    """Return number and sequence of the next word about a meeting: a new session after one was held."""
    if before is None:
        return 1, 0
    if case.status == CaseStatus.ADJOURNED and not before.cancelled:
        return before.number + 1, 0
    return before.number, before.sequence + 1


def _kept(offer: Offer) -> dict[str, object]:
    times = [stamp(time) for time in sorted(offer.times)]
    names = ("mediator", "organisation", "qualifications", "minutes")
    plain = {name: getattr(offer, name) for name in names}
    more = {"mode": offer.mode.value, "ways": dict(offer.ways), "parties": list(offer.parties)}
    return {"times": times, **more, **plain}


def _read(fact: Fact) -> Offer:
    kept = {name: value for name, value in fact.detail.items() if name not in ("by", "chair")}
    times = tuple(from_stamp(time) for time in kept.pop("times"))
    mode, parties = Mode(kept.pop("mode")), tuple(kept.pop("parties"))
    return Offer(times=times, mode=mode, parties=parties, **kept)
