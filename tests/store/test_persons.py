"""Persons: one row each over all their cases; each change counts, none is lost."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from pynamodb.exceptions import UpdateError

from chalicelib.domain.caps import LONGEST_LOOK_BACK
from chalicelib.domain.codes import ChannelName, ContactState, Purpose
from chalicelib.domain.person import AddressKey, Contact, Person
from chalicelib.domain.preferences import MOST_SPANS, Preferences, Span
from chalicelib.store import persons
from chalicelib.store.preference_text import to_text
from chalicelib.store.rows import PersonRow
from tests.samples import CASE_ID, KEY, NOON

pytestmark = pytest.mark.usefixtures("scene")

WHO = "p" * 22
MAIL, PHONE = AddressKey(ChannelName.EMAIL, "e" * 12), AddressKey(ChannelName.SMS, "d" * 12)
CALL = persons.contact_name(CASE_ID, "first_notice#VOICE")
CALLED = Contact(NOON, ChannelName.VOICE, Purpose.STATUTORY, "demo-bank", KEY)


def _count(name: str = CALL, contact: Contact = CALLED) -> None:
    actions, unchanged = persons.adding(persons.get(WHO), name, contact)
    persons.row_of(WHO).update(actions, condition=unchanged)


def test_a_person_nobody_contacted_is_new() -> None:
    assert persons.get(WHO) == Person(WHO)


def test_a_contact_reads_back_as_it_was_counted() -> None:
    _count()
    assert persons.get(WHO) == Person(WHO, 1, {CALL: CALLED})


def test_a_contact_counts_only_for_the_person_as_he_was_read() -> None:
    read = persons.get(WHO)
    _count()
    for stale in (read, Person(WHO, 7)):
        actions, unchanged = persons.adding(stale, "x", CALLED)
        with pytest.raises(UpdateError):
            persons.row_of(WHO).update(actions, condition=unchanged)
    assert list(persons.get(WHO).contacts) == [CALL]


def test_contacts_are_kept_as_long_as_any_cap_looks_back_and_no_longer() -> None:
    assert persons.KEPT >= LONGEST_LOOK_BACK
    _count()
    just, late = NOON + persons.KEPT - timedelta(seconds=1), NOON + persons.KEPT
    for at, kept in ((just, True), (late, False)):
        name = persons.contact_name(CASE_ID, f"{at.timestamp()}#SMS")
        _count(name, Contact(at, ChannelName.SMS, Purpose.COLLECTION, "demo-bank", KEY))
        assert (CALL in persons.get(WHO).contacts) is kept


@pytest.mark.parametrize("order", list(permutations([ContactState.FAILED, ContactState.REACHED])))
def test_an_outcome_is_settled_the_same_in_any_order(order: tuple[ContactState, ...]) -> None:
    _count()
    for state in order:
        persons.settle(WHO, CALL, state)
    assert persons.get(WHO).contacts[CALL].state == ContactState.REACHED


def test_a_repeated_outcome_changes_nothing() -> None:
    _count()
    persons.settle(WHO, CALL, ContactState.FAILED)
    before = persons.get(WHO)
    persons.settle(WHO, CALL, ContactState.FAILED)
    assert persons.get(WHO) == before


def test_an_outcome_of_what_is_forgotten_makes_nobody_up() -> None:
    persons.settle(WHO, CALL, ContactState.REACHED)
    assert persons.get(WHO) == Person(WHO)


def test_an_outcome_that_lost_a_race_is_settled_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Busy and answered come at once: between reading and writing the other one is settled first."""
    _count()
    read = persons.get
    raced: list[bool] = []

    def racing(key: str) -> Person:
        found = read(key)
        if not raced:
            raced.append(True)
            persons.settle(WHO, CALL, ContactState.FAILED)
        return found

    monkeypatch.setattr(persons, "get", racing)
    persons.settle(WHO, CALL, ContactState.REACHED)
    assert read(WHO).contacts[CALL].state == ContactState.REACHED


def test_an_outcome_moves_the_person() -> None:
    _count()
    persons.settle(WHO, CALL, ContactState.REACHED)
    assert persons.get(WHO).revision == 2


def test_channels_are_silenced_one_by_one_and_each_once() -> None:
    assert persons.opt_out(WHO, ChannelName.SMS) is True
    assert persons.opt_out(WHO, ChannelName.SMS) is False
    assert persons.opt_out(WHO, ChannelName.EMAIL) is True
    found = persons.get(WHO)
    assert found.opted_out == {ChannelName.SMS, ChannelName.EMAIL}
    assert found.revision == 2


