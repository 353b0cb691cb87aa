"""What the deployer gives, and what a stack keeps of it."""

from __future__ import annotations

import argparse

import pytest

from infra.deploy import chosen, pair
from infra.stack import StackError
from tests.packaging.built import built

PARAMETERS = {
    "EmailFrom": "notice@example.org",
    "SmsOrigination": "arn:aws:sms-voice:us-east-1:000000000000:pool/pool-rehearsal",
    "ManageFirewall": "no",
    "ManageSms": "no",
    "AlarmShares": "no",
}


def test_missing_parameters_are_named_with_their_meaning() -> None:
    with pytest.raises(StackError, match=r"EmailFrom=….*verified SES identity"):
        chosen(built().template, {"LogLevel": "INFO"}, {})


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(StackError, match="unknown parameters EmailForm"):
        chosen(built().template, PARAMETERS | {"EmailForm": "x"}, {})


def test_what_is_not_given_again_stays() -> None:
    present = PARAMETERS | {"LogLevel": "DEBUG", "Gone": "x"}
    kept = chosen(built().template, {"LogLevel": "INFO"}, present)
    assert kept == {
        "EmailFrom": None,
        "SmsOrigination": None,
        "ManageFirewall": None,
        "ManageSms": None,
        "AlarmShares": None,
        "LogLevel": "INFO",
    }


@pytest.mark.parametrize("text", ["EmailFrom", "=x", ""])
def test_parameters_are_pairs(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        pair(text)
    assert pair("PublicUrl=https://a.example/?x=y") == ("PublicUrl", "https://a.example/?x=y")
