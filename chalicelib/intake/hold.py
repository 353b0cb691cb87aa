"""A hold of the lender's is laid over a loan for the profile's term, or lifted before it is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalicelib import profiles
from chalicelib.domain import said
from chalicelib.domain.codes import FactKind, HoldKind
from chalicelib.domain.moments import stamp
from chalicelib.domain.profile import Profile
from chalicelib.domain.rules import Hold
from chalicelib.domain.said import Loan
from chalicelib.intake.contract import HoldData
from chalicelib.intake.say import say
from chalicelib.intake.upstream import Upstream
from chalicelib.notices.go_on import go_on
from chalicelib.store.lenders import Lender
from chalicelib.timers import Timers


def take_hold(upstream: Upstream, data: HoldData, lender: Lender, timers: Timers) -> None:
    """Lay a hold or lift it, by the latest word on its kind; what a lifted one kept waiting goes on at once.

    It lies over the loan: over a case that is still to come, and over the next one, too.
    """
    kind = HoldKind(data.kind)
    profile = profiles.current(lender.profile, upstream.now, lender.scope)
    lifted = data.action == "lifted"
    end = upstream.at if lifted else _end(data, profile.holds[kind], profile, upstream.at)

    def change(loan: Loan, /) -> Loan:
        return said.held(loan, kind, end, upstream.mark)

    detail: dict[str, object] = {"hold": kind.value, "act": "LIFTED" if lifted else "SET", "by": "LENDER"}
    detail |= {"rule": profile.holds[kind].rule.id, "profile_version": profile.version}
    detail |= {"until": stamp(end)} if end else {}
    detail |= {"reference": data.reference} if data.reference else {}
    case = say(upstream, change, FactKind.HOLD, detail)
    if case and lifted and case.is_open:
        go_on(case.id, timers)


def _end(data: HoldData, hold: Hold, profile: Profile, at: datetime) -> datetime | None:
    """Return when a hold ends by itself (UTC): the profile's term, or a later day the lender names."""
    day = at.astimezone(ZoneInfo(profile.zones[0])).date()
    last = _last_day(data, hold, day)
    if data.until and (last is None or data.until > last) and not _lasts(data, hold):
        last = data.until
    return _end_of(last, profile) if last else None


def _lasts(data: HoldData, hold: Hold) -> bool:
    """Whether it lasts until somebody says that it is over: while a crisis is treated, say."""
    return data.crisis and data.treatment_ended is None and hold.days_after_treatment is not None


def _last_day(data: HoldData, hold: Hold, day: date) -> date | None:
    if data.crisis and hold.days_after_treatment is not None:
        if data.treatment_ended is None:
            return None
        return data.treatment_ended + timedelta(days=hold.days_after_treatment)
    if hold.days is None:
        return None
    more = (hold.extension_days or 0) if data.extended else 0
    return day + timedelta(days=hold.days + more)


def _end_of(day: date, profile: Profile) -> datetime:
    """Return when a day is over everywhere in the country."""
    after = day + timedelta(days=1)
    return max(datetime.combine(after, time(), ZoneInfo(zone)).astimezone(UTC) for zone in profile.zones)
