"""The wait of a case: the latest replaces the one before it, per case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.codes import Stage
from chalicelib.store import batch, waits
from chalicelib.store.waits import Wait
from tests.samples import CASE_ID, NOON
from tests.scene import case_id

pytestmark = pytest.mark.usefixtures("scene")

WAIT = Wait(CASE_ID, Stage.NOTIFY, Stage.REMIND, "token-1", NOON + timedelta(days=3))


def test_a_case_without_a_wait_has_none() -> None:
    assert waits.get(CASE_ID) is None


def test_the_latest_wait_counts() -> None:
    waits.put(WAIT)
    later = replace(WAIT, stage=Stage.REMIND, resume=Stage.REMIND_AGAIN, token="token-2")
    batch.write([waits.row_of(later)])
    assert waits.get(CASE_ID) == later


def test_the_loans_next_case_waits_for_itself() -> None:
    waits.put(WAIT)
    assert waits.get(case_id(2)) is None
