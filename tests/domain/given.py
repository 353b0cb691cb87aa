"""Profiles as their JSON, whole or with something changed, and people with a past."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from chalicelib import profiles
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, ContactState, Purpose
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.person import Contact, Person
from chalicelib.domain.profile import Profile
from chalicelib.domain.profile_data import parse_profile
from chalicelib.domain.windows import Window, zones_of
from tests.samples import borrower, case

JURISDICTIONS = ("CN", "US", "GB", "EU")
SHIPPED = [version for name in JURISDICTIONS for version in profiles.versions(name)]

LENDERS = ("demo-bank", "other-bank")
LOANS = ("LN-1", "LN-2")
# Zones that change their clocks by an hour, by half an hour, at odd hours, or not at all; two that are none.
ZONES = [
    "Asia/Shanghai", "America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "Europe/London",
    "Europe/Athens", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "Asia/Beirut",
    "Mars/Olympus", None,
]  # fmt: skip
MOMENTS = st.datetimes(datetime(2025, 2, 1), datetime(2028, 3, 2), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


def data(jurisdiction: str) -> dict[str, Any]:
    """Return the JSON of a jurisdiction's first version."""
    path = Path(profiles.__file__).with_name(f"{jurisdiction.lower()}.json")
    first: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["versions"][0]
    return first


def changed(whole: dict[str, Any], path: str, value: Any = None, *, drop: bool = False) -> dict[str, Any]:
    """Return a copy in which what `path` (`caps/0/most`) names is another value, or is gone."""
    found = copy.deepcopy(whole)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    place: Any = found
    for part in way:
        place = place[part]
    if drop:
        del place[last]
    else:
        place[last] = value
    return found


def profile(jurisdiction: str, **changes: Any) -> Profile:
    """Return a jurisdiction's first version with other values; `caps__0__most=2` changes one inside."""
    given = data(jurisdiction)
    for path, value in changes.items():
        given = changed(given, path.replace("__", "/"), value)
    return parse_profile(jurisdiction, given, profiles.calendar)


def debt(
    lender: str = "demo-bank", loan: str = "LN-1", zone: str | None = "Asia/Shanghai", **changes: Any
) -> Case:
    """Return a case of one debt whose borrower can be reached over every channel."""
    reachable = borrower(timezone=zone, postal=("1 High Street",), app_user="u-1")
    given = {"borrower": reachable} | changes
    return case(id=CaseId(loan_key(lender, loan), 1), lender=lender, loan=loan, **given)


def contact(at: datetime, channel: ChannelName = ChannelName.SMS, **changes: Any) -> Contact:
    """Return an attempt to reach the borrower about LN-1 of the demo bank."""
    plain: dict[str, Any] = {
        "purpose": Purpose.COLLECTION,
        "lender": "demo-bank",
        "loan_key": loan_key("demo-bank", "LN-1"),
        "state": ContactState.REACHED,
    }
    return Contact(at, channel, **(plain | changes))


def person(*contacts: Contact, **changes: Any) -> Person:
    """Return a person with these recent contacts."""
    return Person("p" * 22, contacts={str(n): one for n, one in enumerate(contacts)}, **changes)


@st.composite
def pasts(draw: st.DrawFn, at: datetime) -> list[Contact]:
    """Contacts of the last weeks, some of them a moment from now by another clock."""
    found = []
    for _ in range(draw(st.integers(0, 8))):
        lender = draw(st.sampled_from(LENDERS))
        found.append(
            Contact(
                at - timedelta(seconds=draw(st.integers(-60, 10 * 86_400))),
                draw(st.sampled_from(ChannelName)),
                draw(st.sampled_from(Purpose)),
                lender,
                loan_key(lender, draw(st.sampled_from(LOANS))),
                draw(st.sampled_from(ContactState)),
            )
        )
    return found


def is_open(window: Window, closed: set[date], moment: datetime, zone: str | None, country: Profile) -> bool:
    """Whether a moment lies inside the hours, read off every clock that counts."""
    clocks = [moment.astimezone(each) for each in zones_of(zone, country.zones)]
    return all(
        window.opens <= clock.time() < window.closes
        and clock.weekday() not in window.closed_weekdays
        and clock.date() not in closed
        for clock in clocks
    )
