"""Feedback: why the payment is late, what can be paid, and whether the borrower wants mediation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.domain.codes import DelayReason, IncomeChange, Mode, PayOffer, Wish
from chalicelib.forms import contact
from chalicelib.forms.fields import Choice, Choices, Day, Sum, Words
from chalicelib.forms.journey import Answers, Journey, Page

DISPUTED = frozenset(
    {
        DelayReason.ALREADY_PAID,
        DelayReason.AMOUNT_DISPUTE,
        DelayReason.IDENTITY_THEFT,
        DelayReason.FRAUD_VICTIM,
    }
)
"""Reasons that say the debt itself is wrong: a dispute serves better, and nobody asks what can be paid."""
_MISHAPS = frozenset({DelayReason.FORGOT, DelayReason.NOT_RECEIVED, DelayReason.PAYMENT_FAILURE})
"""Reasons that have nothing to do with income."""
MORE = ("DOCUMENTS", "CHANNEL", "HOURS", "LANGUAGE")
_DAYS_AHEAD = 730


def _disputed(answers: Answers) -> bool:
    return answers.get("reason") in DISPUTED


def _can_pay(answers: Answers) -> bool:
    return not _disputed(answers)


def _about_income(answers: Answers) -> bool:
    return _can_pay(answers) and answers.get("reason") not in _MISHAPS


def _income_changed(answers: Answers) -> bool:
    return answers.get("income") not in (None, IncomeChange.SAME)


def _answered(name: str, code: str) -> Callable[[Answers], bool]:
    return lambda answers: answers.get(name) == code


def _more(code: str) -> Callable[[Answers], bool]:
    def asked(answers: Answers) -> bool:
        chosen = answers.get("more")
        return isinstance(chosen, list) and code in chosen

    return asked


def _day(name: str) -> Day:
    return Day(name, required=False, first=0, last=_DAYS_AHEAD)


FEEDBACK = Journey(
    name="feedback",
    letter="F",
    pages=(
        Page("reason", (Choice("reason", tuple(DelayReason)),)),
        Page("dispute", (), asked=_disputed, link="/my/form/dispute"),
        Page("income", (Choice("income", tuple(IncomeChange), required=False),), asked=_about_income),
        Page(
            "income_sums",
            (Sum("income_before", required=False), Sum("income_now", required=False)),
            asked=_income_changed,
        ),
        Page("pay", (Choice("pay", tuple(PayOffer), required=False),), asked=_can_pay),
        Page(
            "monthly",
            (Sum("monthly_sum", required=False, least=1), _day("monthly_from")),
            asked=_answered("pay", PayOffer.MONTHLY),
        ),
        Page(
            "lump",
            (Sum("lump_sum", required=False, least=1), _day("lump_on")),
            asked=_answered("pay", PayOffer.LUMP_SUM),
        ),
        Page("words", (Words("text"),)),
        Page("mediation", (Choice("wish", tuple(Wish)),)),
        Page("mode", (Choice("mode", tuple(Mode)),), asked=_answered("wish", Wish.YES)),
        Page("more", (Choices("more", MORE),)),
        Page("evidence", (), asked=_more("DOCUMENTS"), link="/my/evidence"),
        *(replace(page, asked=_more(page.name.upper())) for page in contact.PAGES),
    ),
)
"""Only the reason and the wish must be answered; what else is asked depends on them and on `more`."""
