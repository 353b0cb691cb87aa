"""A one-time code is sent to an address on file over another channel than the link came by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links, profiles
from chalicelib.domain.access import channel_for, issue
from chalicelib.domain.case import Case
from chalicelib.domain.errors import NotFound
from chalicelib.store import access_codes, cases, persons, tries
from chalicelib.store import links as link_rows
from chalicelib.store.links import Link
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class SendCode:
    """Sets codes going; the senders derive the code anew, so that it waits in no queue and no execution."""

    timers: Timers
    pepper: Callable[[], bytes]

    def __call__(self, token: str, now: datetime) -> bool:
        """Send a code to whoever holds a link; returns whether one was set going, which nobody may be told.

        None is sent over a dead link, to a locked case, to somebody without another address, too soon or
        too often. If the machine does not start, the next request sends the next code.
        """
        link = link_rows.find(links.digest(token, self.pepper()), now)
        case = _case(link) if link else None
        if link is None or case is None or not link.is_his(case.borrower) or _is_locked(link, case, now):
            return False
        channel = channel_for(link.channel, case.borrower, persons.get(case.borrower.person))
        if channel is None:
            return False
        before = access_codes.get(case.id)
        issued = issue(before, channel, now)
        if issued is None or not access_codes.put(case.id, issued, before):
            return False
        step = profiles.of_version(case.profile, case.profile_version).step_named(issued.step)
        self.timers.deliver(case.id, step.name, step.patience, now)
        return True


def _is_locked(link: Link, case: Case, now: datetime) -> bool:
    return any(tries.locked(row, now) for row in (tries.of_link(link.digest), tries.of_case(case.id)))


def _case(link: Link) -> Case | None:
    try:
        return cases.get(link.case_id)
    except NotFound:
        return None
