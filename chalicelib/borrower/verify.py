"""A borrower shows that a case is his: link plus second factor or one-time code, or reference plus factor."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import links
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.store import access_codes, batch, cases, facts, printed, tries
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact
from chalicelib.store.visitor_rows import TriesRow

_REFERENCE = re.compile(r"(?:AC)?([A-Z2-7]{8})([1-9][0-9]{0,3})")
_NOT_SAID = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Verified:
    """The factor is right; the case may be shown. `answered`: it asks for no answer, or is closed."""

    case_id: CaseId
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """The factor is wrong; `left` tries remain."""

    left: int


class Locked:
    """Too many tries; the way in stays shut for 24 hours."""


class Gone:
    """No such link: unknown, expired, revoked or sent to an address given up, which look alike."""


Answer = Verified | Wrong | Locked | Gone


@dataclass(frozen=True, slots=True)
class Verify:
    """Checks second factors and codes; every try is used up, on the case and on the way in, before it is
    looked at."""

    pepper: Callable[[], bytes]

    def __call__(self, token: str, factor: str, now: datetime) -> Answer:
        """Check the factor typed (the last four of the ID document) for whoever holds a link."""
        return self._over_link(token, now, lambda case: self._is_factor(case, factor), "factor")

    def by_code(self, token: str, code: str, now: datetime) -> Answer:
        """Check the one-time code typed for whoever holds a link; a code that is right is used up by it."""
        return self._over_link(token, now, lambda case: self._uses(case, code, now), "code")

    def by_reference(self, reference: str, factor: str, now: datetime) -> Answer:
        """Check a case reference with the factor; a reference that is nobody's is Wrong and locks alike."""
        found = _REFERENCE.fullmatch(_NOT_SAID.sub("", reference.upper()))
        if found is None:
            return Wrong(tries.LIMIT)
        start, generation = found[1].lower(), int(found[2])
        way = tries.of_reference(start, generation)
        left = tries.take(way, now)
        if left is None:
            return Locked()
        for loan_key in printed.loans_of(start, now):
            case = _case(CaseId(loan_key, generation))
            if case is None or tries.take(tries.of_case(case.id), now) is None:
                continue
            if self._is_factor(case, factor):
                return _let_in(case, "reference", way, now)
        return Wrong(left) if left else Locked()

    def _over_link(self, token: str, now: datetime, right: Callable[[Case], bool], by: str) -> Answer:
        link = link_rows.find(links.digest(token, self.pepper()), now)
        case = _case(link.case_id) if link else None
        if link is None or case is None or not link.is_his(case.borrower):
            return Gone()
        way = tries.of_link(link.digest)
        left = tries.take(way, now)  # first: a locked link is no way to lock the case
        left_of_case = None if left is None else tries.take(tries.of_case(case.id), now)
        if left is None or left_of_case is None:
            return Locked()
        if not right(case):
            fewest = min(left, left_of_case)
            return Wrong(fewest) if fewest else Locked()
        return _let_in(case, by, way, now, link.digest[:12])

    def _is_factor(self, case: Case, factor: str) -> bool:
        given = links.factor_digest(factor, case.id.loan_key, self.pepper())
        return links.matches(given, case.borrower.factor)

    def _uses(self, case: Case, code: str, now: datetime) -> bool:
        issued = access_codes.get(case.id)
        if issued is None or not issued.good_at(now):
            return False
        due = links.access_code(str(case.id), issued.step, self.pepper())
        return links.matches(links.digits(code), due) and access_codes.use(case.id, issued.number)


def _let_in(case: Case, by: str, way: TriesRow, now: datetime, over: str = "reference") -> Verified:
    """Put the visit on record; the tries count anew."""
    verified = Fact(case.id, FactKind.VERIFIED, now, (over, stamp(now)), {"by": by})
    batch.write([facts.to_row(verified)], gone=[tries.of_case(case.id), way])
    return Verified(case.id, case.answered or not case.is_open)


def _case(case_id: CaseId) -> Case | None:
    try:
        return cases.get(case_id)
    except NotFound:
        return None
