"""The variables of a notice: raw values from the case and the lender, and the same as a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from chalicelib.domain.local_form import format_date, format_money, mask_account, mask_name
from chalicelib.domain.money import Amount
from chalicelib.texts import fill, load_words
from chalicelib.texts.plain import plain, require_link

COMPONENTS = ("principal", "interest", "fees", "penalty", "payments_credits")
_DATES = ("due_date", "overdue_since", "respond_by")
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
    characters; the three links may be one and the same.
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
    sent_before: tuple[SentBefore, ...] = ()

    @property
    def days_past_due(self) -> int:
        """Days from the due date to the day the amount was stated for."""
        return (self.amount.as_of - self.due_date).days

    @property
    def days_left(self) -> int:
        """Days left to respond; 0 on the last day, negative after it."""
        return (self.respond_by - self.today).days


def local_values(
    variables: Variables, *, profile: str, language: str, clean: Callable[[str], str] = plain
) -> dict[str, Any]:
    """Return every variable under its own name as the reader sees it, with the profile's words filled in.

    `clean` is put over every text from outside. Raises ValueError on an unsafe link or unknown language.
    """
    values: dict[str, Any] = {"language": language}
    values |= _texts(variables, clean) | _days(variables, language) | _money(variables.amount, language)
    for name in _LINKS:
        values[name] = require_link(getattr(variables, name))
    words = load_words(f"{profile.lower()}/legal.{language}")
    role = "CREDITOR" if values["initiator_name"] == values["creditor_name"] else "AGENT"
    values["sender_role"] = words["roles"][role]
    values["modes_offered"] = [words["modes"][mode] for mode in variables.modes_offered]
    values["days_left_words"] = days_left_words(variables.days_left, words["days_left"])
    values["sent_before"] = _sent_before(variables, language, words)
    values |= fill(words["variables"], **values)
    return values


def days_left_words(days_left: int, words: dict[str, str]) -> str:
    """Return how long the reader has: the words for `many`, `one`, `last` day or `over`."""
    if days_left < 0:
        return words["over"]
    form = {0: "last", 1: "one"}.get(days_left, "many")
    return words[form].format(days=days_left)


def _texts(variables: Variables, clean: Callable[[str], str]) -> dict[str, Any]:
    names = [field.name for field in fields(variables) if isinstance(getattr(variables, field.name), str)]
    values: dict[str, Any] = {n: clean(getattr(variables, n)) for n in names if n not in _LINKS}
    for part in fields(variables.regulator):
        values[f"regulator_{part.name}"] = clean(getattr(variables.regulator, part.name))
    values["masked_name"] = mask_name(values["recipient_name"])
    values["masked_account"] = mask_account(values["account_last4"])
    return values


def _days(variables: Variables, language: str) -> dict[str, Any]:
    days = {name: getattr(variables, name) for name in _DATES} | {"as_of_date": variables.amount.as_of}
    if variables.sent_before:
        days["first_sent_on"] = min(sent.on for sent in variables.sent_before)
    values: dict[str, Any] = {name: format_date(day, language) for name, day in days.items()}
    values |= {f"{name}_short": format_date(day, language, short=True) for name, day in days.items()}
    values |= {f"{name}_year": day.year for name, day in days.items()}
    values |= {"dpd": variables.days_past_due, "days_left": variables.days_left}
    return values | {"mediation_days": variables.mediation_days}


def _money(amount: Amount, language: str) -> dict[str, Any]:
    parts = {name: format_money(getattr(amount, name), amount.currency, language) for name in COMPONENTS}
    total = format_money(amount.total, amount.currency, language)
    return {"currency": amount.currency, "amount_overdue": total, **parts}


def _sent_before(variables: Variables, language: str, words: dict[str, Any]) -> list[str]:
    """One line per earlier sending, oldest first: which notice, by which channel, on which day."""
    earlier = sorted(variables.sent_before, key=lambda sent: (sent.on, sent.step, sent.channel))
    return [
        fill(
            words["sent_line"],
            step=words["steps"][sent.step],
            channel=words["channels"][sent.channel],
            day=format_date(sent.on, language),
        )
        for sent in earlier
    ]
