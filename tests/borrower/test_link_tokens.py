"""Link tokens and second factors: kept only as keyed hashes that tell nothing."""

from __future__ import annotations

import os
import re

from hypothesis import given
from hypothesis import strategies as st

from chalicelib import links

PEPPER = b"pepper"


def test_a_token_is_128_random_bits_in_22_characters_of_a_url() -> None:
    asked: list[int] = []

    def randomness(count: int) -> bytes:
        asked.append(count)
        return os.urandom(count)

    tokens = {links.new_token(randomness) for _ in range(50)}
    assert asked == [16] * 50
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


@given(st.text(), st.text())
def test_a_digest_depends_on_token_and_pepper(one: str, other: str) -> None:
    assert links.digest(one, PEPPER) == links.digest(one, PEPPER)
    assert (links.digest(one, PEPPER) == links.digest(other, PEPPER)) is (one == other)
    assert links.digest(one, PEPPER) != links.digest(one, b"other")


def test_equal_factors_of_different_loans_look_different() -> None:
    assert links.factor_digest("123X", "loan-1", PEPPER) != links.factor_digest("123X", "loan-2", PEPPER)


def test_a_factor_is_read_as_people_type_it() -> None:
    wanted = links.factor_digest("123X", "loan", PEPPER)
    assert all(links.factor_digest(typed, "loan", PEPPER) == wanted for typed in ("123x", " 123X ", "123X\t"))
    assert links.factor_digest("123Y", "loan", PEPPER) != wanted


def test_a_link_and_a_factor_of_the_same_text_do_not_meet() -> None:
    assert not links.digest("1234", PEPPER).startswith(links.factor_digest("1234", "", PEPPER))


def test_matching_takes_any_text() -> None:
    assert links.matches("é", "é")
    assert not links.matches("é", "e")


@given(st.text(), st.text())
def test_a_reference_is_26_characters_and_bound_to_lender_and_event(lender: str, event: str) -> None:
    reference = links.event_reference(lender, event, PEPPER)
    assert re.fullmatch(r"[a-z2-7]{26}", reference)
    assert reference != links.event_reference(lender, event, b"other")
    assert reference != links.event_reference(lender + "x", event, PEPPER)
