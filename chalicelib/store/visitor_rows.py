"""The rows of a borrower's or visitor's ways in and of what he leaves behind, as pynamodb models."""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.store.attributes import DateAttribute, MomentAttribute
from chalicelib.store.rows import Row


class LinkRow(Row):
    """A borrower's link, known only by the keyed hash of its token."""

    case_id = UnicodeAttribute()
    channel = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)
    expires_at = MomentAttribute()
    revoked = UnicodeAttribute(null=True)


class TriesRow(Row):
    """How often a second factor was tried: per case, per link, per case reference."""

    tries = NumberAttribute()


class AccessCodeRow(Row):
    """The one-time codes a case was sent: how many, when of late, and whether the last one is used."""

    number = NumberAttribute()
    channel = UnicodeAttribute()
    recent = JSONAttribute()
    used = BooleanAttribute(default=False)


class CheckRow(Row):
    """That a message with some check code was sent on some day: its key alone."""


class ReferenceRow(Row):
    """That a loan key begins as some case reference says: its key alone."""


class DraftRow(Row):
    """Somebody's answers in one journey, page by page, until they are sent and a day longer."""

    id = UnicodeAttribute()
    answers: MapAttribute[str, str] = MapAttribute(default=dict)
    sent_at = MomentAttribute(null=True)


class ComplaintRow(Row):
    """A complaint, found by the reference its complainant was told."""

    status = UnicodeAttribute()
    category = UnicodeAttribute()
    case_id = UnicodeAttribute(null=True)
    lender = UnicodeAttribute(null=True)
    contact = UnicodeAttribute(null=True)
    received_at = MomentAttribute()
    acknowledge_by = DateAttribute()
    decide_by = DateAttribute()
    profile_version = UnicodeAttribute()
    said = JSONAttribute()
    against = UnicodeSetAttribute(null=True)
    zone = UnicodeAttribute(null=True)
    sequence = NumberAttribute(default=0)
    handler = UnicodeAttribute(null=True)
    acknowledged_at = MomentAttribute(null=True)
    extensions = NumberAttribute(null=True)
    escalated = BooleanAttribute(null=True)
    decision = JSONAttribute(null=True)
    letter_at = MomentAttribute(null=True)
    review_by = DateAttribute(null=True)
    reviewed = JSONAttribute(null=True)
    worklist = UnicodeAttribute(null=True)
    due_at = MomentAttribute(null=True)
    open_day = UnicodeAttribute(null=True)


class WaitingRow(Row):
    """Something that waits for a member of staff, in the partition of the day it came in."""

    at = MomentAttribute()
    case_id = UnicodeAttribute(null=True)
    lender = UnicodeAttribute(null=True)
    due = DateAttribute(null=True)


class UploadRow(Row):
    """A document that may be handed in: whose it will be, and what its borrower calls it."""

    case_id = UnicodeAttribute()
    name = UnicodeAttribute()


class DocumentsRow(Row):
    """How many documents a case was offered to take and has taken, and their bytes together."""

    offered = NumberAttribute()
    kept = NumberAttribute(null=True)
    size = NumberAttribute(null=True)


class TalkRow(Row):
    """A talk anyone may join."""

    title = JSONAttribute()
    about = JSONAttribute()
    how = JSONAttribute()
    language = UnicodeAttribute()
    starts_at = MomentAttribute()
    minutes = NumberAttribute()
    zone = UnicodeAttribute()
    seats = NumberAttribute()
    taken = NumberAttribute(default=0)
    link = UnicodeAttribute(null=True)
    material = UnicodeAttribute(null=True)
    sequence = NumberAttribute(default=0)
    cancelled = BooleanAttribute(default=False)
    for_staff = BooleanAttribute(default=False)


class SignUpRow(Row):
    """Somebody who wants to come to a talk; dropped some time after it."""

    contact = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    reference = UnicodeAttribute()
    seat = UnicodeAttribute()
    at = MomentAttribute()


class BookingRow(Row):
    """One booked time of a mediator, and the case it is for."""

    case_id = UnicodeAttribute()


class ProfessionalRow(Row):
    """Somebody in the directory."""

    about = JSONAttribute()
