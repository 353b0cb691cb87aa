"""Drafts of an agreement and the comments on them, as facts of the case.

The comments on a draft are numbered. Whoever ends them, with a newer draft or with the final text, takes the
next comment's place: so no comment is written past him, and no two of them end the same draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement, Parts, Way
from chalicelib.domain.clauses import Draft
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Amount
from chalicelib.domain.repayment_plan import Instalment, RepaymentPlan
from chalicelib.store import facts, together
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, Row

_BEFORE_DRAFT = (CaseStatus.IN_SESSION, CaseStatus.ADJOURNED, CaseStatus.DRAFTED)
_ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Comment:
    """What one side said of a draft, under the id of its sending; `party` is who said it."""

    id: str
    party: Party
    text: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments on one draft, in order, and whether it takes no more."""

    said: tuple[Comment, ...]
    ended: bool


def put(case_id: CaseId, draft: Draft, before: tuple[int, Comments] | None) -> bool:
    """Write a draft, and end the one `before` (its number, its comments as read), all or none.

    Returns False when this draft is there already, a comment came in between, or the case is elsewhere.
    """
    rows: list[Row] = [facts.to_row(_fact(case_id, draft))]
    if before and not before[1].ended:
        rows.append(ending(case_id, *before, draft.at))
    return together.put_and_change(rows, case_id, _into(CaseStatus.DRAFTED, draft.at), _is_in(*_BEFORE_DRAFT))


def ending(case_id: CaseId, number: int, comments: Comments, now: datetime) -> Row:
    """Return the row that takes the next comment's place."""
    which = (f"{number:04d}", f"{len(comments.said) + 1:04d}")
    return facts.to_row(Fact(case_id, FactKind.COMMENT, now, which, {_ENDED: True}))


def comment(case_id: CaseId, number: int, said: Comment, place: int) -> bool:
    """Write the `place`-th comment on a draft; False when the place is taken or the case elsewhere."""
    detail = {"id": said.id, "reference": said.reference, "party": said.party.value, "text": said.text}
    which = (f"{number:04d}", f"{place:04d}")
    row = facts.to_row(Fact(case_id, FactKind.COMMENT, said.at, which, detail))
    unmoved = [CaseRow.status.set(CaseStatus.DRAFTED.value)]
    return together.put_and_change([row], case_id, unmoved, _is_in(CaseStatus.DRAFTED))


def get(case_id: CaseId) -> Draft | None:
    """Return the case's newest draft (strongly consistent), or None."""
    return latest(facts.of(case_id, FactKind.DRAFT))


def latest(found: Iterable[Fact]) -> Draft | None:
    """Return the newest draft among a case's facts (pure)."""
    drafts = [_read(fact) for fact in found if fact.kind == FactKind.DRAFT]
    return max(drafts, key=lambda each: each.number, default=None)


def comments(case_id: CaseId, number: int) -> Comments:
    """Return the comments on a draft (strongly consistent)."""
    return comments_in(facts.of(case_id, FactKind.COMMENT), number)


def comments_in(found: Sequence[Fact], number: int) -> Comments:
    """Return the comments on a draft among a case's facts (pure)."""
    own = [fact for fact in found if fact.kind == FactKind.COMMENT and fact.which[0] == f"{number:04d}"]
    said = [
        Comment(fact.detail["id"], Party(fact.detail["party"]), fact.detail["text"], fact.at)
        for fact in sorted(own, key=lambda fact: fact.which)
        if _ENDED not in fact.detail
    ]
    return Comments(tuple(said), len(said) < len(own))


def _is_in(*statuses: CaseStatus) -> Condition:
    return CaseRow.status.is_in(*(each.value for each in statuses))


def _into(status: CaseStatus, now: datetime) -> list[Any]:
    return [CaseRow.status.set(status.value), CaseRow.since.set(now)]


def _fact(case_id: CaseId, draft: Draft) -> Fact:
    found = draft.arrangement
    detail = {
        "way": found.way.value,
        "owed": asdict(found.owed) | {"as_of": found.owed.as_of.isoformat()},
        "waived": asdict(found.waived),
        "interest": found.interest,
        "plan": [[each.due.isoformat(), each.amount] for each in found.plan.instalments],
        "languages": list(draft.languages),
        "mediator": draft.mediator,
        "by": draft.by,
        "issues": dict(draft.issues),
        "special": dict(draft.special),
        "clauses": draft.clauses,
        "approved_by": draft.approved_by,
    }
    return Fact(case_id, FactKind.DRAFT, draft.at, (f"{draft.number:04d}",), detail)


def _read(fact: Fact) -> Draft:
    said = dict(fact.detail)
    owed = Amount(**{**said["owed"], "as_of": date.fromisoformat(said["owed"]["as_of"])})
    instalments = tuple(
        Instalment(place, date.fromisoformat(due), amount)
        for place, (due, amount) in enumerate(said["plan"], 1)
    )
    plan = RepaymentPlan(owed.currency, sum(each.amount for each in instalments), instalments)
    arrangement = Arrangement(
        way=Way(said["way"]),
        owed=owed,
        plan=plan,
        waived=Parts(**said["waived"]),
        interest=said["interest"],
    )
    rest = {name: said[name] for name in ("mediator", "by", "issues", "special", "clauses")}
    return Draft(
        number=int(fact.which[0]),
        arrangement=arrangement,
        languages=tuple(said["languages"]),
        at=fact.at,
        approved_by=said.get("approved_by", ""),
        **rest,
    )
