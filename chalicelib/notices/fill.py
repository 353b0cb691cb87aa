"""A case, its lender and profile become the variables of a notice (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.case import Case
from chalicelib.domain.codes import Mode
from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.person import Person
from chalicelib.domain.profile import Profile
from chalicelib.domain.windows import zones_of
from chalicelib.notices.variables import Regulator, SentBefore, Variables
from chalicelib.store.facts import Fact
from chalicelib.store.lenders import Lender

_DAY = 86_400
_LENDER_TEXTS = (
    "initiator_name creditor_name mediator_org sms_signature complaint_contact"
    " legal_advice_contact hardship_help pay_channel"
    " callback_number voice_name contact_person collector_address agreement_name agreement_provision"
).split()


_LINKS = ("feedback_url", "apply_url", "complaint_url")  # one link leads to all three


def language_of(case: Case, profile: Profile, person: Person | None = None) -> str:
    """Return the language to write in: the one asked for, its nearest kin, or the profile's first.

    What the person asked for himself comes before what the loan system says of him.
    """
    wanted = (person and person.preferences.language) or case.borrower.language
    kin = [have for have in profile.languages if have.split("-")[0] == wanted.split("-")[0].lower()]
    return wanted if wanted in profile.languages else (kin or profile.languages)[0]


def fill(
    case: Case,
    lender: Lender,
    profile: Profile,
    *,
    language: str,
    link: str,
    notice_id: str,
    verify_code: str,
    at: datetime,
    sent: Iterable[Fact] = (),
    default_date: date | None = None,
    validation_end: date | None = None,
) -> Variables:
    """Return what a notice of this case says at `at` (aware); days are the borrower's local days.

    `verify_code` is links.check_code; `sent` are the SENT facts so far, which a reminder names.
    `default_date` is the day a UK default notice gives (by default the case's), `validation_end` the end of
    a US validation period (by default 30 days after its assumed receipt, by the profile's terms: 12 CFR
    1006.34(b)(5)). What a purpose adds (a meeting, an instalment, …) the caller puts in with
    `dataclasses.replace`.
    """
    zone = zones_of(case.borrower.timezone, profile.zones)[0]
    first = case.noticed_at or at
    texts: dict[str, Any] = {name: lender.text(name, language) for name in _LENDER_TEXTS}
    texts |= dict.fromkeys(_LINKS, link)
    today = at.astimezone(zone).date()
    return Variables(
        **texts,
        recipient_name=case.borrower.name,
        account_last4=case.account_last4,
        amount=case.amount,
        due_date=case.due_date,
        overdue_since=case.overdue_since,
        respond_by=profile.respond_by(first, zone),
        today=today,
        mediation_days=profile.answered_wait // _DAY,
        modes_offered=tuple(mode.value for mode in Mode),
        regulator=regulator_of(profile, lender, language),
        notice_id=notice_id,
        case_reference=case.id.reference,
        verify_code=verify_code,
        sent_before=_sent_before(sent, zone),
        default_date=default_date or case.default_date,
        validation_end=validation_end or _validation_end(profile, today),
        itemisation=_itemisation(case, texts["creditor_name"]),
    )


def _validation_end(profile: Profile, sent_on: date) -> date | None:
    """Return the last day to dispute, counted from the assumed receipt; None where no law sets one."""
    if not {"assumed_receipt", "dispute_window"} <= profile.terms.keys():
        return None
    return profile.last_day("dispute_window", profile.last_day("assumed_receipt", sent_on))


def _itemisation(case: Case, creditor: str) -> Itemisation | None:
    """Return the case's itemisation; a creditor it does not name has not changed since."""
    found = case.itemisation
    return replace(found, creditor=found.creditor or creditor) if found else None


def _sent_before(sent: Iterable[Fact], zone: ZoneInfo) -> tuple[SentBefore, ...]:
    return tuple(SentBefore(fact.which[0], fact.which[1], fact.at.astimezone(zone).date()) for fact in sent)


def regulator_of(profile: Profile, lender: Lender, language: str) -> Regulator:
    """Return the supervisor a notice names: the profile's, or the lender's own where that is national."""
    if not profile.regulator_from_lender:
        return Regulator.in_language(profile.regulator, language)
    return Regulator(
        **{field.name: lender.text(f"regulator_{field.name}", language) for field in fields(Regulator)}
    )
