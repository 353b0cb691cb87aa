"""Which clauses an agreement has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib import profiles
from chalicelib.domain.arrangement import Arrangement, Parts, Way
from chalicelib.domain.clauses import CLAUSES_VERSION, Clause, Draft, Heading, chosen
from chalicelib.domain.schedules import at_once, equal
from chalicelib.texts import load_words
from tests.samples import amount

OWED = amount(1_000_000, penalty=10_000)
PLAN = Arrangement(way=Way.INSTALMENTS, owed=OWED, plan=equal("CNY", 1_000_000, 12, date(2026, 12, 10)))
DRAFT = Draft(
    number=1,
    arrangement=PLAN,
    languages=("zh-CN",),
    mediator="李静",
    by="m-1",
    at=datetime(2026, 11, 24, 4, tzinfo=UTC),
)


def clauses(draft: Draft, jurisdiction: str = "CN") -> set[Clause]:
    found = chosen(draft, profiles.of_version(jurisdiction, f"{jurisdiction}@1"))
    return {clause for under in found.values() for clause in under}


def test_every_heading_has_a_clause_in_every_agreement() -> None:
    found = chosen(DRAFT, profiles.of_version("GB", "GB@1"))
    assert list(found) == list(Heading)
    assert all(found.values())


def test_a_sealed_agreement_that_a_court_may_confirm_is_chinas() -> None:
    assert {Clause.EFFECT_SEALED, Clause.COURT_CONFIRMATION} <= clauses(DRAFT)
    assert Clause.EFFECT_SIGNED not in clauses(DRAFT)
    elsewhere = clauses(DRAFT, "GB")
    assert Clause.EFFECT_SIGNED in elsewhere
    assert not {Clause.EFFECT_SEALED, Clause.COURT_CONFIRMATION} & elsewhere


def test_the_clauses_follow_what_was_agreed() -> None:
    assert Clause.PAY_MONTHLY in clauses(DRAFT)
    assert not {Clause.WAIVER, Clause.WAIVER_LAPSES, Clause.PAY_ONCE, Clause.INTEREST} & clauses(DRAFT)
    waived = Arrangement(
        way=Way.LUMP_SUM,
        owed=OWED,
        plan=at_once("CNY", 990_000, date(2026, 12, 1)),
        waived=Parts(penalty=10_000),
    )
    found = clauses(replace(DRAFT, arrangement=waived))
    assert {Clause.WAIVER, Clause.WAIVER_LAPSES, Clause.PAY_ONCE} <= found
    assert Clause.PAY_MONTHLY not in found


def test_free_words_are_in_every_language_of_the_draft_or_in_none() -> None:
    with pytest.raises(ValueError, match="zh-CN"):
        replace(DRAFT, special={"en": "The account stays open."})


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_library_has_the_words_of_every_clause_and_heading(language: str) -> None:
    words = load_words(f"agreement/{language}")
    assert words["version"] == CLAUSES_VERSION
    assert set(words["clauses"]) == set(Clause)
    assert set(words["headings"]) == set(Heading)
    assert len(words["numbers"]) == len(Heading)
