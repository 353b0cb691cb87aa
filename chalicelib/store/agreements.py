"""Agreements on a case's timeline: the final text, who signed it, its seal; or that it ended unsigned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from chalicelib.domain.agreement import Agreement, Effect, Party, Signature
from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import facts
from chalicelib.store.facts import Fact

KINDS = (FactKind.AGREEMENT, FactKind.SIGNATURE, FactKind.SEAL, FactKind.UNSIGNED)


def append(case_id: CaseId, agreement: Agreement, now: datetime) -> bool:
    """Put an agreement on record; returns whether it is new (its sequence names it)."""
    return facts.append(fact_of(case_id, agreement, now))


def fact_of(case_id: CaseId, agreement: Agreement, now: datetime, **more: Any) -> Fact:
    """Return the fact that an agreement is final, with what `more` there is to say of it."""
    detail = asdict(agreement) | {
        "sign_by": agreement.sign_by.isoformat(),
        "first_due": agreement.first_due.isoformat(),
        "signatures": [[s.party.value, s.digest, stamp(s.at)] for s in agreement.signatures],
        "effect": agreement.effect.value,
        "balance_at": stamp(agreement.balance_at) if agreement.balance_at else None,
    }
    del detail["sealed_at"]  # the seal is a fact of its own
    which = (f"{agreement.sequence:04d}",)
    return Fact(case_id, FactKind.AGREEMENT, now, which, detail | more)


def get(case_id: CaseId) -> Agreement | None:
    """Return the case's agreement as it now stands (strongly consistent), or None."""
    return latest(facts.of(case_id))  # one query of all costs less than one for each of its kinds


def is_signed(case_id: CaseId) -> bool:
    """Whether all have signed the text that stands: what is left is the seal."""
    found = get(case_id)
    return found is not None and found.signed_by_all_at is not None


def latest(found: Iterable[Fact]) -> Agreement | None:
    """Return the agreement among a case's facts as it now stands: the highest sequence wins (pure).

    One that ended unsigned is none. A signature under another digest than its own is not one of it.
    """
    every = [fact for fact in found if fact.kind in KINDS]
    made = [_read(fact.detail) for fact in every if fact.kind == FactKind.AGREEMENT]
    newest = max(made, key=lambda each: each.sequence, default=None)
    if newest is None or _of(every, FactKind.UNSIGNED, newest.digest):
        return None
    signed = [
        Signature(Party(fact.which[1]), newest.digest, fact.at)
        for fact in _of(every, FactKind.SIGNATURE, newest.digest)
    ]
    seals = _of(every, FactKind.SEAL, newest.digest)
    return replace(
        newest,
        signatures=(*newest.signatures, *signed),
        sealed_at=seals[0].at if seals else None,
    )


def _of(found: Sequence[Fact], kind: FactKind, digest: str) -> list[Fact]:
    return [fact for fact in found if fact.kind == kind and fact.which[0] == digest]


def _read(detail: Any) -> Agreement:
    names = ("reference", "currency", "total", "instalments", "digest", "sequence")
    given: dict[str, Any] = {name: detail[name] for name in names}
    given |= {name: date.fromisoformat(detail[name]) for name in ("sign_by", "first_due")}
    signatures = tuple(
        Signature(Party(party), digest, from_stamp(at)) for party, digest, at in detail["signatures"]
    )
    rests_on = from_stamp(detail["balance_at"]) if detail.get("balance_at") else None
    effect = Effect(detail.get("effect", Effect.SIGNED))
    return Agreement(**given, signatures=signatures, effect=effect, balance_at=rests_on)
