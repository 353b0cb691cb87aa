"""Believable values for tests that need a case and care about one thing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.domain.case import Borrower, Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.money import Amount

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
NIGHT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
KEY = loan_key("demo-bank", "LN-2026-000001")
CASE_ID = CaseId(KEY, 1)
BORROWER = Borrower(
    name="张伟",
    language="zh-CN",
    timezone="Asia/Shanghai",
    phone="+8613800138000",
    email="zhangwei@example.com",
    factor="f" * 22,
)


def amount(total: int = 1_000_000, **changes: Any) -> Amount:
    """Return an amount that is all principal."""
    parts: dict[str, Any] = {"interest": 0, "fees": 0, "penalty": 0, "payments_credits": 0} | changes
    rest = parts["interest"] + parts["fees"] + parts["penalty"] - parts["payments_credits"]
    return Amount(currency="CNY", total=total, principal=total - rest, as_of=date(2026, 11, 20), **parts)


def case(**changes: Any) -> Case:
    """Return an open case of the demo bank, with some of its fields changed."""
    plain = Case(
        id=CASE_ID,
        lender="demo-bank",
        loan="LN-2026-000001",
        profile="CN",
        profile_version="CN@1",
        status=CaseStatus.RECEIVED,
        opened_at=NOON,
        opened_by="evt-overdue-0001",
        borrower=BORROWER,
        amount=amount(),
        balance_at=datetime(2026, 11, 20, 1, 30, tzinfo=UTC),
        due_date=date(2026, 10, 18),
        overdue_since=date(2026, 10, 19),
        account_last4="6688",
    )
    return replace(plain, **changes)


def borrower(**changes: Any) -> Borrower:
    """Return the sample borrower with some of his fields changed."""
    return replace(BORROWER, **changes)
