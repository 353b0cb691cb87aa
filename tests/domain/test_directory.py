"""Who may act, who fits best, and that nobody unfit is ever chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.codes import Mode
from chalicelib.domain.directory import (
    Profession,
    Professional,
    Proof,
    Record,
    Wanted,
    bars,
    choose,
    misfits,
    unfit,
)

TODAY = date(2026, 11, 24)
WANTED = Wanted(lender="demo-bank", language="zh-CN", mode=Mode.TELEPHONE, reason="ILLNESS")


def _record(proof: Proof, valid_until: date = TODAY) -> Record:
    return Record(proof, "2026", date(2026, 1, 1), valid_until)


LI = Professional(
    id="li",
    profession=Profession.MEDIATOR,
    name={"zh-CN": "李静", "en": "Li Jing"},
    organisation={"zh-CN": "调解委员会", "en": "Committee"},
    qualifications={"zh-CN": "八年", "en": "eight years"},
    languages=("zh-CN", "en"),
    modes=tuple(Mode),
    capacity=10,
    records=tuple(_record(proof) for proof in Proof),
)


def _other(name: str, **changes: Any) -> Professional:
    return replace(LI, id=name, **changes)


def test_whoever_holds_both_proofs_may_act_to_their_last_day() -> None:
    assert unfit(LI, TODAY) == []
    assert unfit(LI, TODAY + timedelta(days=1)) == [
        "LAPSED:TRAINING:2026-11-24",
        "LAPSED:ASSESSMENT:2026-11-24",
    ]


def test_without_a_proof_or_before_it_was_passed_nobody_acts() -> None:
    assert unfit(replace(LI, records=(_record(Proof.TRAINING),)), TODAY) == ["UNPROVED:ASSESSMENT"]
    assert len(unfit(LI, date(2025, 12, 31))) == 2


def test_the_retired_do_not_act() -> None:
    assert unfit(replace(LI, retired_on=TODAY), TODAY) == ["RETIRED:2026-11-24"]
    assert unfit(replace(LI, retired_on=TODAY + timedelta(days=1)), TODAY) == []


def test_a_record_cannot_lapse_before_it_was_passed() -> None:
    with pytest.raises(ValueError, match="lapses before"):
        Record(Proof.TRAINING, "2026", TODAY, TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"profession": Profession.EXPERT}, "NO_MEDIATOR"),
        ({"conflicts": ("demo-bank",)}, "CONFLICT"),
    ],
)
def test_what_bars_somebody_no_override_lifts(changes: dict[str, Any], said: str) -> None:
    assert bars(replace(LI, **changes), WANTED, TODAY) == [said]


def test_an_objection_bars() -> None:
    assert bars(LI, replace(WANTED, objected=frozenset({"li"})), TODAY) == ["OBJECTED"]


@pytest.mark.parametrize(
    ("changes", "load", "said"),
    [
        ({"languages": ("en",)}, 0, "OTHER_LANGUAGE:zh-CN"),
        ({"modes": (Mode.ONSITE,)}, 0, "OTHER_MODE:TELEPHONE"),
        ({"away": ((TODAY, TODAY),)}, 0, "AWAY"),
        ({}, 10, "FULL:10:10"),
    ],
)
def test_what_speaks_against_somebody(changes: dict[str, Any], load: int, said: str) -> None:
    assert misfits(replace(LI, **changes), WANTED, TODAY, load) == [said]


def test_a_specialist_goes_before_the_less_busy_and_those_before_the_alphabet() -> None:
    specialist = _other("zhao", specialities=("ILLNESS",))
    assert choose(WANTED, [(LI, 0), (specialist, 5)], TODAY).chosen == "zhao"
    assert choose(WANTED, [(LI, 3), (_other("wang"), 2)], TODAY).chosen == "wang"
    assert choose(WANTED, [(_other("wang"), 2), (LI, 2)], TODAY).chosen == "li"


def test_the_reasons_are_told_for_and_against() -> None:
    choice = choose(WANTED, [(LI, 1), (_other("wang", languages=("en",)), 0)], TODAY)
    assert choice.reasons == ("SPEAKS:zh-CN", "LOAD:1:10")
    assert choice.passed_over == {"wang": ("OTHER_LANGUAGE:zh-CN",)}


def test_where_nobody_fits_everybody_has_a_reason() -> None:
    choice = choose(WANTED, [(LI, 10)], TODAY)
    assert (choice.chosen, choice.passed_over) == (None, {"li": ("FULL:10:10",)})


_people = st.builds(
    lambda name, profession, days, languages, conflicts, retired: replace(
        LI,
        id=name,
        profession=profession,
        records=tuple(
            _record(proof, TODAY + timedelta(days=day)) for proof, day in zip(Proof, days, strict=True)
        ),
        languages=languages,
        conflicts=conflicts,
        retired_on=retired,
    ),
    st.text("abcdef", min_size=1, max_size=6),
    st.sampled_from(Profession),
    st.tuples(st.integers(-300, 300), st.integers(-300, 300)),
    st.sampled_from([("zh-CN",), ("en",), ("zh-CN", "en")]),
    st.sampled_from([(), ("demo-bank",)]),
    st.sampled_from([None, TODAY]),
)


@given(
    people=st.lists(st.tuples(_people, st.integers(0, 12)), max_size=8, unique_by=lambda one: one[0].id),
    objected=st.frozensets(st.text("abcdef", min_size=1, max_size=2)),
)
def test_invariant_14_nobody_unfit_conflicted_or_full_is_ever_chosen(
    people: list[tuple[Professional, int]], objected: frozenset[str]
) -> None:
    wanted = replace(WANTED, objected=objected)
    choice = choose(wanted, people, TODAY)
    assert choice == choose(wanted, list(reversed(people)), TODAY)
    fit = [one for one, load in people if not bars(one, wanted, TODAY) + misfits(one, wanted, TODAY, load)]
    if choice.chosen is None:
        assert not fit
    else:
        assert choice.chosen in {one.id for one in fit}
        assert choice.reasons
    assert set(choice.passed_over) | ({choice.chosen} - {None}) == {one.id for one, _ in people}
    assert all(choice.passed_over.values())
