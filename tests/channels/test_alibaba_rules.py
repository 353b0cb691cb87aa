"""What Alibaba Cloud lets a template and its variables hold."""

from __future__ import annotations

import pytest

from chalicelib.channels.alibaba_rules import faults_of_form, unfit_values


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("张", True),
        ("字" * 35, True),
        ("字" * 36, False),
        ("", False),
        ("¥12,345.67", True),
        ("Kq3vT9xZb1LmN4pR7sUwYc", True),
        ("https://n.example.com/n/t", False),
        ("WWW.example.com", False),
        ("【银行】", False),
    ],
)
def test_a_value_is_short_and_neither_link_nor_signature(value: str, fits: bool) -> None:
    assert unfit_values({"other": "x", "this": value}) == (() if fits else ("this",))


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("${name}您好：https://n.example.com/n/${link_token} 拒收请回复R", ""),
        ("字" * 501, "501 characters"),
        ("【银行】您好", "signature"),
        ("${name}，${name}您好", "${name} twice"),
        ("您的${words}${amount}到期", "no word between ${words}${amount}"),
        ("您的${id}", "may not be called id"),
        ("您的${1st}", "may not be called 1st"),
    ],
)
def test_a_form_that_would_be_turned_down_is_named(form: str, fault: str) -> None:
    found = list(faults_of_form(form))
    assert [fault in each for each in found] == [True] * bool(fault)


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("验证码${access_code}", []),
        ("验证码", ["has 0 variables, a verification code's has one"]),
        ("${name}，验证码${access_code}", ["has 2 variables, a verification code's has one"]),
    ],
)
def test_a_verification_code_has_one_variable(form: str, found: list[str]) -> None:
    assert list(faults_of_form(form, code=True)) == found
