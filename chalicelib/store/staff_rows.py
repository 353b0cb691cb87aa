"""The rows of the staff's own work as pynamodb models."""

from __future__ import annotations

from pynamodb.attributes import JSONAttribute, UnicodeAttribute

from chalicelib.store.attributes import MomentAttribute
from chalicelib.store.rows import Row


class ProposalRow(Row):
    """An act that one person proposed and another has to approve."""

    act = UnicodeAttribute()
    about = UnicodeAttribute()
    by = UnicodeAttribute()
    by_name = UnicodeAttribute()
    roles = JSONAttribute()
    lender = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    fields = JSONAttribute()
    at = MomentAttribute()
    state = UnicodeAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = MomentAttribute(null=True)
    why = UnicodeAttribute(null=True)
    worklist = UnicodeAttribute(null=True)
    due_at = MomentAttribute(null=True)


class NoteRow(Row):
    """What a mediator noted of a session, for himself alone."""

    by = UnicodeAttribute()
    at = MomentAttribute()
    text = UnicodeAttribute()


class FilterRow(Row):
    """How a member last filtered the worklist."""

    chosen = JSONAttribute()


class FormRow(Row):
    """A form that was carried out, and what came of it."""

    result = UnicodeAttribute()


class SessionRow(Row):
    """Somebody of the staff signed in, under his id and the hash of his cookie."""

    name = UnicodeAttribute()
    roles = JSONAttribute()
    lender = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    begun_at = MomentAttribute()
    seen_at = MomentAttribute()


class AuditRow(Row):
    """One line of the audit trail; `worklist` and `due_at` find the lines about one thing."""

    at = MomentAttribute()
    who = UnicodeAttribute()
    what = UnicodeAttribute()
    about = UnicodeAttribute(null=True)
    detail = JSONAttribute()
    worklist = UnicodeAttribute(null=True)
    due_at = MomentAttribute(null=True)
