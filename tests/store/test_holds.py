"""Holds: laid and lifted with their fact, both or none; claims that rest on the case before fail."""

from __future__ import annotations

import pytest

from chalicelib.domain.codes import ChannelName, FactKind, HoldKind, Outcome, Purpose
from chalicelib.domain.errors import CaseClosed
from chalicelib.domain.person import Contact
from chalicelib.store import cases, claims, facts, holds, persons
from chalicelib.store.facts import Fact
from tests.samples import CASE_ID, NOON
from tests.samples import case as sample
from tests.scene import Scene, case_id


def _fact(name: str, kind: FactKind = FactKind.HOLD) -> Fact:
    return Fact(CASE_ID, kind, NOON, (name,))


@pytest.fixture(autouse=True)
def opened(scene: Scene) -> None:
    cases.open_first(sample())


def test_a_hold_lies_with_its_fact_and_again_with_another() -> None:
    assert holds.put(CASE_ID, HoldKind.DISPUTE, _fact("a"))
    assert holds.put(CASE_ID, HoldKind.DISPUTE, _fact("b"))
    assert not holds.put(CASE_ID, HoldKind.DISPUTE, _fact("a")), "a repeat"
    assert cases.get(CASE_ID).holds == {"DISPUTE"}
    assert len(facts.of(CASE_ID, FactKind.HOLD)) == 2


def test_a_closed_case_is_not_held() -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)
    with pytest.raises(CaseClosed):
        holds.put(CASE_ID, HoldKind.DISPUTE, _fact("a"))
    assert facts.of(CASE_ID, FactKind.HOLD) == []


def test_another_generation_of_the_loan_is_not_held() -> None:
    with pytest.raises(CaseClosed):
        holds.put(case_id(2), HoldKind.DISPUTE, Fact(case_id(2), FactKind.HOLD, NOON, ("a",)))
    assert cases.get(CASE_ID).holds == frozenset()


def test_lifting_takes_one_hold_and_leaves_the_others() -> None:
    for kind in (HoldKind.DISPUTE, HoldKind.COMPLAINT):
        holds.put(CASE_ID, kind, _fact(kind.value))
    assert holds.lift(CASE_ID, HoldKind.DISPUTE, _fact("lifted"))
    assert cases.get(CASE_ID).holds == {"COMPLAINT"}
    assert not holds.lift(CASE_ID, HoldKind.DISPUTE, _fact("lifted again"))
    assert "lifted again" not in {fact.which[0] for fact in facts.of(CASE_ID, FactKind.HOLD)}


def test_a_sender_claims_again_once_the_last_hold_is_lifted() -> None:
    before = cases.get(CASE_ID)
    contact = Contact(NOON, ChannelName.SMS, Purpose.COLLECTION, before.lender, CASE_ID.loan_key)
    person = persons.get(before.borrower.person)
    holds.put(CASE_ID, HoldKind.DISPUTE, _fact("a"))
    assert claims.claim(before, person, "first_notice#SMS", "x@1", contact) is None
    holds.lift(CASE_ID, HoldKind.DISPUTE, _fact("lifted"))
    assert claims.claim(cases.get(CASE_ID), person, "first_notice#SMS", "x@1", contact)
