"""A US collector's first notice: complete with the itemisation its event brings, blocked without it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.domain.codes import FactKind, Stage
from chalicelib.domain.errors import MissingVariables
from chalicelib.domain.rules import Scope
from chalicelib.store import lenders
from tests.road import DEMO_BANK
from tests.scene import Scene

# 14:30 in New York, on a Monday before Thanksgiving.
AFTERNOON = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
# Five business days after the 23rd, Thanksgiving not counted, are over on 1 December; then thirty days.
END = "December 31, 2026"
ITEMIZATION = {"date": "2026-08-01", "balance": 1_200_000, "interest": 44_567, "payments": 10_000}


def _collector() -> lenders.Lender:
    own = {
        "creditor_name": "Prairie Bank",
        "initiator_name": "Harbor Recovery",
        "collector_address": "12 Main Street, Springfield, IL 62701",
        "callback_number": "+1 217 555 0100",
        "contact_person": "Ms Lee",
    }
    settings: dict[str, Any] = {**DEMO_BANK.settings, **own}
    return replace(DEMO_BANK, profile="US", settings=settings, scope=Scope.THIRD_PARTY_COLLECTOR)


@pytest.fixture
def collected(scene: Scene) -> Scene:
    """A scene whose lender collects for others in the US."""
    lenders.put(_collector())
    scene.restart()
    scene.road.clock.now = AFTERNOON
    return scene


def _accept(scene: Scene, **more: Any) -> None:
    data = json.loads(scene.road.event())["data"] | more
    data["borrower"] |= {"language": "en", "timezone": "America/New_York"}
    data["borrower"] |= {"postal": ["1 High Street", "Albany, NY 12207"]}
    scene.accept(data=data)


def test_its_first_mail_and_letter_are_complete_and_go_out(collected: Scene) -> None:
    _accept(collected, itemization=ITEMIZATION)
    assert collected.case.profile_version == "US@collector-1"
    collected.run(Stage.NOTIFY)
    assert [len(each.sent) for each in (collected.mail, collected.letter)] == [1, 1]
    text = collected.mail.sent[0].text
    for said in (END, "12,000.00", "445.67", "100.00", "12,345.67", "Prairie Bank", "12 Main Street"):
        assert said in text, said
    assert collected.facts(FactKind.BLOCKED) == []


def test_without_an_itemization_it_is_blocked_and_says_what_is_missing(collected: Scene) -> None:
    _accept(collected)
    with pytest.raises(MissingVariables):
        collected.run(Stage.NOTIFY)
    assert (collected.mail.sent, collected.letter.sent) == ([], [])
    blocked = collected.facts(FactKind.BLOCKED)
    assert {"itemisation_date", "itemisation_balance"} <= set(blocked[0].detail["missing"])


def test_a_newer_balance_takes_an_itemization_away_that_sums_no_more(collected: Scene) -> None:
    _accept(collected, itemization=ITEMIZATION)
    assert collected.case.itemisation is not None
    collected.accept("payment")
    assert collected.case.itemisation is None
