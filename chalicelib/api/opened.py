"""A borrower's own case on a page: read once a visit, its days, moments and money as he reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.domain.local_form import format_date, format_moment, format_money
from chalicelib.texts import fill

if TYPE_CHECKING:
    from chalicelib.borrower.my_case import MyCase
    from chalicelib.notices.shown import Reader


@dataclass(frozen=True, slots=True)
class Opened:
    """A case and its reader."""

    visit: Visit
    mine: MyCase

    def day(self, day: date) -> str:
        """Return a day of the borrower's own calendar as he reads it."""
        return format_date(day, self.visit.language, region=self.mine.stand.case.profile)

    def on(self, moment: datetime) -> str:
        """Return the borrower's day of a moment."""
        return self.day(self.mine.stand.day(moment))

    def moment(self, moment: datetime) -> str:
        """Return a moment by the borrower's own clock."""
        case, at = self.mine.stand.case, moment.astimezone(self.mine.stand.zone)
        return format_moment(at, self.visit.language, region=case.profile)

    def appointment(self, moment: datetime) -> str:
        """Return a moment to be met, with its weekday and the name of its zone."""
        return self._reader().appointment(moment.astimezone(self.mine.stand.zone))

    def money(self, minor: int, currency: str) -> str:
        """Return an amount of money."""
        return format_money(minor, currency, self.visit.language, region=self.mine.stand.case.profile)

    def left(self, day: date) -> str:
        """Return how many days are left until a day: `3 days left`; empty once it is over."""
        days = (day - self.mine.stand.today).days
        words: Mapping[str, str] = words_of("my_case", self.visit.language)["left"]
        if days < 0:
            return ""
        said: str = fill(words[{0: "today", 1: "one"}.get(days, "many")], days=days)
        return said

    def _reader(self) -> Reader:
        from chalicelib.notices.shown import Reader
        from chalicelib.texts.catalogue import notice_words
        from chalicelib.texts.plain import plain

        language, profile = self.visit.language, self.mine.stand.case.profile
        return Reader(language, profile, notice_words(profile, language), plain)


def open_case(visit: Visit) -> Opened:
    """Return the case of the session with all that is on record of it: one row and one query."""
    from chalicelib.borrower.my_case import read

    return Opened(visit, read(visit.case(), visit.wiring.clock()))


def regulator(opened: Opened) -> dict[str, Any]:
    """Return where to turn: the regulator and the lender's own desk, in the reader's language."""
    from chalicelib.notices.fill import regulator_of

    visit, case = opened.visit, opened.mine.stand.case
    lender = visit.wiring.lender(case.lender)
    found = regulator_of(opened.mine.profile, lender, visit.language)
    return {
        "name": found.name,
        "phone": found.phone,
        "hours": found.hours,
        "creditor": lender.text("creditor_name", visit.language),
        "complaint": lender.text("complaint_contact", visit.language),
    }
