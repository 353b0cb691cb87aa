"""The rows of cases, persons and lenders as pynamodb models, and the one connection of all models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.store.attributes import DateAttribute, MomentAttribute

if TYPE_CHECKING:
    from botocore.session import Session

# pynamodb's own timeouts (15 s, 30 s, 4 tries) outlive the API's 29 s; these sum to at most 12 s.
_CONNECT_SECONDS, _READ_SECONDS, _RETRIES = 1, 3, 2


class Row(Model):
    """Base of all rows: the table's keys and its TTL."""

    class Meta:
        table_name = "accord"
        region = "us-east-1"
        connect_timeout_seconds = _CONNECT_SECONDS
        read_timeout_seconds = _READ_SECONDS
        max_retry_attempts = _RETRIES

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    ttl = NumberAttribute(null=True)


class OpenCases(GlobalSecondaryIndex["CaseRow"]):
    """Cases not yet at rest by lender and opening day, for the sweeper: keys only, sparse."""

    class Meta:
        index_name = "open_cases"
        projection = KeysOnlyProjection()

    open_day = UnicodeAttribute(hash_key=True)
    pk = UnicodeAttribute(range_key=True)


class Worklist(GlobalSecondaryIndex["CaseRow"]):
    """Cases in mediation by whose turn it is and how soon, for the staff: keys only, sparse."""

    class Meta:
        index_name = "worklist"
        projection = KeysOnlyProjection()

    worklist = UnicodeAttribute(hash_key=True)
    due_at = MomentAttribute(range_key=True)


class AmountMap(MapAttribute[str, Any]):
    """An Amount in minor units."""

    currency = UnicodeAttribute()
    total = NumberAttribute()
    principal = NumberAttribute()
    interest = NumberAttribute()
    fees = NumberAttribute()
    penalty = NumberAttribute()
    payments_credits = NumberAttribute()
    as_of = DateAttribute()


class CaseRow(Row):
    """The head of a loan's current case; generation 0 is a loan known to be paid without a case."""

    open_cases = OpenCases()
    by_turn = Worklist()

    generation = NumberAttribute()
    lender = UnicodeAttribute()
    loan = UnicodeAttribute()
    status = UnicodeAttribute()
    balance_at = MomentAttribute()
    profile = UnicodeAttribute(null=True)
    profile_version = UnicodeAttribute(null=True)
    opened_at = MomentAttribute(null=True)
    opened_by = UnicodeAttribute(null=True)
    open_day = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    timezone = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    factor = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    postal = JSONAttribute(null=True)
    app_user = UnicodeAttribute(null=True)
    digests: MapAttribute[str, str] = MapAttribute(null=True)
    amount = AmountMap(null=True)
    due_date = DateAttribute(null=True)
    overdue_since = DateAttribute(null=True)
    account_last4 = UnicodeAttribute(null=True)
    itemisation = JSONAttribute(null=True)
    default_date = DateAttribute(null=True)
    noticed_at = MomentAttribute(null=True)
    holds = UnicodeSetAttribute(null=True)
    complaints = UnicodeSetAttribute(null=True)
    reached = UnicodeSetAttribute(null=True)
    claims: MapAttribute[str, str] = MapAttribute(default=dict)
    outcome = UnicodeAttribute(null=True)
    closed_at = MomentAttribute(null=True)
    closed_reason = UnicodeAttribute(null=True)
    since = MomentAttribute(null=True)
    limit_at = MomentAttribute(null=True)
    mediator = UnicodeAttribute(null=True)
    worklist = UnicodeAttribute(null=True)
    due_at = MomentAttribute(null=True)
    plan = NumberAttribute(null=True)
    prepaid = NumberAttribute(null=True)
    signed = BooleanAttribute(null=True)
    said = JSONAttribute(null=True)
    laid = JSONAttribute(null=True)
    contact = JSONAttribute(null=True)
    known_as = UnicodeSetAttribute(null=True)


class FactRow(Row):
    """One line of a case's timeline; written once, never changed."""

    kind = UnicodeAttribute()
    at = MomentAttribute()
    detail = JSONAttribute()


class WaitRow(Row):
    """The waiting execution of a case: what to signal, and when it times out by itself."""

    token = UnicodeAttribute()
    stage = UnicodeAttribute()
    resume = UnicodeAttribute()
    entered = UnicodeAttribute(null=True)
    deadline = MomentAttribute()
    leg = NumberAttribute(null=True)


class DossierRow(Row):
    """A fact or the wait, for a query that reads both; never written."""

    kind = UnicodeAttribute(null=True)
    at = MomentAttribute(null=True)
    detail = JSONAttribute(null=True)
    stage = UnicodeAttribute(null=True)
    deadline = MomentAttribute(null=True)


class WatchRow(Row):
    """The waiting delivery execution of one step: what to signal when a receipt comes."""

    token = UnicodeAttribute()
    entered = UnicodeAttribute(null=True)
    deadline = MomentAttribute()
    paused = BooleanAttribute(null=True)


class PersonRow(Row):
    """How a person was contacted of late, over all his cases; what he silenced; which addresses are dead."""

    revision = NumberAttribute()
    contacts: MapAttribute[str, str] = MapAttribute(default=dict)
    opted_out = UnicodeSetAttribute(null=True)
    suppressed = UnicodeSetAttribute(null=True)
    preferences = UnicodeAttribute(null=True)


class EventRow(Row):
    """An event taken in: its body and hash, so that a repeat is told from a conflict."""

    lender = UnicodeAttribute()
    event_id = UnicodeAttribute()
    type = UnicodeAttribute()
    loan_key = UnicodeAttribute()
    body = UnicodeAttribute()
    sha256 = UnicodeAttribute()
    received_at = MomentAttribute()


class UnmatchedRow(Row):
    """A receipt about no notice that is known."""

    body = UnicodeAttribute()
    at = MomentAttribute()


class FeedsRow(Row):
    """Which AWS principals and accounts send events for a lender."""

    senders = UnicodeSetAttribute(null=True)


class LenderRow(Row):
    """What a lender's notices say and which rules he stands under."""

    profile = UnicodeAttribute()
    scope = UnicodeAttribute(null=True)
    live = BooleanAttribute(default=False)
    settings = JSONAttribute()


def bind(table_name: str, region: str) -> None:
    """Point every model at one table through one connection (one client, one session).

    A model imported later inherits Row's connection with everything else of Row's.
    """
    Row.Meta.table_name = table_name
    Row.Meta.region = region
    models: list[type[Row]] = [Row, *Row.__subclasses__()]
    for model in models:
        if "_connection" in vars(model):
            del model._connection
    # CaseRow alone knows the index; once Row holds its connection, all subclasses inherit it.
    connection = CaseRow._get_connection()
    del CaseRow._connection
    Row._connection = connection


def session() -> Session:
    """Return the models' session, for all other clients too: a second one costs a cold start 30 ms."""
    return Row._get_connection().connection.session
