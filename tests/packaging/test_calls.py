"""Each function's policy allows the AWS calls it makes, on what it makes them, and not one more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chalice.test import Client
from moto import mock_aws

from infra.resources.functions import FUNCTIONS
from tests.packaging.branches import drive
from tests.packaging.calls import POLICIES, Need, granted, needed, recorded_calls
from tests.packaging.driver import Driver
from tests.road import PRINTS, Road


@pytest.fixture(scope="module")
def recorded() -> Iterator[dict[str, set[Need]]]:
    """What each function needed on its whole way, down every branch that makes a call of its own kind."""
    with recorded_calls() as found, mock_aws():
        import app

        with Client(app.app) as client:
            drive(Driver(Road(), client))
        yield found


@pytest.mark.parametrize("function", sorted(path.stem[7:] for path in POLICIES.glob("policy-*.json")))
def test_a_policy_allows_what_its_function_calls_and_nothing_else(
    recorded: dict[str, set[Need]], function: str
) -> None:
    assert granted(function) - recorded[function] == set(), "allowed but never called"
    assert recorded[function] - granted(function) == set(), "called but not allowed"


def test_a_call_needs_the_right_to_what_it_names() -> None:
    acts: dict[str, Any] = {"TransactItems": [{"Put": {}}, {"ConditionCheck": {}}]}
    assert needed("dynamodb", "TransactWriteItems", acts) == {
        ("dynamodb:PutItem", "Table"),
        ("dynamodb:ConditionCheckItem", "Table"),
    }
    assert needed("s3", "PutObject", {"Bucket": PRINTS, "Key": "outbox/1.pdf"}) == {
        ("s3:PutObject", "PrintBucket/outbox/*")
    }
    described = {"executionArn": "arn:aws:states:eu-west-1:1:execution:accord-test-delivery:name"}
    assert needed("stepfunctions", "DescribeExecution", described) == {
        ("states:DescribeExecution", "execution:accord-${Stage}-delivery:*")
    }


def test_every_function_of_the_template_has_a_policy() -> None:
    assert len(list(POLICIES.glob("policy-*.json"))) == len(FUNCTIONS)
