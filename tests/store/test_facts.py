"""The timeline: each fact once, in order, per case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.codes import FactKind
from chalicelib.store import facts
from chalicelib.store.facts import Fact
from tests.samples import CASE_ID, NOON
from tests.scene import case_id

pytestmark = pytest.mark.usefixtures("scene")

SENT = Fact(CASE_ID, FactKind.SENT, NOON, ("first_notice", "SMS"), {"rule": "CN.contact_window", "n": 1})


def test_a_fact_reads_back_as_it_was_written() -> None:
    bare = Fact(CASE_ID, FactKind.CLOSED, NOON)
    assert (facts.append(SENT), facts.append(bare)) == (True, True)
    assert facts.of(CASE_ID) == [SENT, bare]


def test_a_fact_is_written_once_and_never_changed() -> None:
    facts.append(SENT)
    assert facts.append(replace(SENT, at=NOON + timedelta(days=1), detail={"rule": "other"})) is False
    assert facts.of(CASE_ID) == [SENT]


def test_facts_come_by_time_and_at_one_moment_by_their_course() -> None:
    late = Fact(CASE_ID, FactKind.DEFERRED, NOON + timedelta(seconds=1), ("reminder_1",))
    receipt = Fact(CASE_ID, FactKind.RECEIPT, NOON, ("first_notice", "SMS", "DELIVERED"))
    for fact in (late, receipt, SENT):
        facts.append(fact)
    assert facts.of(CASE_ID) == [SENT, receipt, late]
    assert facts.of(CASE_ID, FactKind.RECEIPT) == [receipt]


def test_the_loans_next_case_has_its_own_timeline() -> None:
    facts.append(SENT)
    assert facts.of(case_id(2)) == []
    assert facts.append(replace(SENT, case_id=case_id(2))) is True


def test_whether_a_fact_is_on_record() -> None:
    facts.append(SENT)
    assert facts.exists(CASE_ID, FactKind.SENT, "first_notice", "SMS") is True
    assert facts.exists(CASE_ID, FactKind.SENT, "first_notice", "EMAIL") is False


def test_a_kind_whose_name_begins_anothers_is_told_from_it() -> None:
    for kind in (FactKind.QUESTION, FactKind.RESPONSE):
        facts.append(Fact(CASE_ID, kind, NOON, ("one",)))
    assert [fact.kind for fact in facts.of(CASE_ID, FactKind.QUESTION)] == [FactKind.QUESTION]
