"""Lenders: found by id, with texts in the reader's language."""

from __future__ import annotations

import pytest

from chalicelib.domain.errors import NotFound
from chalicelib.store import lenders
from chalicelib.store.lenders import FIELDS, MORE_FIELDS, Lender
from tests.road import DEMO_BANK

pytestmark = pytest.mark.usefixtures("scene")


def test_a_lender_reads_back() -> None:
    assert lenders.get("demo-bank") == DEMO_BANK
    lenders.put(Lender("other-bank", "CN", {}))
    assert lenders.ids() == ["demo-bank", "other-bank"]


def test_an_unknown_lender_is_told() -> None:
    with pytest.raises(NotFound, match="no-bank"):
        lenders.get("no-bank")


def test_a_text_comes_in_the_language_asked_for_or_in_its_only_one() -> None:
    assert DEMO_BANK.text("initiator_name", "en") == "Demo Bank"
    assert DEMO_BANK.text("initiator_name", "zh-CN") == "示范银行"
    assert DEMO_BANK.text("complaint_contact", "en") == "400-000-0000"
    assert DEMO_BANK.text("initiator_name", "fr") == ""
    assert DEMO_BANK.text("nothing", "en") == ""


def test_the_sample_lender_sets_every_field_there_is() -> None:
    assert set(FIELDS) <= set(DEMO_BANK.settings) <= {*FIELDS, *MORE_FIELDS}
