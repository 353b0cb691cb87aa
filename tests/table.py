"""The table as infra defines it, for tests that need no more than the table."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.models import dynamodb_backends

from chalicelib.store import rows

NAME = "accord-test"


def make_table(client: Any) -> str:
    """Create the table and bind the models to it; returns its name.

    A folder's deployment may still stand when one inside it begins: the table is then emptied and shared.
    """
    rows.bind(NAME, "us-east-1")
    try:
        client.create_table(
            TableName=NAME,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("pk", "sk", "open_day", "worklist", "due_at")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "open_cases",
                    "KeySchema": [
                        {"AttributeName": "open_day", "KeyType": "HASH"},
                        {"AttributeName": "pk", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
                {
                    "IndexName": "worklist",
                    "KeySchema": [
                        {"AttributeName": "worklist", "KeyType": "HASH"},
                        {"AttributeName": "due_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
            ],
        )
    except client.exceptions.ResourceInUseException:
        wipe(NAME)
    return NAME


def wipe(table: str) -> None:
    """Empty the table behind its API: a scan and a delete per row would be half the time of a test."""
    dynamodb_backends["123456789012"]["us-east-1"].get_table(table).items.clear()
