"""The joint application to a court."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.confirmation import Confirmation, Ruling
from chalicelib.domain.errors import OutOfTurn, TooLate
from chalicelib.mediation.agreement.confirm import join, record_ruling
from chalicelib.store import agreements, facts
from chalicelib.store.case_rows import to_row
from chalicelib.store.confirmations import confirmation_of
from tests.samples import CASE_ID, case
from tests.scene import Scene
from tests.signing import Table


@pytest.fixture
def table(scene: Scene) -> Table:
    made = Table(scene.wiring)
    made.all_sign(made.frozen())
    return made


def joins(table: Table, party: Party) -> Confirmation:
    return join(CASE_ID, party, table.now, table.woken.append, by="")


def rules(table: Table, ruling: Ruling = Ruling.CONFIRMED) -> None:
    record_ruling(
        CASE_ID, ruling, table.now, table.woken.append, by="s-1", court="示范市人民法院", number="(2026)1"
    )


def test_invariant_17_only_both_sides_together_apply(table: Table) -> None:
    assert not joins(table, Party.BORROWER).is_joint
    with pytest.raises(OutOfTurn, match="both sides"):
        rules(table)
    assert joins(table, Party.CREDITOR).is_joint
    rules(table)
    rules(table)
    with pytest.raises(OutOfTurn):
        rules(table, Ruling.DISMISSED)
    assert len(facts.of(CASE_ID, FactKind.CONFIRMATION)) == 3


def test_invariant_17_nobody_applies_after_the_thirtieth_day_of_the_effect(
    table: Table, scene: Scene
) -> None:
    scene.road.clock.advance(days=30)
    joins(table, Party.BORROWER)
    scene.road.clock.advance(days=1)
    with pytest.raises(TooLate):
        joins(table, Party.CREDITOR)
    assert not joins(table, Party.BORROWER).is_joint


def test_a_side_joins_once(table: Table, scene: Scene) -> None:
    first = joins(table, Party.BORROWER)
    scene.road.clock.advance(days=1)
    assert joins(table, Party.BORROWER) == first


def test_the_mediator_is_no_applicant(table: Table) -> None:
    with pytest.raises(OutOfTurn, match="two sides"):
        joins(table, Party.MEDIATOR)


def test_nothing_is_confirmed_before_the_agreement_is_in_force(scene: Scene) -> None:
    made = Table(scene.wiring)
    made.frozen()
    with pytest.raises(OutOfTurn, match="in force"):
        joins(made, Party.BORROWER)


def test_there_is_no_court_confirmation_where_the_law_knows_none(table: Table) -> None:
    british = case(status=CaseStatus.PLAN_ACTIVE, profile="GB", profile_version="GB@1")
    assert confirmation_of(british, agreements.get(CASE_ID), []) is None
    to_row(british).save()
    with pytest.raises(OutOfTurn):
        joins(table, Party.BORROWER)


def test_half_of_the_term_is_over_when_he_is_reminded_unless_nothing_is_awaited() -> None:
    found = Confirmation(effective_on=date(2026, 11, 23), last_day=date(2026, 12, 23))
    assert found.remind_on == date(2026, 12, 8)
    assert replace(found, last_day=date(2026, 11, 26)).remind_on == date(2026, 11, 24)
    assert found.is_awaited(date(2026, 12, 23))
    assert not found.is_awaited(date(2026, 12, 24))
    both = dict.fromkeys((Party.BORROWER, Party.CREDITOR), case().opened_at)
    assert replace(found, joined={Party.BORROWER: case().opened_at}).is_awaited(date(2026, 12, 8))
    assert not replace(found, joined=both).is_awaited(date(2026, 12, 8))
    assert not replace(found, joined=both, ruling=Ruling.WITHDRAWN).is_awaited(date(2026, 12, 8))
