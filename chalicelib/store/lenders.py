"""Lenders: which profile they stand under and what their notices say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.errors import NotFound
from chalicelib.domain.rules import Scope
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
MORE_FIELDS = (
    "callback_number",
    "voice_name",
    "contact_person",
    "collector_address",
    "agreement_name",
    "agreement_provision",
)
"""What only some profiles and channels need: a notice that lacks one is blocked and says so."""
REGULATOR_FIELDS = ("regulator_name", "regulator_phone", "regulator_hours", "regulator_post")
"""Who supervises the lender, for the profiles that do not say so themselves."""


@dataclass(frozen=True, slots=True)
class Lender:
    """A lender; `settings` holds FIELDS and what he needs of the others, each a text or one per language.

    Unless a lender is `live`, what is sent for him goes to the simulator and reaches nobody.
    `scope`: whether he writes about his own loans or collects for others: profiles differ by it.
    """

    id: str
    profile: str
    settings: Mapping[str, str | Mapping[str, str]]
    live: bool = False
    scope: Scope = Scope.CREDITOR

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
    return Lender(row.sk, row.profile, row.settings, bool(row.live), Scope(row.scope or Scope.CREDITOR))


def put(lender: Lender) -> None:
    """Store a lender as it is now."""
    row = LenderRow(keys.LENDERS, lender.id, profile=lender.profile, live=lender.live)
    row.scope = lender.scope.value
    row.settings = dict(lender.settings)
    row.save()


def ids() -> list[str]:
    """Return the ids of all lenders."""
    return [row.sk for row in LenderRow.query(keys.LENDERS)]
