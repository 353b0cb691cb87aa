"""Persons: recent contacts over all cases, silenced channels and dead addresses, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.domain.codes import ChannelName, ContactState, Purpose
from chalicelib.domain.keys import CaseId
from chalicelib.domain.person import EVERY_ADDRESS, AddressKey, Contact, Person
from chalicelib.domain.preferences import Preferences
from chalicelib.store import keys
from chalicelib.store.preference_text import from_text, to_text
from chalicelib.store.rows import PersonRow
from chalicelib.store.writes import lost

KEPT = timedelta(days=31)
"""How long a contact is remembered; no cap looks back further (domain.profile holds it)."""
MOST_DEAD = 40
"""Dead addresses kept of a person: the row stays within a few KB."""


def row_of(key: str) -> PersonRow:
    """Return the row that a person's changes are written to."""
    return PersonRow(keys.person(key), keys.PERSON)


def get(key: str) -> Person:
    """Return a person (strongly consistent); one nobody has contacted yet is new."""
    try:
        row = PersonRow.get(keys.person(key), keys.PERSON, consistent_read=True)
    except PersonRow.DoesNotExist:
        return Person(key)
    return Person(
        key,
        int(row.revision),
        {name: _to_contact(name, text) for name, text in row.contacts.as_dict().items()},
        frozenset(ChannelName(name) for name in row.opted_out or ()),
        dict(map(_to_dead, sorted(row.suppressed or ()))),
        from_text(row.preferences) if row.preferences else Preferences(),
    )


def contact_name(case_id: CaseId, claim: str) -> str:
    """Return the name of one attempt among a person's contacts: its case and claim key."""
    return f"{case_id}#{claim}"


def adding(person: Person, name: str, contact: Contact) -> tuple[list[Action], Condition]:
    """Return the change that adds an attempt and forgets old ones, and the condition that all is as read."""
    kept = {each: one for each, one in person.contacts.items() if one.at > contact.at - KEPT}
    written = {each: _to_text(one) for each, one in (kept | {name: contact}).items()}
    unchanged = PersonRow.revision == person.revision if person.revision else PersonRow.pk.does_not_exist()
    return [PersonRow.contacts.set(written), PersonRow.revision.set(person.revision + 1)], unchanged


def removing(name: str) -> list[Action]:
    """Return the change that takes back an attempt which surely did not happen."""
    return [_contact(name).remove(), PersonRow.revision.add(1)]


def settle(key: str, name: str, state: ContactState) -> None:
    """Note what became of an attempt; a forgotten one, or one that reached the person, stays as it is.

    Two that tell of it at once end at what outweighs: the state only ever goes up, so this ends.
    """
    while (found := get(key).contacts.get(name)) and found.state not in (state, ContactState.REACHED):
        before = _to_text(found)
        after = before.rpartition(" ")[0] + f" {state.value}"
        if _update(key, [_contact(name).set(after)], _contact(name) == before):
            return


def opt_out(key: str, channel: ChannelName) -> bool:
    """Silence a channel for a person; returns whether it was not silent before."""
    silenced = ~PersonRow.opted_out.contains(channel.value)
    return _update(key, [PersonRow.opted_out.add({channel.value})], silenced)


def opt_in(key: str, channel: ChannelName) -> bool:
    """Take a person's own silencing of a channel back; returns whether it was silent."""
    silenced = PersonRow.opted_out.contains(channel.value)
    return _update(key, [PersonRow.opted_out.delete({channel.value})], silenced)


def suppress(key: str, address: AddressKey, reason: str) -> bool:
    """Note that a person's address is dead or not his (`reason`: a code); returns whether that is news.

    Whoever has MOST_DEAD such addresses loses the whole channel with the next one (*policy*).
    """
    person = get(key)
    if person.lost(address):
        return False
    digest = address.digest if len(person.suppressed) < MOST_DEAD else EVERY_ADDRESS
    told = f"{address.channel.value} {digest} {reason}"
    return _update(key, [PersonRow.suppressed.add({told})], ~PersonRow.suppressed.contains(told))


def inherit(key: str, other: str) -> None:
    """Let a person have what was silenced under another key he is known by, and the addresses dead there.

    What he asked for comes with it unless he asked for something here. Nothing is taken from the other.
    """
    theirs = get(other) if other not in ("", key) else Person(other)
    dead = {f"{at.channel.value} {at.digest} {why}" for at, why in theirs.suppressed.items()}
    if not (theirs.opted_out or dead or theirs.preferences != Preferences()):
        return
    mine = get(key)
    actions: list[Action] = []
    if theirs.opted_out - mine.opted_out:
        actions.append(PersonRow.opted_out.add({channel.value for channel in theirs.opted_out}))
    if theirs.suppressed.keys() - mine.suppressed.keys():
        actions.append(PersonRow.suppressed.add(dead))
    if mine.preferences == Preferences() != theirs.preferences:
        actions.append(PersonRow.preferences.set(to_text(theirs.preferences)))
    if actions:
        _update(key, actions, None)


def set_preferences(key: str, preferences: Preferences) -> bool:
    """Put what a person asks for in place of what he asked for before; returns whether that is news.

    It binds every message that has not been claimed yet, as the person's revision moves.
    """
    told = to_text(preferences)
    return _update(key, [PersonRow.preferences.set(told)], ~(PersonRow.preferences == told))


def _update(key: str, actions: Sequence[Action], condition: Condition | None) -> bool:
    """Change a person; each change counts, so that a claim resting on what was before it fails."""
    row = row_of(key)
    try:
        row.update([*actions, PersonRow.revision.add(1)], condition=condition)
    except UpdateError as error:
        if lost(error):
            return False
        raise
    return True


def _contact(name: str) -> Path:
    return Path(["contacts", name])


def _to_dead(text: str) -> tuple[AddressKey, str]:
    channel, digest, reason = text.split(" ", 2)
    return AddressKey(ChannelName(channel), digest), reason


def _to_text(contact: Contact) -> str:
    words = (contact.purpose.value, contact.lender, contact.state.value)
    return f"{int(contact.at.timestamp())} {' '.join(words)}"


def _to_contact(name: str, text: str) -> Contact:
    case_id, _, channel = name.split("#")
    seconds, purpose, lender, state = text.split(" ")
    return Contact(
        datetime.fromtimestamp(int(seconds), UTC),
        ChannelName(channel),
        Purpose(purpose),
        lender,
        CaseId.parse(case_id).loan_key,
        ContactState(state),
    )
