"""The first start's lenders and loans (seeds.json); the loans go in by the front door, as signed events."""

from __future__ import annotations

import base64
import importlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from infra.local.clients import client
from infra.local.mediation import carry_on
from infra.local.signing import encode, post, signed_headers

_EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
APP = "/_local/app/"
"""Where the lenders' apps take messages, each below its lender's id."""


@dataclass(frozen=True, slots=True)
class LocalLender:
    """A seeded lender, with the secret its events are signed with; not `live`: the simulator takes all."""

    id: str
    profile: str
    secret: str
    settings: dict[str, Any]
    live: bool = True


@cache
def _seeds() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(Path(__file__).with_name("seeds.json").read_text(encoding="utf-8"))
    return data


def second_factors() -> list[tuple[str, str, str, str]]:
    """Return (loan, lender, name, second factor) of the seeded loans."""
    return [
        (loan["loan"], loan["lender"], loan["borrower"]["name"], loan["borrower"]["id_last4"])
        for loan in _seeds()["loans"]
    ]


def zones() -> list[ZoneInfo]:
    """Return the time zones of the seeded borrowers, the most frequent first."""
    names = [loan["borrower"]["timezone"] for loan in _seeds()["loans"]]
    return [ZoneInfo(name) for name in sorted(set(names), key=names.count, reverse=True)]


def verify_sender(address: str) -> None:
    """Make `address` a sender SES accepts, as an operator does once in a new account."""
    try:
        client("sesv2").create_email_identity(EmailIdentity=address)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AlreadyExistsException":
            raise


def lenders(stage: str, url: str) -> list[LocalLender]:
    """Return the seeded lenders with the secrets stored for them; one without a secret gets one.

    `url` is where their apps take messages: the runner's own front.
    """
    return [LocalLender(secret=_secret_of(stage, each["id"], url), **each) for each in _seeds()["lenders"]]


def store(lenders: list[LocalLender]) -> None:
    """Store the lenders through the product's own store."""
    module = importlib.import_module("chalicelib.store.lenders")
    for each in lenders:
        module.put(module.Lender(each.id, each.profile, each.settings, each.live))


def live_on(now: datetime) -> None:
    """Enter who helps, announce the seeded talks, and carry on the cases that have more behind them."""
    _enter_people(now)
    talk, talks = (importlib.import_module(f"chalicelib.{name}") for name in ("domain.talk", "store.talks"))
    for each in _seeds()["talks"]:
        given = {name: value for name, value in each.items() if name != "days_ahead"}
        starts = (now + timedelta(days=each["days_ahead"])).replace(hour=7, minute=0, second=0, microsecond=0)
        talks.put(talk.Talk(**given, starts_at=starts, zone="Asia/Shanghai"))
    carry_on(_seeds()["loans"], now)


def _enter_people(now: datetime) -> None:
    """Enter mediators, advisers and experts, whose training and assessment are half a year old."""
    directory = importlib.import_module("chalicelib.store.directory")
    day = now.date()
    days = [each.isoformat() for each in (day - timedelta(days=180), day + timedelta(days=550))]
    records = [["TRAINING", "金融纠纷调解实务", *days], ["ASSESSMENT", "年度考核", *days]]
    for each in _seeds()["people"]:
        directory.put(directory.parse(each["id"], each | {"records": records}))


def loans(now: datetime) -> list[dict[str, Any]]:
    """Return the seeded loans as events of `now`."""
    return [_event(loan, now) for loan in _seeds()["loans"]]


def another_loan(now: datetime, number: str) -> dict[str, Any]:
    """Return a fresh overdue event, its loan named after `number`, for a newcomer to post."""
    loan = dict(_seeds()["loans"][0])
    phone = f"+861360{int(number, 36) % 10**7:07d}"  # a person of his own: caps count per person
    changed = {"name": "张伟", "phone": phone, "email": f"zhang.{number.lower()}@example.com"}
    loan |= {"loan": f"DB-NEW-{number}", "borrower": loan["borrower"] | changed}
    return _event(loan, now)


def examples() -> list[str]:
    """Return the names of the documented events about a loan that is known (docs/examples)."""
    return sorted(path.stem for path in _EXAMPLES.glob("*.json") if path.stem != "overdue")


def example(name: str, now: datetime, number: str) -> dict[str, Any]:
    """Return a documented event as one of `now` about the first seeded loan, for a newcomer to change."""
    event: dict[str, Any] = json.loads((_EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    loan = _seeds()["loans"][0]
    about = {"source": loan["lender"], "subject": loan["loan"], "id": f"evt-{name}-{number}"}
    return event | about | {"time": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


def send(url: str, lender: LocalLender, event: dict[str, Any], timestamp: int) -> tuple[int, str]:
    """Post one signed event to `url`/v1/events; returns the answer's status and body."""
    body = encode(event)
    return post(f"{url}/v1/events", signed_headers(lender.secret, event["id"], timestamp, body), body)


def _event(loan: dict[str, Any], now: datetime) -> dict[str, Any]:
    borrower = loan["borrower"]
    today = now.astimezone(ZoneInfo(borrower["timezone"])).date()
    due = today - timedelta(days=loan["days_overdue"])
    parts = {name: loan[name] for name in ("principal", "interest", "fees", "penalty")}
    paid = loan["payments_credits"]
    amount = {"total": sum(parts.values()) - paid, **parts, "payments_credits": paid}
    amount |= {"currency": loan["currency"], "as_of": today.isoformat()}
    return {
        "specversion": "1.0",
        "id": f"evt-{loan['loan']}-{now:%Y%m%d%H%M%S}",
        "source": loan["lender"],
        "type": "loan.overdue.v1",
        "subject": loan["loan"],
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
        "data": {
            "borrower": borrower,
            "amount": amount,
            "due_date": due.isoformat(),
            "overdue_since": (due + timedelta(days=1)).isoformat(),
            "account_last4": borrower["phone"][-4:],
        },
    }


def _secret_of(stage: str, lender: str, url: str) -> str:
    name, vault = f"accord/{stage}/lender/{lender}", client("secretsmanager")
    try:
        kept = json.loads(vault.get_secret_value(SecretId=name)["SecretString"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        kept = {"webhook_secrets": [secret], "app_secret": secret}
        vault.create_secret(Name=name, SecretString=json.dumps(kept))
    if kept.get("app_url") != f"{url}{APP}{lender}":  # another port than last time
        kept["app_url"] = f"{url}{APP}{lender}"
        vault.put_secret_value(SecretId=name, SecretString=json.dumps(kept))
    return str(kept["webhook_secrets"][0])
