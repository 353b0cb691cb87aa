"""One connection for every model, whenever its module is first imported."""

from __future__ import annotations

import pytest

from chalicelib.store import rows
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import DraftRow
from tests.table import NAME

pytestmark = pytest.mark.usefixtures("scene")


def test_models_of_other_modules_share_the_one_connection() -> None:
    assert DraftRow._get_connection() is Row._get_connection()


def test_a_model_that_comes_after_the_binding_is_bound_as_well() -> None:
    class LateRow(Row):
        """A row whose module is imported when it is first needed."""

    assert LateRow._get_connection() is Row._get_connection()
    assert LateRow._get_connection().table_name == NAME


def test_binding_anew_leaves_no_model_at_the_old_table() -> None:
    rows.bind("other", "us-east-1")
    try:
        assert DraftRow._get_connection().table_name == "other"
    finally:
        rows.bind(NAME, "us-east-1")
