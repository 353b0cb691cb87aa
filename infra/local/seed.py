"""The first start's lenders and loans; the loans go in by the front door, as signed events."""

from __future__ import annotations

import base64
import importlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from infra.local.clients import client
from infra.local.signing import encode, post, signed_headers

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class LocalLender:
    """A seeded lender, with the secret its events are signed with."""

    id: str
    profile: str
    secret: str
    settings: dict[str, Any]


def _settings(name: str, english: str, signature: str, phone: str) -> dict[str, Any]:
    return {
        "initiator_name": {"zh-CN": name, "en": english},
        "creditor_name": {"zh-CN": name, "en": english},
        "mediator_org": {
            "zh-CN": "示范市金融消费纠纷人民调解委员会",
            "en": "Demo City Financial Mediation Committee",
        },
        "sms_signature": {"zh-CN": signature, "en": english},
        "pay_channel": {
            "zh-CN": f"{name}手机银行“我的贷款”，或本行任一网点",
            "en": f"“My loans” in the {english} app, or any branch",
        },
        "complaint_contact": {
            "zh-CN": f"{name}消费者权益保护部 {phone}",
            "en": f"{english} customer care {phone}",
        },
        "legal_advice_contact": {
            "zh-CN": "法律服务热线 12348（免费）",
            "en": "legal service hotline 12348 (free)",
        },
        "hardship_help": {
            "zh-CN": "如因失业、疾病等暂时困难，可申请分期、展期或重新安排还款",
            "en": "after a loss of work or an illness you may apply for instalments or a later date",
        },
        "default_timezone": "Asia/Shanghai",
    }


_LENDERS = (
    ("demo-bank", _settings("示范银行", "Demo Bank", "示范银行", "95000")),
    ("sample-finance", _settings("样例消费金融公司", "Sample Finance", "样例消金", "400-000-0000")),
)
# (lender, loan, name, language, phone, e-mail, second factor,
#  principal, interest, fees, penalty, credits in 分, days overdue)
_LOANS = (
    ("demo-bank", "DB-2024-000117", "王小明", "zh-CN", "+8613800000117", "wang@example.com", "123X",
     1_120_000, 86_420, 0, 28_147, 0, 35),
    ("demo-bank", "DB-2023-004502", "Li Na", "en", "+8613900004502", "lina@example.com", "4502",
     560_000, 31_900, 5_000, 12_250, 20_000, 19),
    ("sample-finance", "SF-88-20931", "陈志强", "zh-CN", "+8613700020931", "chen@example.com", "2093",
     248_600, 18_730, 0, 6_405, 0, 8),
)  # fmt: skip


def second_factors() -> list[tuple[str, str, str]]:
    """Return (loan, name, second factor) of the seeded loans."""
    return [(loan[1], loan[2], loan[6]) for loan in _LOANS]


def verify_sender(address: str) -> None:
    """Make `address` a sender SES accepts, as an operator does once in a new account."""
    try:
        client("sesv2").create_email_identity(EmailIdentity=address)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AlreadyExistsException":
            raise


def lenders(stage: str) -> list[LocalLender]:
    """Return the seeded lenders with the secrets stored for them; one without a secret gets one."""
    return [LocalLender(each, "CN", _secret_of(stage, each), settings) for each, settings in _LENDERS]


def store(lenders: list[LocalLender]) -> None:
    """Store the lenders through the product's own store."""
    module = importlib.import_module("chalicelib.store.lenders")
    for each in lenders:
        module.put(module.Lender(each.id, each.profile, each.settings))


def loans(now: datetime) -> list[dict[str, Any]]:
    """Return the seeded loans as events of `now`."""
    return [_event(loan, now) for loan in _LOANS]


def another_loan(now: datetime, number: str) -> dict[str, Any]:
    """Return a fresh overdue event, its loan named after `number`, for a newcomer to post."""
    loan = list(_LOANS[0])
    loan[1], loan[2], loan[4], loan[5] = f"DB-NEW-{number}", "张伟", "+8613600006688", "zhang@example.com"
    return _event(tuple(loan), now)


def send(url: str, lender: LocalLender, event: dict[str, Any], timestamp: int) -> tuple[int, str]:
    """Post one signed event to `url`/v1/events; returns the answer's status and body."""
    body = encode(event)
    return post(f"{url}/v1/events", signed_headers(lender.secret, event["id"], timestamp, body), body)


def _event(loan: tuple[Any, ...], now: datetime) -> dict[str, Any]:
    lender, number, name, language, phone, email, factor, *amounts, days = loan
    principal, interest, fees, penalty, credited = amounts
    today = now.astimezone(_ZONE).date()
    due = today - timedelta(days=days)
    return {
        "specversion": "1.0",
        "id": f"evt-{number}-{now:%Y%m%d%H%M%S}",
        "source": lender,
        "type": "loan.overdue.v1",
        "subject": number,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
        "data": {
            "borrower": {
                "name": name,
                "language": language,
                "timezone": "Asia/Shanghai",
                "phone": phone,
                "email": email,
                "id_last4": factor,
            },
            "amount": {
                "currency": "CNY",
                "total": principal + interest + fees + penalty - credited,
                "principal": principal,
                "interest": interest,
                "fees": fees,
                "penalty": penalty,
                "payments_credits": credited,
                "as_of": today.isoformat(),
            },
            "due_date": due.isoformat(),
            "overdue_since": (due + timedelta(days=1)).isoformat(),
            "account_last4": phone[-4:],
        },
    }


def _secret_of(stage: str, lender: str) -> str:
    name, vault = f"accord/{stage}/lender/{lender}", client("secretsmanager")
    try:
        return str(json.loads(vault.get_secret_value(SecretId=name)["SecretString"])["webhook_secrets"][0])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    vault.create_secret(Name=name, SecretString=json.dumps({"webhook_secrets": [secret]}))
    return secret
