"""What a loan system may send: CloudEvents 1.0 whose data is checked field by field."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.domain.itemisation import Itemisation

_MAX_MINOR_UNITS = 10**15
_PLAIN = r"^[^\x00-\x1f\x7f]+$"

MinorUnits = Annotated[int, Field(ge=0, le=_MAX_MINOR_UNITS, description="integer minor units, e.g. 分")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_PLAIN)]
PostalLine = Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=_PLAIN)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Timezone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")]
Postal = Annotated[list[PostalLine], Field(min_length=2, max_length=6)]
AppUser = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:@-]{1,64}$")]
LenderId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,62}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")]
Email = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\]+\.[^@\s.<>,;:\"\\]+$")
]
# Any real event lies far inside; times at the ends of the calendar have no UTC form.
EventTime = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))
]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class BorrowerData(_Strict):
    """Who owes, and how to reach and recognise him."""

    name: Text
    language: Language = "zh-CN"
    timezone: Timezone | None = None
    phone: Phone | None = None
    email: Email | None = None
    postal: Postal | None = None
    app_user: AppUser | None = None
    id_last4: Annotated[str, StringConstraints(pattern=r"^[0-9]{3}[0-9Xx]$")]

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.phone and not self.email and not self.postal:
            raise PydanticCustomError("unreachable", "give phone (E.164), email or postal, or several")
        return self


class AmountData(_Strict):
    """An overdue amount and its components."""

    currency: Currency
    total: MinorUnits
    principal: MinorUnits
    interest: MinorUnits
    fees: MinorUnits
    penalty: MinorUnits
    payments_credits: MinorUnits = 0
    as_of: date

    @model_validator(mode="after")
    def _sums(self) -> Self:
        parts = self.principal + self.interest + self.fees + self.penalty - self.payments_credits
        if parts != self.total:
            raise PydanticCustomError(
                "components_do_not_sum",
                "principal + interest + fees + penalty - payments_credits = {parts}, but total is {total}",
                {"parts": parts, "total": self.total},
            )
        return self


class OverdueAmountData(AmountData):
    """An amount that is really overdue."""

    total: Annotated[int, Field(ge=1, le=_MAX_MINOR_UNITS)]


class ItemizationData(_Strict):
    """How the debt grew since its itemization date (12 CFR 1006.34(b)(3), (c)(2)); it sums to the amount."""

    date: date
    creditor: Text | None = None
    balance: MinorUnits
    interest: MinorUnits = 0
    fees: MinorUnits = 0
    payments: MinorUnits = 0
    credits: MinorUnits = 0

    def itemisation(self) -> Itemisation:
        """Return it as the case keeps it."""
        return Itemisation(
            on=self.date,
            creditor=self.creditor or "",
            balance=self.balance,
            interest=self.interest,
            fees=self.fees,
            payments_credits=self.payments + self.credits,
        )

    def require_fit(self, amount: AmountData) -> None:
        """Raise PydanticCustomError unless this leads to the amount, and its date is not a later one."""
        parts = self.balance + self.interest + self.fees - self.payments - self.credits
        if parts != amount.total:
            raise PydanticCustomError(
                "components_do_not_sum",
                "itemization: balance + interest + fees - payments - credits = {parts}, but total is {total}",
                {"parts": parts, "total": amount.total},
            )
        if self.date > amount.as_of:
            raise PydanticCustomError("dates", "itemization.date must not lie after amount.as_of")


class OverdueData(_Strict):
    """A loan fell overdue, or is overdue still with a newer balance."""

    borrower: BorrowerData
    amount: OverdueAmountData
    due_date: date
    overdue_since: date
    account_last4: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{2,4}$")]
    itemization: ItemizationData | None = None
    default_date: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.overdue_since < self.due_date:
            raise PydanticCustomError("dates", "overdue_since must not lie before due_date")
        if self.amount.as_of < self.due_date:
            raise PydanticCustomError("dates", "amount.as_of must not lie before due_date")
        if self.default_date and self.default_date <= self.amount.as_of:
            raise PydanticCustomError("dates", "default_date must lie after amount.as_of")
        if self.itemization:
            self.itemization.require_fit(self.amount)
        return self


class PaidData(_Strict):
    """What was paid."""

    currency: Currency
    paid: Annotated[int, Field(ge=1, le=_MAX_MINOR_UNITS)]


class PaymentData(_Strict):
    """A payment came in; `outstanding` is what remains overdue after it."""

    amount: PaidData
    outstanding: AmountData

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if self.amount.currency != self.outstanding.currency:
            raise PydanticCustomError("currency", "amount and outstanding must share one currency")
        return self


class SettledData(_Strict):
    """Nothing is overdue any more."""

    settled_on: date


class BalanceData(_Strict):
    """The overdue balance as it now stands; zero settles the loan."""

    outstanding: AmountData
    reason: Literal["CORRECTION", "INTEREST", "FEE", "WAIVER", "OTHER"] = "OTHER"


class ReopenedData(_Strict):
    """A settlement or payment was reversed: the loan is overdue again with this balance."""

    outstanding: OverdueAmountData
    reason: Literal["PAYMENT_RETURNED", "BOOKED_IN_ERROR", "OTHER"]


class HoldData(_Strict):
    """A hold of the lender's is laid over the loan, or is over; the profile says how long one lasts.

    `until` is a last day the lender knows of, which never shortens the profile's term. `extended`: the term's
    one extension. `crisis`: while somebody is treated for a mental-health crisis, until `treatment_ended`.
    """

    kind: Literal["HARDSHIP", "MORATORIUM", "INSOLVENCY", "DECEASED", "IDENTITY_THEFT", "DISPUTE"]
    action: Literal["set", "lifted"]
    until: date | None = None
    reference: Text | None = None
    extended: bool = False
    crisis: bool = False
    treatment_ended: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.action == "lifted" and (self.until or self.extended or self.crisis or self.treatment_ended):
            raise PydanticCustomError("lifted", "a hold that is lifted has no term")
        if self.treatment_ended and not self.crisis:
            raise PydanticCustomError("crisis", "treatment_ended needs crisis")
        if self.crisis and self.kind != "MORATORIUM":
            raise PydanticCustomError("crisis", "only a MORATORIUM can be one of a crisis")
        return self


class ContactData(_Strict):
    """What changed of how to reach the borrower; null takes an address away, what is left out stays."""

    language: Language | None = None
    timezone: Timezone | None = None
    phone: Phone | None = None
    email: Email | None = None
    postal: Postal | None = None
    app_user: AppUser | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty", "name at least one thing that changed")
        if "language" in self.model_fields_set and self.language is None:
            raise PydanticCustomError("language", "a language cannot be taken away")
        return self


EventData = OverdueData | PaymentData | SettledData | BalanceData | ReopenedData | HoldData | ContactData

DATA: dict[str, type[EventData]] = {
    "loan.overdue.v1": OverdueData,
    "loan.payment.v1": PaymentData,
    "loan.settled.v1": SettledData,
    "loan.balance.v1": BalanceData,
    "loan.reopened.v1": ReopenedData,
    "loan.hold.v1": HoldData,
    "borrower.contact.v1": ContactData,
}

_EXTENSION = re.compile(r"^[a-z0-9]{1,20}$")


class Envelope(BaseModel):
    """The CloudEvents attributes; `source` is the lender, `subject` the loan account.

    `sequence` is CloudEvents' extension of that name: it orders events of one subject and one `time`.
    """

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    specversion: Literal["1.0"]
    id: Text
    source: LenderId
    type: Text
    subject: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=_PLAIN)]
    time: EventTime | None = None
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] | None = None
    data: dict[str, object]

    @model_validator(mode="after")
    def _extensions(self) -> Self:
        for name in self.model_extra or {}:
            if not _EXTENSION.match(name):
                raise PydanticCustomError(
                    "attribute", "{name} is no CloudEvents attribute (a-z and 0-9 only)", {"name": name}
                )
        return self
