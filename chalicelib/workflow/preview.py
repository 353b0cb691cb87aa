"""What an event would do if it were sent for good: looked up and decided, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib import profiles
from chalicelib.domain import said
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, HoldKind
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.errors import EventConflict, MissingVariables, NotFound, NoticeBlocked
from chalicelib.domain.moments import stamp
from chalicelib.domain.money import Amount
from chalicelib.intake.accept import upstream_of
from chalicelib.intake.contract import ContactData, HoldData, OverdueData, ReopenedData, SettledData
from chalicelib.intake.open_case import again, following, told_by, was_paid
from chalicelib.intake.parse import LoanEvent
from chalicelib.intake.upstream import Upstream
from chalicelib.links import HashKeys
from chalicelib.notices.plan import Ground, plan
from chalicelib.store import cases, events, persons
from chalicelib.store.cases import Known
from chalicelib.store.events import TakenEvent, means_the_same
from chalicelib.store.lenders import Lender
from chalicelib.workflow.write_notice import WriteNotice

_NO_LINK = "https://example.invalid/n/preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """Says what an event would become; reads the table and writes nothing."""

    hash_keys: Callable[[], HashKeys]
    lender_of: Callable[[str], Lender]
    write: WriteNotice

    def __call__(self, taken: TakenEvent, event: LoanEvent, now: datetime) -> dict[str, Any]:
        """Return what would happen at `now`: `becomes`, the case, and of a new case its first notice.

        Raises EventConflict for an id that came before with another body.
        """
        if _came_before(taken):
            return {"becomes": "REPEAT", "case_id": None}
        upstream, known = upstream_of(taken, event, now), cases.latest(taken.loan_key)
        if opens := self._opens(upstream, event, known):
            return self._opened(opens, now)
        case_id = str(known.id) if isinstance(known, Case) else None
        return {"becomes": _becomes(upstream, event, known), "case_id": case_id}

    def _opens(self, upstream: Upstream, event: LoanEvent, known: Known) -> Case | None:
        """Return the case that the event would open."""
        is_open = isinstance(known, Case) and known.is_open
        if isinstance(event.data, ReopenedData) and isinstance(known, Case):
            if is_open or not was_paid(known, upstream.mark):
                return None
            amount = Amount(**event.data.outstanding.model_dump())
            told = said.restated(known, amount, upstream.at, upstream.mark)
            return again(upstream, told, self.lender_of(known.lender))
        if not isinstance(event.data, OverdueData) or is_open:
            return None
        told = told_by(upstream, event.data, self.lender_of(upstream.taken.lender), self.hash_keys())
        if isinstance(known, Case):
            return following(told, known, upstream.mark)
        return said.opened(told, known, upstream.mark)

    def _opened(self, case: Case, now: datetime) -> dict[str, Any]:
        profile = profiles.of_version(case.profile, case.profile_version)
        rules = {"jurisdiction": profile.jurisdiction, "version": profile.version}
        answer: dict[str, Any] = {"becomes": "CASE_OPENED", "case_id": str(case.id), "profile": rules}
        if not case.is_open:
            return answer | {"becomes": "CASE_SETTLED_ALREADY"}
        this = Ground(case, persons.get(case.borrower.person), profile, profile.steps[0], now, now)
        found = plan(this)
        moments = [one.not_before or now for _, one in found.decisions if one.verdict != Verdict.DENY]
        notices = [self._notice(this, channel, decision) for channel, decision in found.decisions]
        return answer | {"first_notice_at": stamp(min(moments)) if moments else None, "notices": notices}

    def _notice(self, this: Ground, channel: ChannelName, decision: Decision) -> dict[str, Any]:
        """Return whether one channel may be used, under which rule, and what its message still lacks."""
        at = decision.not_before or this.at
        lacks: list[str] = []
        if decision.verdict != Verdict.DENY:
            try:
                ground = replace(this, at=at, since=at)
                self.write.message(ground, channel, self.lender_of(this.case.lender), _NO_LINK, "preview", ())
            except MissingVariables as error:
                lacks = list(error.names)
            except NoticeBlocked as error:
                lacks = [type(error).__name__]
        sends = None if decision.verdict == Verdict.DENY else stamp(at)
        return {"channel": channel.value, "at": sends, "rule": decision.rule, "lacks": lacks}


def _came_before(taken: TakenEvent) -> bool:
    try:
        earlier = events.get(taken.reference)
    except NotFound:
        return False
    if earlier.sha256 != taken.sha256 and not means_the_same(earlier.body, taken.body):
        raise EventConflict(events.conflict(taken))
    return True


def _becomes(upstream: Upstream, event: LoanEvent, known: Known) -> str:
    """Return what a word on a loan becomes that opens no case; an older one than the last changes nothing."""
    if known is None:
        return "KEPT_FOR_CASE"
    if all(upstream.mark <= said.latest(known, name) for name in _names(event)):
        return "OLDER_THAN_KNOWN"
    if not isinstance(known, Case):
        return "KEPT_FOR_CASE"
    if not known.is_open:
        return "NOTED_ON_CLOSED_CASE"
    return "CASE_CLOSED" if _settles(event) else "CASE_CHANGED"


def _names(event: LoanEvent) -> tuple[str, ...]:
    """Return under which names the words of an event are ordered (domain/said.py)."""
    match event.data:
        case HoldData():
            return (said.hold_name(HoldKind(event.data.kind)),)
        case ContactData():
            return tuple(event.data.model_fields_set)
        case SettledData():
            return (said.SETTLED, said.OVERDUE, said.REOPENED)
        case OverdueData():
            return (said.OVERDUE,)
    return (said.BALANCE,)


def _settles(event: LoanEvent) -> bool:
    outstanding = getattr(event.data, "outstanding", None)
    return isinstance(event.data, SettledData) or (outstanding is not None and not outstanding.total)
