"""How a purpose's values are shown: in the reader's language, his region's forms, the profile's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chalicelib.domain.itemisation import Itemisation
from chalicelib.domain.local_form import (
    format_appointment,
    format_date,
    format_day,
    format_moment,
    format_money,
)
from chalicelib.notices.purposes import Agreement, ComplaintNews, Court, Feedback, Instalment, Meeting
from chalicelib.texts import fill
from chalicelib.texts.plain import require_link

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: language and region, the words of his profile, how texts from outside are made safe."""

    language: str
    region: str
    words: dict[str, Any]
    clean: Callable[[str], str]

    def day(self, name: str, day: date | None) -> Values:
        """Return a day long, `_short` (no year) and `_day` (short, with its year); empty for None."""
        if day is None:
            return dict.fromkeys((name, f"{name}_short", f"{name}_day"), "")
        return {
            name: format_date(day, self.language, region=self.region),
            f"{name}_short": format_date(day, self.language, short=True, region=self.region),
            f"{name}_day": format_day(day, self.language, region=self.region),
        }

    def money(self, minor: int, currency: str) -> str:
        """Return minor units of a currency as this reader writes them."""
        return format_money(minor, currency, self.language, region=self.region)

    def moment(self, moment: datetime) -> str:
        """Return a moment, which is already in the reader's zone."""
        return format_moment(moment, self.language, region=self.region)

    def appointment(self, moment: datetime) -> str:
        """Return a moment to be met, with its weekday and the name of its zone."""
        at, zone = format_appointment(moment, self.language, region=self.region), moment.tzname() or ""
        named = self.words["zones"].get(zone, f"UTC{zone}" if zone[:1] in "+-" else zone)
        said: str = fill(self.words["appointment"], at=at, zone=named)
        return said


def feedback_values(news: Feedback, reader: Reader, currency: str) -> Values:
    """Return what a receipt says of the answer."""
    return {
        "feedback_reference": reader.clean(news.reference),
        "feedback_received_at": reader.moment(news.received_at),
        **reader.day("feedback_received_on", news.received_at.date()),
    }


def meeting_values(meeting: Meeting, reader: Reader, currency: str) -> Values:
    """Return when, how, where and with whom; raises ValueError for an unsafe link or a naive moment."""
    link = require_link(meeting.link)
    return {
        "meeting_at": reader.appointment(meeting.at),
        "meeting_mode": reader.words["modes"][meeting.mode],
        "meeting_mediator": reader.clean(meeting.mediator),
        "meeting_link": link,
        "meeting_place": reader.clean(meeting.place) or (link and reader.words["meeting_by_link"]),
    }


def agreement_values(agreement: Agreement, reader: Reader, currency: str) -> Values:
    """Return what is to be signed and until when; the code is the head of the document's hash."""
    return {
        "agreement_reference": reader.clean(agreement.reference),
        "agreement_total": reader.money(agreement.total, currency),
        "agreement_instalments": agreement.instalments,
        "agreement_code": reader.clean(agreement.digest)[:16].upper(),
        **reader.day("agreement_sign_by", agreement.sign_by),
        **reader.day("agreement_first_due", agreement.first_due),
    }


def court_values(court: Court, reader: Reader, currency: str) -> Values:
    """Return which agreement a court can confirm, and until when."""
    return {
        "court_reference": reader.clean(court.reference),
        **reader.day("court_last_day", court.last_day),
    }


def instalment_values(instalment: Instalment, reader: Reader, currency: str) -> Values:
    """Return which payment of the plan is due, and when."""
    which = {"number": instalment.number, "of": instalment.of}
    return {
        "instalment_words": fill(reader.words["instalment"], **which),
        "instalment_amount": reader.money(instalment.amount, currency),
        **reader.day("instalment_due", instalment.due),
    }


def complaint_values(news: ComplaintNews, reader: Reader, currency: str) -> Values:
    """Return what there is to tell of a complaint; reasons come as paragraphs."""
    paragraphs = [reader.clean(line) for line in news.reasons.splitlines()]
    return {
        "complaint_reference": reader.clean(news.reference),
        "complaint_decision": reader.clean(news.decision) or news.outcome,
        "complaint_outcome": news.outcome,
        "complaint_reasons": [line for line in paragraphs if line],
        "complaint_routes": [reader.clean(line) for line in news.routes] or reader.words["complaint_routes"],
        **reader.day("complaint_received_on", news.received_on),
        **reader.day("complaint_decide_by", news.decide_by),
    }


def itemisation_values(itemised: Itemisation, reader: Reader, currency: str) -> Values:
    """Return the debt on its itemisation date and what was added and taken since."""
    amounts = {name: getattr(itemised, name) for name in ("balance", "interest", "fees", "payments_credits")}
    return {
        "itemisation_creditor": reader.clean(itemised.creditor),
        **{f"itemisation_{name}": reader.money(minor, currency) for name, minor in amounts.items()},
        **reader.day("itemisation_date", itemised.on),
    }


PURPOSE_VALUES: dict[str, Callable[[Any, Reader, str], Values]] = {
    "feedback": feedback_values,
    "meeting": meeting_values,
    "agreement": agreement_values,
    "court": court_values,
    "instalment": instalment_values,
    "complaint": complaint_values,
    "itemisation": itemisation_values,
}
