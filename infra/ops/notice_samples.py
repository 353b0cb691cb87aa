"""Believable values to look at every notice with: a lender, a borrower and a case per profile."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.codes import Mode
from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.money import Amount
from chalicelib.notices.purposes import Agreement, ComplaintNews, Court, Feedback, Instalment, Meeting
from chalicelib.notices.variables import Regulator, SentBefore, Variables

LINK = "https://n.example.com/n/Kq3vT9xZb1LmN4pR7sUwYc"
_TODAY = date(2026, 11, 26)
_TEXTS = (
    "initiator_name creditor_name sms_signature mediator_org recipient_name complaint_contact"
    " legal_advice_contact hardship_help pay_channel callback_number"
).split()
_OPTIONAL = "voice_name contact_person collector_address agreement_name agreement_provision".split()


@cache
def _samples() -> dict[str, Any]:
    samples: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return samples


def sample(profile: str, language: str, *, channel: str = "SMS") -> Variables:
    """Return what a notice of this profile may say, every purpose filled in.

    `channel` is the one an opt-out confirmation speaks of. The UK sample is a default notice, the US one
    comes from a debt collector.
    """
    country = _samples()[profile]
    said, zone = country[language], ZoneInfo(country["zone"])
    texts: dict[str, Any] = {name: said[name] for name in _TEXTS}
    texts |= {name: said.get(name, "") for name in _OPTIONAL}
    return Variables(
        **texts,
        due_date=date(2026, 10, 18),
        overdue_since=date(2026, 10, 19),
        account_last4=country["account_last4"],
        amount=Amount(
            country["currency"], 1_234_567, 1_200_000, 30_000, 1_000, 4_567, 1_000, date(2026, 11, 20)
        ),
        respond_by=date(2026, 12, 7),
        today=_TODAY,
        mediation_days=30,
        modes_offered=tuple(mode.value for mode in Mode),
        feedback_url=LINK,
        apply_url=LINK,
        complaint_url=LINK,
        regulator=Regulator(*said["regulator"]),
        notice_id="0f3c9a1b2d4e5f60718293a4",
        verify_code="7K4M-2Q9P",
        case_reference="AC-7KQ2-XW3M-1",
        sent_before=(SentBefore("first_notice", "SMS", date(2026, 11, 23)),),
        stopped_channel=channel,
        access_code="042917",
        default_date=_TODAY + timedelta(days=18) if profile == "GB" else None,
        validation_end=_TODAY + timedelta(days=38) if profile == "US" else None,
        itemisation=_itemisation(said["creditor_name"]) if profile == "US" else None,
        **_purposes(said, zone),
    )


def _purposes(said: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "feedback": Feedback("FB-7K4M2Q", datetime(2026, 11, 25, 14, 30, tzinfo=zone)),
        "meeting": Meeting(
            datetime(2026, 12, 9, 14, 30, tzinfo=zone), "TELEPHONE", said["mediator"], said["place"]
        ),
        "agreement": Agreement(
            "AG-2026-0148", date(2026, 12, 18), 1_200_000, 12, date(2027, 1, 10), "9f86d081" * 8
        ),
        "court": Court("AG-2026-0148", date(2027, 1, 17)),
        "instalment": Instalment(3, 12, 100_000, date(2027, 3, 10)),
        "complaint": ComplaintNews(
            "CP-2026-0093",
            date(2026, 11, 24),
            date(2026, 12, 9),
            said["decision"],
            said["reasons"],
            outcome="UPHELD",
        ),
    }


def _itemisation(creditor: str) -> Itemisation:
    return Itemisation(date(2026, 10, 18), creditor, 1_200_000, 30_000, 5_567, 1_000)
