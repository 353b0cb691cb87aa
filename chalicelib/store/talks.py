"""Talks and who signed up for them: a seat is given once, and never one more than there are."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.domain.errors import NotFound, TryAgain
from chalicelib.domain.talk import Talk
from chalicelib.store import facts, keys
from chalicelib.store.facts import Fact
from chalicelib.store.heads import connection
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import SignUpRow, TalkRow
from chalicelib.store.writes import conflicted, lost

KEPT = timedelta(days=30)  # *policy*: names and addresses go a month after the talk
_TRIES = 4


class Seat(StrEnum):
    """What somebody who signed up has."""

    SEAT = "SEAT"
    WAITING = "WAITING"


@dataclass(frozen=True, slots=True)
class SignUp:
    """Who wants to come: `contact` is an e-mail address or a telephone number, `name` may be empty."""

    talk: Talk
    contact: str
    name: str
    reference: str
    at: datetime


def put(talk: Talk) -> None:
    """Announce a talk."""
    row = TalkRow(keys.TALKS, talk.id)
    for name, value in asdict(talk).items():
        if name != "id":
            setattr(row, name, dict(value) if isinstance(value, Mapping) else value)
    row.save()


def get(talk_id: str) -> Talk:
    """Return a talk; raises NotFound when there is none."""
    try:
        return _talk(TalkRow.get(keys.TALKS, talk_id))
    except TalkRow.DoesNotExist:
        raise NotFound("no such talk") from None


def every() -> list[Talk]:
    """Return all talks, the earliest first; there are tens of them."""
    return sorted(map(_talk, TalkRow.query(keys.TALKS)), key=lambda talk: (talk.starts_at, talk.id))


def public() -> list[Talk]:
    """Return the talks that anyone may join, the earliest first."""
    return [talk for talk in every() if not talk.for_staff]


def get_public(talk_id: str) -> Talk:
    """Return a talk that anyone may join; raises NotFound for any other."""
    if (found := get(talk_id)).for_staff:
        raise NotFound("no such talk")
    return found


def cancel(talk_id: str) -> Talk:
    """Call a talk off; a repeat changes nothing. Raises NotFound."""
    if not get(talk_id).cancelled:
        TalkRow(keys.TALKS, talk_id).update([TalkRow.cancelled.set(True), TalkRow.sequence.add(1)])
    return get(talk_id)


def seat_of(talk_id: str, contact: str) -> Seat | None:
    """Return what somebody has in a talk, None when he has not signed up (strongly consistent)."""
    try:
        row = SignUpRow.get(*keys.sign_up(talk_id, _digest(contact)), consistent_read=True)
    except SignUpRow.DoesNotExist:
        return None
    return Seat(row.seat)


def sign_up(given: SignUp, fact: Fact | None = None) -> tuple[Seat, bool]:
    """Give a seat, or a place on the waiting list when all are taken; returns which, and whether it is new.

    The same person (by his contact) has one place however often he asks. A borrower's `fact` is written
    with it, both or none.
    """
    for _ in range(_TRIES):
        if found := seat_of(given.talk.id, given.contact):
            return found, False
        for seat in Seat:
            if _take(given, seat, fact):
                return seat, True
    raise TryAgain("this talk is being written by others")


def _take(given: SignUp, seat: Seat, fact: Fact | None) -> bool:
    row = SignUpRow(*keys.sign_up(given.talk.id, _digest(given.contact)), ttl=_ttl(given.talk))
    row.contact, row.name, row.reference = given.contact, given.name or None, given.reference
    row.at, row.seat = given.at, seat.value
    try:
        with TransactWrite(connection=connection()) as transaction:
            transaction.save(row, condition=Row.pk.does_not_exist())
            if seat == Seat.SEAT:
                talk = TalkRow(keys.TALKS, given.talk.id)
                transaction.update(talk, [TalkRow.taken.add(1)], TalkRow.taken < TalkRow.seats)
            if fact:
                transaction.save(facts.to_row(fact), condition=Row.pk.does_not_exist())
    except TransactWriteError as error:
        if lost(error) or conflicted(error):
            return False
        raise
    return True


def _ttl(talk: Talk) -> int:
    return int((talk.ends_at + KEPT).timestamp())


def _digest(contact: str) -> str:
    return hashlib.sha256(contact.lower().encode()).hexdigest()[:32]


def _talk(row: TalkRow) -> Talk:
    return Talk(
        id=row.sk,
        title=row.title,
        about=row.about,
        how=row.how,
        language=row.language,
        starts_at=row.starts_at,
        minutes=int(row.minutes),
        zone=row.zone,
        seats=int(row.seats),
        taken=int(row.taken),
        link=row.link or "",
        material=row.material or "",
        sequence=int(row.sequence),
        cancelled=bool(row.cancelled),
        for_staff=bool(row.for_staff),
    )
