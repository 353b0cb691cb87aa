"""Every signature binds the same document (invariant 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.domain.agreement import Agreement, Party, Signature

NOW = datetime(2026, 12, 1, tzinfo=UTC)
DRAFT = Agreement(
    reference="AG-1",
    sign_by=date(2026, 12, 10),
    currency="CNY",
    total=100,
    instalments=1,
    first_due=date(2027, 1, 10),
    digest="ab" * 32,
)


def test_a_signature_under_another_document_is_refused() -> None:
    with pytest.raises(ValueError, match="another document"):
        replace(DRAFT, signatures=(Signature(Party.BORROWER, "cd" * 32, NOW),))


def test_it_is_in_force_once_the_last_of_all_has_signed() -> None:
    signed = [Signature(p, DRAFT.digest, NOW + timedelta(days=d)) for d, p in enumerate(Party)]
    assert replace(DRAFT, signatures=tuple(signed[:2])).in_force_since is None
    assert replace(DRAFT, signatures=tuple(signed)).in_force_since == NOW + timedelta(days=2)
