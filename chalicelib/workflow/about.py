"""What a message is about besides the debt: its answer, its meeting, its code, read from the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib import links
from chalicelib.borrower.receipt import RECEIPT
from chalicelib.complaints import tell as complaint_news
from chalicelib.domain.access import ACCESS_CODE, SIGNING_CODE
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.errors import NoticeBlocked
from chalicelib.domain.meeting import Meeting as Booked
from chalicelib.domain.windows import zones_of
from chalicelib.mediation import schedule
from chalicelib.mediation.agreement import told as to_sign
from chalicelib.notices.plan import Ground
from chalicelib.notices.purposes import Feedback, Meeting
from chalicelib.notices.replies import CONFIRMATION
from chalicelib.repayment import court, told
from chalicelib.store import meetings

Values = Mapping[str, Any]


def about(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    """Return the variables that a message of this step adds to those of every notice.

    Raises NoticeBlocked when the record no longer holds what the message would speak of.
    """
    tells = ABOUT.get(this.step.template)
    return tells(this, channel, pepper) if tells else {}


def _confirmation(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    return {"stopped_channel": channel.value}  # it goes over the channel that it silences


def _receipt(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    return {"feedback": Feedback(this.case.id.reference, _local(this, this.since))}


def _code(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    return {"access_code": links.access_code(str(this.case.id), this.step.name, pepper)}


def _meeting(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    if booked := meetings.get(this.case.id):
        return {"meeting": _told(this, booked)}
    raise NoticeBlocked("no meeting is on record; nobody can be told of one")


def _times(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    if offer := schedule.latest_offer(this.case):
        return {"meeting": _told(this, offer.meeting(offer.times[0], 1, 0))}
    raise NoticeBlocked("no times are on record; nobody can choose one")


def _instalment(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    return {"instalment": told.shown(this.case, this.step.name)}


def _agreement(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    if agreement := to_sign.shown(this.case, this.step.name):
        return {"agreement": agreement}
    raise NoticeBlocked("no text waits for his signature; nobody is asked for one")


def _court(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    if asked := court.shown(this.case, this.step.name, this.at):
        return {"court": asked}
    raise NoticeBlocked("no application to a court is awaited; nobody is reminded of one")


def _complaint(this: Ground, channel: ChannelName, pepper: bytes) -> Values:
    if news := complaint_news.shown(this.case.id, this.step.name):
        return {"complaint": news}
    raise NoticeBlocked("no such complaint is on record; nobody can be told of it")


def _told(this: Ground, booked: Booked) -> Meeting:
    place = booked.place or booked.dial_in
    return Meeting(_local(this, booked.at), booked.mode.value, booked.mediator, place, booked.link)


def _local(this: Ground, moment: datetime) -> datetime:
    return moment.astimezone(zones_of(this.case.borrower.timezone, this.profile.zones)[0])


ABOUT: Mapping[str, Callable[[Ground, ChannelName, bytes], Values]] = {
    CONFIRMATION: _confirmation,
    RECEIPT: _receipt,
    ACCESS_CODE: _code,
    SIGNING_CODE: _code,
    schedule.OFFERED: _times,
    schedule.INVITATION: _meeting,
    schedule.REMINDER: _meeting,
    schedule.CALLED_OFF: _meeting,
    to_sign.TO_SIGN: _agreement,
    told.COURT: _court,
    **dict.fromkeys(told.OF_INSTALMENTS, _instalment),
    **dict.fromkeys(complaint_news.TOLD, _complaint),
}
"""What each message tells of, by the name of its words; a message not named here speaks of the debt alone."""
