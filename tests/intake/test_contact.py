"""An address that changed: whom it reaches from then on, what stays silent, and what old links open."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib import links
from chalicelib.borrower.not_me import NotMe
from chalicelib.borrower.send_code import SendCode
from chalicelib.borrower.verify import Gone, Verify
from chalicelib.domain.codes import ChannelName, FactKind, Purpose, Stage
from chalicelib.domain.person import AddressKey, Contact
from chalicelib.intake.contract import ContactData
from chalicelib.store import cases, claims, persons
from tests.road import KEYS, NOON
from tests.samples import CASE_ID
from tests.scene import Scene

NEW_PHONE, NEW_MAIL = "+8613800138001", "zhang.new@example.com"
PERSON = KEYS["person_key"].encode()


def change(scene: Scene, name: str = "evt-contact-1", time: str = "2026-11-21T05:00:00Z", **data: Any) -> str:
    reference = scene.take(scene.road.event("contact", id=name, time=time, data=data)).reference
    scene.carry_out(reference)
    return reference


def test_what_changed_is_changed_and_the_rest_stays(scene: Scene) -> None:
    scene.accept()
    change(scene, phone=NEW_PHONE, email=None, postal=["张伟", "上海市"], language="en", app_user="u-9")
    found = scene.case.borrower
    assert (found.name, found.timezone, found.language) == ("张伟", "Asia/Shanghai", "en")
    assert {channel: found.address(channel) for channel in ChannelName} == {
        ChannelName.SMS: NEW_PHONE,
        ChannelName.VOICE: NEW_PHONE,
        ChannelName.EMAIL: None,
        ChannelName.LETTER: "张伟\n上海市",
        ChannelName.IN_APP: "u-9",
    }
    assert found.digests["phone"] == links.address_digest(NEW_PHONE, PERSON)
    assert "email" not in found.digests


def test_the_timeline_names_what_changed_and_holds_none_of_it(scene: Scene) -> None:
    scene.accept()
    change(scene, phone=NEW_PHONE)
    (fact,) = scene.facts(FactKind.CONTACT)
    assert (fact.detail["changed"], fact.detail["applied"]) == (["phone"], True)
    assert "138" not in json.dumps(dict(fact.detail))


@pytest.mark.parametrize("data", [{}, {"language": None}, {"phone": "138"}, {"name": "x"}], ids=str)
def test_what_changes_nothing_or_makes_no_sense_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ContactData(**data)


def test_one_that_comes_before_its_case_is_kept_for_it(scene: Scene) -> None:
    change(scene, phone=NEW_PHONE, email=None)
    scene.accept()
    assert (scene.case.borrower.phone, scene.case.borrower.email) == (NEW_PHONE, None)
    assert scene.case.borrower.digests.keys() == {"phone"}


def test_an_overdue_event_that_repeats_the_old_address_later_is_the_later_word(scene: Scene) -> None:
    scene.accept()
    change(scene, phone=NEW_PHONE)
    scene.accept(id="evt-2", time="2026-11-22T05:00:00Z")
    assert scene.case.borrower.phone == "+8613800138000"
    change(scene, "evt-contact-2", time="2026-11-21T06:00:00Z", phone=NEW_PHONE)
    assert scene.case.borrower.phone == "+8613800138000"


def test_invariant_6_what_he_silenced_stays_silent_over_a_new_number(scene: Scene) -> None:
    scene.accept()
    before = scene.case.borrower.person
    persons.opt_out(before, ChannelName.SMS)
    change(scene, phone=NEW_PHONE)
    assert scene.case.borrower.person == before
    scene.run(Stage.NOTIFY)
    assert scene.sms.sent == []


def test_what_was_silenced_or_dead_under_the_new_number_is_so_here_too(scene: Scene) -> None:
    """Another loan of his, or somebody who said there that he is not this person."""
    other = links.person_key(NEW_PHONE, PERSON)
    address = AddressKey(ChannelName.SMS, links.address_digest(NEW_PHONE, PERSON))
    persons.opt_out(other, ChannelName.EMAIL)
    persons.suppress(other, address, "wrong_person")
    scene.accept()
    change(scene, phone=NEW_PHONE)
    person = persons.get(scene.case.borrower.person)
    assert person.opted_out == {ChannelName.EMAIL}
    assert person.lost(scene.case.borrower.address_key(ChannelName.SMS))
    assert persons.get(other).opted_out == {ChannelName.EMAIL}


def test_that_holds_for_a_number_told_before_its_case_too(scene: Scene) -> None:
    persons.opt_out(links.person_key(NEW_PHONE, PERSON), ChannelName.SMS)
    change(scene, phone=NEW_PHONE)
    scene.accept()
    assert persons.get(scene.case.borrower.person).opted_out == {ChannelName.SMS}


def test_a_dead_address_stays_dead_and_another_is_free(scene: Scene) -> None:
    scene.accept()
    old = scene.case.borrower
    persons.suppress(old.person, old.address_key(ChannelName.EMAIL), "Bounce")
    change(scene, email=NEW_MAIL)
    assert not persons.get(old.person).lost(scene.case.borrower.address_key(ChannelName.EMAIL))
    change(scene, "evt-3", time="2026-11-21T06:00:00Z", email=old.email)
    assert persons.get(old.person).lost(scene.case.borrower.address_key(ChannelName.EMAIL))


def _token(scene: Scene) -> str:
    found = re.search(r"/n/([\w-]{22})", scene.sms.sent[-1].text)
    assert found
    return found[1]


def test_invariant_18_a_link_to_a_number_that_is_not_his_any_more_opens_nothing(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY)
    token, verify = _token(scene), Verify(scene.wiring.pepper)
    change(scene, phone=NEW_PHONE)
    assert isinstance(verify(token, "123X", NOON), Gone)
    assert not SendCode(scene.wiring.timers, scene.wiring.pepper)(token, NOON)
    change(scene, "evt-back", time="2026-11-21T06:00:00Z", phone="+8613800138000")
    assert not isinstance(verify(token, "123X", NOON), Gone), "his again, so is the link"


def test_a_bounce_of_the_old_address_leaves_the_new_one_alone(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY)
    old = scene.case.borrower.address_key(ChannelName.EMAIL)
    change(scene, email=NEW_MAIL)
    ids = {"case_id": str(CASE_ID), "step": "first_notice", "channel": "EMAIL"}
    mail = {"messageId": "m-1", "tags": {name: [value] for name, value in ids.items()}}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "timestamp": "2026-11-23T04:00:00Z"}
    body = {"eventType": "Bounce", "mail": mail, "bounce": bounce}
    scene.wiring.take_receipt(json.dumps({"source": "aws.ses", "detail": body}))
    person = persons.get(scene.case.borrower.person)
    assert old in person.suppressed
    assert not person.lost(scene.case.borrower.address_key(ChannelName.EMAIL))


def test_who_says_it_is_not_him_over_an_old_link_silences_the_old_number(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY)
    token, old = _token(scene), scene.case.borrower.address_key(ChannelName.SMS)
    change(scene, phone=NEW_PHONE)
    assert NotMe(scene.wiring.pepper)(token, NOON)
    person = persons.get(scene.case.borrower.person)
    assert person.lost(old)
    assert not person.lost(scene.case.borrower.address_key(ChannelName.SMS))


def test_a_message_written_for_the_old_number_does_not_leave(scene: Scene) -> None:
    scene.accept()
    before = cases.get(CASE_ID)
    change(scene, phone=NEW_PHONE)
    contact = Contact(NOON, ChannelName.SMS, Purpose.COLLECTION, before.lender, CASE_ID.loan_key)
    person = persons.get(before.borrower.person)
    assert claims.claim(before, person, "reminder_1#SMS", "a@1", contact) is None
