"""A draft is written, and both sides comment on it, before anything is final."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement
from chalicelib.domain.case import Case
from chalicelib.domain.clauses import Draft
from chalicelib.domain.errors import CaseClosed, OutOfTurn
from chalicelib.domain.keys import CaseId
from chalicelib.domain.profile import Profile
from chalicelib.notices.fill import language_of
from chalicelib.store import agreement_drafts, cases
from chalicelib.store.agreement_drafts import Comment, Comments

Wake = Callable[[CaseId], None]
"""What ends the wait of a case's execution, once what happened is on record; a lost call is healed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the library of clauses cannot know of an agreement; free words by language."""

    mediator: str
    issues: Mapping[str, str] = field(default_factory=dict)
    special: Mapping[str, str] = field(default_factory=dict)


def languages_of(case: Case, profile: Profile) -> tuple[str, ...]:
    """Return an agreement's languages: the jurisdiction's own, which prevails, then the borrower's."""
    return tuple(dict.fromkeys((profile.languages[0], language_of(case, profile))))


@dataclass(frozen=True, slots=True)
class WriteDraft:
    """Writes drafts."""

    wake: Wake

    def __call__(
        self, case: Case, arrangement: Arrangement, wording: Wording, profile: Profile, *,
        by: str, seen: int, now: datetime, approved_by: str = "",
    ) -> Draft:  # fmt: skip
        """Write the next draft in place of the one before; a repeat of the same changes nothing.

        `by` is the writer's id, `approved_by` the second person's who approved what it waives, `seen` how
        many comments on the draft before the writer has read. Raises OutOfTurn when there are more, or no
        session has been held, or the text is final already; CaseClosed.
        """
        last = agreement_drafts.get(case.id)
        said = agreement_drafts.comments(case.id, last.number) if last else None
        draft = Draft(
            number=last.number + 1 if last else 1,
            arrangement=arrangement,
            languages=languages_of(case, profile),
            by=by,
            at=now,
            mediator=wording.mediator,
            issues=wording.issues,
            special=wording.special,
            approved_by=approved_by,
        )
        if said and not said.ended:
            require_all_seen(said, seen)
        if not agreement_drafts.put(case.id, draft, (last.number, said) if last and said else None):
            _explain(case.id, draft.number)
        self.wake(case.id)
        return draft


def comment(case_id: CaseId, number: int, said: Comment) -> bool:
    """Record a comment on the newest draft; returns whether it is new, by its id.

    Raises OutOfTurn when the draft is not the newest any more or its text is final, CaseClosed.
    """
    while True:
        found = agreement_drafts.comments(case_id, number)
        if said.id in {each.id for each in found.said}:
            return False
        newest = agreement_drafts.get(case_id)
        if found.ended or newest is None or newest.number != number:
            raise OutOfTurn("draft {number} takes no more comments; read the newest text", number=number)
        if agreement_drafts.comment(case_id, number, said, len(found.said) + 1):
            return True
        if len(agreement_drafts.comments(case_id, number).said) == len(found.said):
            _explain(case_id, number)


def by_borrower(sending_id: str, reference: str, text: str, now: datetime) -> Comment:
    """Return what the borrower says of a draft."""
    return Comment(sending_id, Party.BORROWER, text, now, reference)


def require_all_seen(comments: Comments, seen: int) -> None:
    """Raise OutOfTurn unless every comment was read."""
    if len(comments.said) > seen:
        unread = len(comments.said) - seen
        raise OutOfTurn("{unread} comment(s) came in since you read them; read them first", unread=unread)


def _explain(case_id: CaseId, number: int) -> None:
    """Raise for what stopped a write on a draft."""
    case = cases.get(case_id)
    if not case.is_open:
        raise CaseClosed("case {case} is closed", case=case_id)
    raise OutOfTurn(
        "draft {number} cannot be written while the case is {status}, or somebody wrote in this moment;"
        " look at the case again",
        number=number,
        status=case.status,
    )
