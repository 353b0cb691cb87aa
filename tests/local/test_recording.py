"""What a recorded call names, so that it can be compared with a policy."""

from __future__ import annotations

from infra.local.recording import resources_of


def test_names_plain_resources() -> None:
    assert resources_of({"TableName": "t", "Key": {"pk": {"S": "secret"}}}) == {"TableName": "t"}


def test_names_every_table_of_a_transaction() -> None:
    put, check = {"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}}
    assert resources_of({"TransactItems": [put, check]}) == {
        "TableName": ["a", "b"],
        "acts": ["ConditionCheck", "Put"],
    }


def test_names_the_tables_of_a_batch() -> None:
    assert resources_of({"RequestItems": {"t": []}}) == {"TableName": ["t"]}
