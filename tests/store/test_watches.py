"""The watch of a step: the latest replaces the one before it, per step and case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.store import batch, keys, watches
from chalicelib.store.watches import Watch
from tests.samples import CASE_ID, NOON
from tests.scene import case_id

pytestmark = pytest.mark.usefixtures("scene")

WATCH = Watch(CASE_ID, "first_notice", "token-1", NOON + timedelta(minutes=30))


def test_a_step_nobody_waits_for_has_none() -> None:
    assert watches.get(CASE_ID, "first_notice") is None


def test_the_latest_watch_counts() -> None:
    watches.put(replace(WATCH, paused=True))
    assert watches.get(CASE_ID, "first_notice") == replace(WATCH, paused=True)
    later = replace(WATCH, token="token-2")
    batch.write([watches.row_of(later)])
    assert watches.get(CASE_ID, "first_notice") == later


def test_each_step_of_each_case_waits_for_itself() -> None:
    watches.put(WATCH)
    assert watches.get(CASE_ID, "reminder_1") is None
    assert watches.get(case_id(2), "first_notice") is None


def test_a_watch_lies_on_no_timeline() -> None:
    assert not keys.watch(CASE_ID, "first_notice").startswith(keys.facts(CASE_ID))
