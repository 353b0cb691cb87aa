"""A case: one overdue loan on its way from the lender's event to an answer and a close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chalicelib.domain.codes import CaseStatus, ChannelName, Outcome, Wish
from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp
from chalicelib.domain.money import Amount
from chalicelib.domain.person import AddressKey

_ADDRESSES = {
    ChannelName.SMS: "phone",
    ChannelName.VOICE: "phone",
    ChannelName.EMAIL: "email",
    ChannelName.LETTER: "postal",
    ChannelName.IN_APP: "app_user",
}


@dataclass(frozen=True, slots=True)
class Borrower:
    """Who owes and how to reach him; `factor` is the keyed hash of his second factor, never the factor.

    `person` is the keyed hash under which his contacts are counted over all his cases, `postal` the lines
    of his postal address, `app_user` his id in the lender's app. `digests` are the keyed hashes of these four
    by their names, under which an address is suppressed.
    """

    name: str
    language: str
    timezone: str | None
    phone: str | None
    email: str | None
    factor: str
    person: str = ""
    postal: tuple[str, ...] = ()
    app_user: str | None = None
    digests: Mapping[str, str] = field(default_factory=dict)

    def address(self, channel: ChannelName) -> str | None:
        """Return what a channel sends to (see channels.Outgoing), or None."""
        found: str | tuple[str, ...] | None = getattr(self, _ADDRESSES[channel])
        return ("\n".join(found) or None) if isinstance(found, tuple) else found

    def address_key(self, channel: ChannelName) -> AddressKey:
        """Return under which key the address of a channel is suppressed."""
        return AddressKey(channel, self.digests.get(_ADDRESSES[channel], ""))


@dataclass(frozen=True, slots=True)
class Overdue:
    """What a loan system says of an overdue loan at one moment: the stuff a case is opened from.

    `itemisation` and `default_date` are what the first notice must say in the US and in Britain.
    """

    event_id: str
    event_time: datetime
    lender: str
    loan: str
    borrower: Borrower
    amount: Amount
    due_date: date
    overdue_since: date
    account_last4: str
    itemisation: Itemisation | None = None
    default_date: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """The head of a case: what every act needs to know, and nothing that can be derived.

    `reached` are the steps of which a receipt says that a message arrived, `claims` who sends or sent what.
    `since` is when its mediation came to this status, `limit_at` until when it may take (both UTC),
    `mediator` who chairs it, by his id in the directory; `worklist` whose turn it is and `due_at` by when.
    `plan` is the sequence of its plan's latest state, once something was paid on it or came of it: what rests
    on the plan as it was read loses to that. `prepaid` are the minor units that came in since the text that
    waits for signatures became final: its plan begins with them. `complaints` are the ids of the undecided.
    `holds` are those of his own disputes and complaints; `laid` are the lender's and the staff's, by kind
    until when (a stamp, empty: until lifted). `said` are the marks of the lender's words (domain/said.py).
    """

    id: CaseId
    lender: str
    loan: str
    profile: str
    profile_version: str
    status: CaseStatus
    opened_at: datetime
    opened_by: str
    borrower: Borrower
    amount: Amount
    balance_at: datetime
    due_date: date
    overdue_since: date
    account_last4: str
    noticed_at: datetime | None = None
    holds: frozenset[str] = frozenset()
    complaints: frozenset[str] = frozenset()
    reached: frozenset[str] = frozenset()
    claims: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    closed_reason: str | None = None
    itemisation: Itemisation | None = None
    default_date: date | None = None
    since: datetime | None = None
    limit_at: datetime | None = None
    mediator: str | None = None
    worklist: str | None = None
    due_at: datetime | None = None
    plan: int | None = None
    prepaid: int | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    laid: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, overdue: Overdue, case_id: CaseId, profile: tuple[str, str], now: datetime) -> Case:
        """Return the new case for an overdue loan; `profile` is (jurisdiction, version) in force at `now`."""
        return cls(
            id=case_id,
            lender=overdue.lender,
            loan=overdue.loan,
            profile=profile[0],
            profile_version=profile[1],
            status=CaseStatus.RECEIVED,
            opened_at=now,
            opened_by=overdue.event_id,
            borrower=overdue.borrower,
            amount=overdue.amount,
            balance_at=overdue.event_time,
            due_date=overdue.due_date,
            overdue_since=overdue.overdue_since,
            account_last4=overdue.account_last4,
            itemisation=overdue.itemisation,
            default_date=overdue.default_date,
        )

    def numbered(self, generation: int) -> Case:
        """Return this case as the loan's `generation`-th."""
        return replace(self, id=CaseId(self.id.loan_key, generation))

    @property
    def is_open(self) -> bool:
        """Whether the case still takes acts."""
        return self.status != CaseStatus.CLOSED

    @property
    def answered(self) -> bool:
        """Whether the borrower has answered, so that reminders must stop."""
        return self.is_open and self.status not in (CaseStatus.RECEIVED, CaseStatus.NOTICED)

    def held(self, at: datetime) -> frozenset[str]:
        """Return the kinds of holds over the case at a moment (UTC); one with a term ends by itself."""
        laid = (kind for kind, end in self.laid.items() if not end or from_stamp(end) > at)
        return self.holds.union(laid)

    def hold_ends(self, kind: str) -> datetime | None:
        """Return when a laid hold ends, or ended, by its term; None for one that lasts until it is lifted."""
        end = self.laid.get(kind)
        return from_stamp(end) if end else None

    @property
    def days_past_due(self) -> int:
        """Days past due (DPD) on the amount's as-of date."""
        return max(0, (self.amount.as_of - self.due_date).days)


def status_after_feedback(wish: Wish) -> CaseStatus:
    """Return where feedback leads: a wish for mediation is an application."""
    return CaseStatus.APPLIED if wish == Wish.YES else CaseStatus.FEEDBACK
