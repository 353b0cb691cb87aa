"""May this message go to this person now? One pure answer, with the rule that gave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName
from chalicelib.domain.profile import Profile
from chalicelib.domain.windows import zones_of


class Verdict(StrEnum):
    """What a rule says of one send."""

    ALLOW = "ALLOW"
    DEFER = "DEFER"
    DENY = "DENY"


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with the rule's id and the profile version it stands in (invariant 21).

    `not_before` is the first permitted moment (UTC) of a DEFER, else None.
    """

    verdict: Verdict
    rule: str
    profile_version: str
    not_before: datetime | None = None


def decide(case: Case, channel: ChannelName, profile: Profile, at: datetime) -> Decision:
    """Return whether a collection contact over `channel` may go out at `at` (aware, UTC).

    Order matters: what forbids for good comes before what only asks to wait.
    """
    if case.status == CaseStatus.CLOSED or case.amount.settled:
        return Decision(Verdict.DENY, "case.closed", profile.version)
    if case.answered:
        return Decision(Verdict.DENY, "case.answered", profile.version)
    if case.holds:
        return Decision(Verdict.DENY, profile.hold_rule.id, profile.version)
    if channel in case.opted_out:
        return Decision(Verdict.DENY, profile.opt_out_rule.id, profile.version)
    if not case.borrower.address(channel):
        return Decision(Verdict.DENY, "person.no_address", profile.version)
    zones = zones_of(case.borrower.timezone, profile.zones)
    moment = profile.contact_window.next_open(at, zones)
    if moment > at:
        return Decision(Verdict.DEFER, profile.contact_window_rule.id, profile.version, moment)
    return Decision(Verdict.ALLOW, profile.contact_window_rule.id, profile.version)
