"""Agreements on a case's timeline: each state of one is a fact, and the latest stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from chalicelib.domain.agreement import Agreement, Party, Signature
from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import facts
from chalicelib.store.facts import Fact


def append(case_id: CaseId, agreement: Agreement, now: datetime) -> bool:
    """Put an agreement's state on record; returns whether it is new (its sequence names it)."""
    detail = asdict(agreement) | {
        "sign_by": agreement.sign_by.isoformat(),
        "first_due": agreement.first_due.isoformat(),
        "signatures": [[s.party.value, s.digest, stamp(s.at)] for s in agreement.signatures],
    }
    return facts.append(Fact(case_id, FactKind.AGREEMENT, now, (f"{agreement.sequence:04d}",), detail))


def get(case_id: CaseId) -> Agreement | None:
    """Return the case's agreement as it now stands, or None."""
    return latest(facts.of(case_id, FactKind.AGREEMENT))


def latest(found: Iterable[Fact]) -> Agreement | None:
    """Return the agreement among a case's facts as it now stands: the highest sequence wins (pure)."""
    agreements = [_read(fact.detail) for fact in found if fact.kind == FactKind.AGREEMENT]
    return max(agreements, key=lambda each: each.sequence, default=None)


def _read(detail: Any) -> Agreement:
    days = {name: date.fromisoformat(detail[name]) for name in ("sign_by", "first_due")}
    signatures = tuple(
        Signature(Party(party), digest, from_stamp(at)) for party, digest, at in detail["signatures"]
    )
    return Agreement(**{**detail, **days, "signatures": signatures})
