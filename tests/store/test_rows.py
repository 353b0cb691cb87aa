"""One connection for every model, whenever its module is first imported."""

from __future__ import annotations

from chalicelib.store import rows
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import DraftRow


def test_models_of_other_modules_share_the_one_connection(table: str) -> None:
    assert DraftRow._get_connection() is Row._get_connection()


def test_a_model_that_comes_after_the_binding_is_bound_as_well(table: str) -> None:
    class LateRow(Row):
        """A row whose module is imported when it is first needed."""

    assert LateRow._get_connection() is Row._get_connection()
    assert LateRow._get_connection().table_name == table


def test_binding_anew_leaves_no_model_at_the_old_table(table: str) -> None:
    rows.bind("other", "us-east-1")
    try:
        assert DraftRow._get_connection().table_name == "other"
    finally:
        rows.bind(table, "us-east-1")
