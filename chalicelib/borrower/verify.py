"""A borrower shows that the link is his: link plus second factor, at most five tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.store import batch, cases, facts, tries
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact


@dataclass(frozen=True, slots=True)
class Verified:
    """The factor is right; the case may be shown. `answered`: he has replied, or it is closed."""

    case_id: CaseId
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """The factor is wrong; `left` tries remain."""

    left: int


class Locked:
    """Too many tries; the case stays shut for 24 hours."""


class Gone:
    """No such link: unknown, expired or revoked, which look alike."""


@dataclass(frozen=True, slots=True)
class Verify:
    """Checks second factors."""

    pepper: Callable[[], bytes]

    def __call__(self, token: str, factor: str, now: datetime) -> Verified | Wrong | Locked | Gone:
        """Use up one try, then compare; `factor` is what was typed: the last four of the ID document."""
        link = link_rows.find(links.digest(token, self.pepper()), now)
        if link is None:
            return Gone()
        try:
            case = cases.get(link.case_id)
        except NotFound:
            return Gone()
        left = tries.take(case.id, now)
        if left is None:
            return Locked()
        given = links.factor_digest(factor, case.id.loan_key, self.pepper())
        if not links.matches(given, case.borrower.factor):
            return Wrong(left) if left else Locked()
        verified = Fact(case.id, FactKind.VERIFIED, now, (link.digest[:12], stamp(now)))
        batch.write([facts.to_row(verified)], gone=[tries.row_of(case.id)])
        return Verified(case.id, case.answered or not case.is_open)
