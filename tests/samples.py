"""Believable values for tests that need a case and care about one thing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.case import Borrower, Case
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.money import Amount
from chalicelib.notices.purposes import Agreement, ComplaintNews, Feedback, Instalment, Meeting
from chalicelib.notices.variables import Regulator, SentBefore, Variables

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
    person="p" * 22,
    digests={"phone": "d" * 12, "email": "e" * 12},
)

_SHANGHAI = ZoneInfo("Asia/Shanghai")
LINK = "https://notice.example.com/n/Kq3vT9xZb1LmN4pR7sUwYc"
VARIABLES = Variables(
    initiator_name="示范银行",
    creditor_name="示范银行",
    mediator_org="示范市金融纠纷调解中心",
    sms_signature="示范银行",
    recipient_name="王小明",
    account_last4="6688",
    amount=Amount("CNY", 1_234_567, 1_200_000, 30_000, 1_000, 4_567, 1_000, date(2026, 11, 20)),
    due_date=date(2026, 10, 18),
    overdue_since=date(2026, 10, 19),
    respond_by=date(2026, 11, 30),
    today=date(2026, 11, 26),
    mediation_days=30,
    modes_offered=("ONLINE_VIDEO", "ONLINE_TEXT", "TELEPHONE", "ONSITE"),
    feedback_url=LINK,
    apply_url=LINK,
    complaint_url=LINK,
    complaint_contact="400-000-0000（每天8:00—20:00）",
    legal_advice_contact="12348 公共法律服务热线",
    hardship_help="400-000-0000 转 2，可申请延期或分期",
    pay_channel="示范银行手机银行或任一网点",
    regulator=Regulator("国家金融监督管理总局", "12378", "工作日9:00—17:00", "北京市西城区金融大街甲15号"),
    notice_id="0f3c9a1b2d4e5f60718293a4",
    verify_code="7K4M-2Q9P",
    case_reference="AC-7KQ2-XW3M-1",
    sent_before=(
        SentBefore("first_notice", "SMS", date(2026, 11, 23)),
        SentBefore("first_notice", "EMAIL", date(2026, 11, 23)),
    ),
    callback_number="400-000-0000",
    stopped_channel="SMS",
    access_code="042917",
    feedback=Feedback("FB-7K4M2Q", datetime(2026, 11, 25, 14, 30, tzinfo=_SHANGHAI)),
    meeting=Meeting(
        datetime(2026, 12, 9, 14, 30, tzinfo=_SHANGHAI), "ONSITE", "李静", "示范市人民路1号三楼302室"
    ),
    agreement=Agreement("AG-2026-0148", date(2026, 12, 18), 1_200_000, 12, date(2027, 1, 10), "9f86d081" * 8),
    instalment=Instalment(3, 12, 100_000, date(2027, 3, 10)),
    complaint=ComplaintNews(
        "CP-2026-0093", date(2026, 11, 24), date(2026, 12, 9), "退还违约金。", "系统入账延迟。", (), "UPHELD"
    ),
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