def test_addresses_die_one_by_one_and_each_for_its_first_reason() -> None:
    assert persons.suppress(WHO, MAIL, "Bounce/Permanent") is True
    assert persons.suppress(WHO, MAIL, "Bounce/Permanent") is False
    assert persons.suppress(WHO, MAIL, "Complaint") is False
    assert persons.suppress(WHO, PHONE, "wrong_person") is True
    found = persons.get(WHO)
    assert found.suppressed == {MAIL: "Bounce/Permanent", PHONE: "wrong_person"}
    assert found.revision == 2


def test_another_address_on_the_same_channel_is_free() -> None:
    persons.suppress(WHO, MAIL, "Bounce/Permanent")
    found = persons.get(WHO)
    assert found.lost(MAIL)
    assert not found.lost(AddressKey(ChannelName.EMAIL, "another"))
    assert not found.lost(AddressKey(ChannelName.LETTER, MAIL.digest))


def test_who_has_too_many_dead_addresses_loses_the_channel_and_his_row_stays_small() -> None:
    for number in range(persons.MOST_DEAD):
        assert persons.suppress(WHO, AddressKey(ChannelName.EMAIL, str(number)), "Bounce/Permanent")
    assert not persons.get(WHO).lost(MAIL)
    assert persons.suppress(WHO, MAIL, "Bounce/Permanent") is True
    found = persons.get(WHO)
    assert found.lost(AddressKey(ChannelName.EMAIL, "a new one"))
    assert not found.lost(PHONE)
    assert persons.suppress(WHO, AddressKey(ChannelName.EMAIL, "x"), "Bounce/Permanent") is False
    assert len(persons.get(WHO).suppressed) == persons.MOST_DEAD + 1


def test_preferences_are_kept_once_and_move_the_person() -> None:
    spans = (Span(frozenset({5, 6}), 540, 720), Span(frozenset(range(5)), 1080, 1440))
    asked = Preferences(spans, ChannelName.EMAIL, "en")
    assert persons.set_preferences(WHO, asked) is True
    assert persons.set_preferences(WHO, asked) is False
    assert persons.set_preferences(WHO, Preferences(spans[::-1], ChannelName.EMAIL, "en")) is False
    kept = persons.get(WHO)
    assert (set(kept.preferences.convenient), kept.revision) == (set(spans), 1)
    assert (kept.preferences.channel, kept.preferences.language) == (ChannelName.EMAIL, "en")
    assert persons.set_preferences(WHO, Preferences()) is True
    assert persons.get(WHO) == Person(WHO, 2)


def test_the_most_that_a_person_may_ask_for_fits_in_a_kilobyte() -> None:
    spans = tuple(Span(frozenset(range(7)), n, 1440) for n in range(1400, 1400 + MOST_SPANS))
    persons.set_preferences(WHO, Preferences(spans, ChannelName.LETTER, "zh-Hant-TW"))
    assert len(to_text(persons.get(WHO).preferences)) < 1024


def test_a_claim_that_rests_on_other_preferences_is_lost() -> None:
    read = persons.get(WHO)
    persons.set_preferences(WHO, Preferences(language="en"))
    actions, unchanged = persons.adding(read, CALL, CALLED)
    with pytest.raises(UpdateError):
        persons.row_of(WHO).update(actions, condition=unchanged)


def test_neither_forgets_the_contacts_and_a_contact_forgets_neither() -> None:
    persons.opt_out(WHO, ChannelName.SMS)
    _count()
    persons.suppress(WHO, MAIL, "Complaint")
    found = persons.get(WHO)
    assert found == Person(WHO, 3, {CALL: CALLED}, frozenset({ChannelName.SMS}), {MAIL: "Complaint"})


def test_one_persons_silence_is_not_anothers() -> None:
    persons.opt_out(WHO, ChannelName.SMS)
    assert persons.get("q" * 22) == Person("q" * 22)


def test_a_failure_that_is_no_lost_condition_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PersonRow.Meta, "table_name", "no-such-table", raising=False)
    monkeypatch.setattr(PersonRow._get_connection(), "table_name", "no-such-table")
    with pytest.raises(UpdateError):
        persons.opt_out(WHO, ChannelName.SMS)
