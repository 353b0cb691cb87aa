"""Lenders: which profile they stand under and what their notices say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.errors import NotFound
from chalicelib.store import keys
from chalicelib.store.rows import LenderRow

FIELDS = (
    "initiator_name",
    "creditor_name",
    "mediator_org",
    "sms_signature",
    "pay_channel",
    "complaint_contact",
    "legal_advice_contact",
    "hardship_help",
    "default_timezone",
)


@dataclass(frozen=True, slots=True)
class Lender:
    """A lender; `settings` holds FIELDS, each a text or a text per language."""

    id: str
    profile: str
    settings: Mapping[str, str | Mapping[str, str]]

    def text(self, name: str, language: str) -> str:
        """Return a setting in a language, or in the only one it has; empty when it is not set."""
        value = self.settings.get(name, "")
        return value if isinstance(value, str) else value.get(language, "")


def get(lender_id: str) -> Lender:
    """Return a lender; raises NotFound when there is no such lender."""
    try:
        row = LenderRow.get(keys.LENDERS, lender_id)
    except LenderRow.DoesNotExist:
        raise NotFound(f"no lender {lender_id!r}") from None
    return Lender(row.sk, row.profile, row.settings)


def put(lender: Lender) -> None:
    """Store a lender as it is now."""
    LenderRow(keys.LENDERS, lender.id, profile=lender.profile, settings=dict(lender.settings)).save()


def ids() -> list[str]:
    """Return the ids of all lenders."""
    return [row.sk for row in LenderRow.query(keys.LENDERS)]
