"""Telephone numbers and e-mail addresses: read as people type them, kept in one form."""

from __future__ import annotations

import pytest

from chalicelib.forms.fields import Fault
from chalicelib.forms.reachable import telephone, telephone_or_email


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0013 8000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("010-8888.8888", "01088888888"),
    ],
)
def test_a_number_is_kept_as_digits(typed: str, kept: str) -> None:
    assert telephone(typed) == telephone_or_email(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "1" * 16, "abc", "1+23456789", "name@example.com", ""])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Fault, match="invalid"):
        telephone(typed)


@pytest.mark.parametrize("typed", ["Name@Example.COM", "ｎａｍｅ@example.com", " name@example.com "])
def test_an_address_is_kept_in_one_form(typed: str) -> None:
    assert telephone_or_email(typed) == "name@example.com"


@pytest.mark.parametrize("typed", ["name@", "@example.com", "a@b@c.com", "a@b", "<a@b.com>", "a b@c.com"])
def test_what_is_neither_is_refused(typed: str) -> None:
    with pytest.raises(Fault, match="invalid"):
        telephone_or_email(typed)
