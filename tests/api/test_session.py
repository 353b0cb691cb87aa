"""Sessions: sealed, ageing, and naming their case only to us."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.session import Session, open_session, same_csrf, start
from tests.samples import CASE_ID, NOON

KEY = b"session key"


def test_a_session_reads_back() -> None:
    session = start(CASE_ID, NOON)
    assert open_session(session.seal(KEY), KEY, NOON) == session


@given(st.integers(0, 200), st.characters())
def test_any_changed_character_is_a_forgery(place: int, character: str) -> None:
    sealed = start(CASE_ID, NOON).seal(KEY)
    place %= len(sealed)
    forged = sealed[:place] + character + sealed[place + 1 :]
    assert (open_session(forged, KEY, NOON) is None) is (forged != sealed)


@given(st.text())
def test_anything_else_is_no_session(value: str) -> None:
    assert open_session(value, KEY, NOON) is None


def test_another_key_opens_nothing() -> None:
    assert open_session(start(CASE_ID, NOON).seal(KEY), b"other", NOON) is None


def test_a_csrf_token_is_no_session_and_no_session_a_csrf_token() -> None:
    session = start(CASE_ID, NOON)
    assert open_session(session.csrf(KEY), KEY, NOON) is None
    assert not same_csrf(session.seal(KEY), session.csrf(KEY))


@pytest.mark.parametrize(("minutes", "live"), [(30, True), (30.1, False)])
def test_half_an_hour_of_silence_ends_it(minutes: float, live: bool) -> None:
    sealed = start(CASE_ID, NOON).seal(KEY)
    assert (open_session(sealed, KEY, NOON + timedelta(minutes=minutes)) is not None) is live


@pytest.mark.parametrize(("minutes", "live"), [(240, True), (240.1, False)])
def test_four_hours_end_it_however_busy_it_was(minutes: float, live: bool) -> None:
    now = NOON + timedelta(minutes=minutes)
    busy = start(CASE_ID, NOON).seen_at(now)
    assert (open_session(busy.seal(KEY), KEY, now) is not None) is live


def test_the_csrf_token_stays_while_the_session_does_and_is_its_own() -> None:
    session = start(CASE_ID, NOON)
    later = session.seen_at(NOON + timedelta(minutes=10))
    assert later.csrf(KEY) == session.csrf(KEY)
    assert Session(CASE_ID, session.issued + 1, session.seen).csrf(KEY) != session.csrf(KEY)
    assert not same_csrf("", session.csrf(KEY))
    assert not same_csrf("é", session.csrf(KEY))
