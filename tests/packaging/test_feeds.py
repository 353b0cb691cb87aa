"""What lenders' accounts may do here: fill one queue and put onto one bus, and only when they are named."""

from __future__ import annotations

from typing import Any

from chalicelib.workflow.take_feed import FROM_BUS
from tests.packaging.built import properties, template

NAMED = {"AWS": {"Ref": "FeedAccounts"}}


def _conditional(statements: list[dict[str, Any]]) -> list[Any]:
    return [each["Fn::If"] for each in statements if "Fn::If" in each]


def _of_queue(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = properties("AWS::SQS::QueuePolicy")[f"{name}Policy"]["PolicyDocument"][
        "Statement"
    ]
    return found


def test_named_accounts_alone_may_fill_the_queue_and_do_nothing_else_with_it() -> None:
    ((condition, allowed, otherwise),) = _conditional(_of_queue("FeedQueue"))
    assert (condition, otherwise) == ("HasFeeds", {"Ref": "AWS::NoValue"})
    assert allowed["Principal"] == NAMED
    assert allowed["Action"] == ["sqs:GetQueueUrl", "sqs:SendMessage"]


def test_our_rule_alone_fills_the_queue_that_proves_an_account() -> None:
    """Whoever else could send there could name any account as his own."""
    (allowed,) = (each for each in _of_queue("FromBusQueue") if each.get("Effect") == "Allow")
    assert not _conditional(_of_queue("FromBusQueue"))
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    source = {"aws:SourceArn": [{"Fn::GetAtt": ["FeedBusRule", "Arn"]}]}
    assert allowed["Condition"] == {"ArnEquals": source}


def test_the_consumer_tells_the_queues_apart_by_their_names() -> None:
    names = {
        name: queue["QueueName"]["Fn::Sub"]
        for name, queue in properties("AWS::SQS::Queue").items()
        if name in ("FeedQueue", "FromBusQueue")
    }
    assert {name: each.endswith(FROM_BUS) for name, each in names.items()} == {
        "FeedQueue": False,
        "FromBusQueue": True,
    }


def test_all_that_is_put_onto_the_bus_is_queued_or_parked() -> None:
    rule = properties("AWS::Events::Rule")["FeedBusRule"]
    assert rule["EventBusName"] == {"Ref": "FeedBus"}
    assert rule["EventPattern"] == {"version": ["0"]}
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": ["FromBusQueue", "Arn"]}
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["FeedDlq", "Arn"]}}


def test_named_accounts_may_put_onto_the_bus_and_use_the_key_by_way_of_the_queue_alone() -> None:
    condition, policy, _ = properties("AWS::Events::EventBus")["FeedBus"]["Policy"]["Fn::If"]
    assert condition == "HasFeeds"
    (statement,) = policy["Statement"]
    assert (statement["Principal"], statement["Action"]) == (NAMED, "events:PutEvents")
    key = properties("AWS::KMS::Key")["DataKey"]["KeyPolicy"]["Statement"]
    ((condition, allowed, _),) = _conditional(key)
    assert condition == "HasFeeds"
    assert allowed["Principal"] == NAMED
    assert list(allowed["Condition"]["StringEquals"]) == ["kms:ViaService"]


def test_nobody_is_named_until_the_deployer_does() -> None:
    assert template()["Parameters"]["FeedAccounts"]["Default"] == ""
