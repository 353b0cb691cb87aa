"""The variables of a notice: raw values from the case and the lender, and the same as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.local_form import mask_account, mask_name
from chalicelib.domain.money import Amount
from chalicelib.notices.phrases import phrases
from chalicelib.notices.purposes import Agreement, ComplaintNews, Court, Feedback, Instalment, Meeting
from chalicelib.notices.shown import PURPOSE_VALUES, Reader
from chalicelib.texts import fill
from chalicelib.texts.catalogue import notice_words
from chalicelib.texts.plain import plain, require_link

COMPONENTS = ("principal", "interest", "fees", "penalty", "payments_credits")
_DATES = ("due_date", "overdue_since", "respond_by", "default_date", "validation_end")
_LINKS = ("feedback_url", "apply_url", "complaint_url")


@dataclass(frozen=True, slots=True)
class Regulator:
    """The supervisor a borrower may turn to, in the notice's language; profile data, not words."""

    name: str
    phone: str
    hours: str
    post: str

    @classmethod
    def in_language(cls, data: Mapping[str, Any], language: str) -> Regulator:
        """Return the regulator of a profile's data, where each value is a text or a text per language.

        A value the profile lacks is empty, so that compose names it as missing.
        """
        found = {field.name: data.get(field.name, "") for field in fields(cls)}
        return cls(**{n: v if isinstance(v, str) else v.get(language, "") for n, v in found.items()})


@dataclass(frozen=True, slots=True)
class SentBefore:
    """An earlier notice of the same case: its step, its channel, the reader's local day it was sent."""

    step: str
    channel: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """What a notice says, as raw values; days are the borrower's local days.

    `today` is the day of sending; `mediation_days` the profile's limit; `account_last4` at most four
    characters; the three links may be one and the same. `voice_name` (by default the initiator) must not
    tell that a debt is collected. `stopped_channel` is the channel an opt-out
    silenced, `access_code` a one-time code. What only some
    purposes or jurisdictions need has a default and blocks only the notices that need it. Raises
    AmountMismatch when an itemisation does not sum to the amount.
    """

    initiator_name: str
    creditor_name: str
    mediator_org: str
    sms_signature: str
    recipient_name: str
    account_last4: str
    amount: Amount
    due_date: date
    overdue_since: date
    respond_by: date
    today: date
    mediation_days: int
    modes_offered: tuple[str, ...]
    feedback_url: str
    apply_url: str
    complaint_url: str
    complaint_contact: str
    legal_advice_contact: str
    hardship_help: str
    pay_channel: str
    regulator: Regulator
    notice_id: str
    verify_code: str
    case_reference: str = ""
    sent_before: tuple[SentBefore, ...] = ()
    callback_number: str = ""
    voice_name: str = ""
    contact_person: str = ""
    stopped_channel: str = ""
    access_code: str = ""
    collector_address: str = ""
    agreement_name: str = ""
    agreement_provision: str = ""
    default_date: date | None = None
    validation_end: date | None = None
    feedback: Feedback | None = None
    meeting: Meeting | None = None
    agreement: Agreement | None = None
    court: Court | None = None
    instalment: Instalment | None = None
    complaint: ComplaintNews | None = None
    itemisation: Itemisation | None = None

    def __post_init__(self) -> None:
        if self.itemisation:
            self.itemisation.require_sum(self.amount.total)

    @property
    def days_past_due(self) -> int:
        """Days from the due date to the day the amount was stated for."""
        return (self.amount.as_of - self.due_date).days

    @property
    def days_left(self) -> int:
        """Days left to respond; 0 on the last day, negative after it."""
        return (self.respond_by - self.today).days


def local_values(
    variables: Variables,
    *,
    profile: str,
    language: str,
    clean: Callable[[str], str] = plain,
    step: str = "first_notice",
) -> dict[str, Any]:
    """Return every variable under its own name as the reader sees it, with the profile's words filled in.

    `clean` is put over every text from outside; `step` chooses the words that differ between the first
    notice and later ones. Raises ValueError on an unsafe link or unknown language.
    """
    reader = Reader(language, profile, notice_words(profile, language), clean)
    values: dict[str, Any] = {"language": language}
    values |= _texts(variables, clean) | _days(variables, reader) | _money(variables.amount, reader)
    for name in _LINKS:
        values[name] = require_link(getattr(variables, name))
    for name, show in PURPOSE_VALUES.items():
        if part := getattr(variables, name):
            values |= show(part, reader, variables.amount.currency)
    values |= phrases(variables, values, reader, step)
    values |= fill(reader.words["variables"], **values)
    return values


def _texts(variables: Variables, clean: Callable[[str], str]) -> dict[str, Any]:
    names = [field.name for field in fields(variables) if isinstance(getattr(variables, field.name), str)]
    values: dict[str, Any] = {n: clean(getattr(variables, n)) for n in names if n not in _LINKS}
    for part in fields(variables.regulator):
        values[f"regulator_{part.name}"] = clean(getattr(variables.regulator, part.name))
    values["masked_name"] = mask_name(values["recipient_name"])
    values["masked_account"] = mask_account(values["account_last4"])
    values["voice_name"] = values["voice_name"] or values["initiator_name"]
    return values


def _days(variables: Variables, reader: Reader) -> dict[str, Any]:
    days = {name: getattr(variables, name) for name in _DATES} | {"as_of_date": variables.amount.as_of}
    if variables.sent_before:
        days["first_sent_on"] = min(sent.on for sent in variables.sent_before)
    values: dict[str, Any] = {"dpd": variables.days_past_due, "days_left": variables.days_left}
    for name, day in days.items():
        values |= reader.day(name, day)
    return values | {"mediation_days": variables.mediation_days}


def _money(amount: Amount, reader: Reader) -> dict[str, Any]:
    parts = {name: reader.money(getattr(amount, name), amount.currency) for name in COMPONENTS}
    total = reader.money(amount.total, amount.currency)
    return {"currency": amount.currency, "amount_overdue": total, **parts}
