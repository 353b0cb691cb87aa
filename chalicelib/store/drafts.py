"""Drafts: a journey's answers page by page, so that nothing is typed twice and nothing is sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from pynamodb.exceptions import PutError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import Subject
from chalicelib.store import keys
from chalicelib.store.visitor_rows import DraftRow
from chalicelib.store.writes import lost

KEPT = timedelta(days=7)  # *policy*: unsent answers are kept for a week after the last of them
KEPT_SENT = timedelta(days=1)  # long enough for the confirmation to be looked at again
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """Answers by page and field; `id` names the submission that they become, `sent_at` says when (UTC)."""

    id: str
    answered: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sent_at: datetime | None = None


def get(subject: Subject, journey: str, now: datetime) -> Draft | None:
    """Return somebody's draft (strongly consistent), or None when there is none or it is too old."""
    try:
        row = DraftRow.get(*keys.draft(subject, journey), consistent_read=True)
    except DraftRow.DoesNotExist:
        return None
    if row.ttl <= int(now.timestamp()):
        return None
    answered = {page: json.loads(text) for page, text in row.answers.attribute_values.items()}
    return Draft(row.id, answered, row.sent_at)


def save(
    subject: Subject,
    journey: str,
    page: str,
    answers: Mapping[str, Any],
    now: datetime,
    new_id: str,
    *,
    begun: bool = True,
) -> None:
    """Keep one page's answers; they begin a new draft, named `new_id`, when none is open.

    A page is written by itself, so two tabs on two pages lose nothing. `begun`: whether a draft was open
    when it was last looked for, which only saves a call.
    """
    text, ends = json.dumps(answers, ensure_ascii=False), int((now + KEPT).timestamp())
    for _ in range(_TRIES):
        actions = [Path(["answers", page]).set(text), DraftRow.ttl.set(ends)]
        if begun and _update(subject, journey, actions, _open(now)):
            return
        row = DraftRow(*keys.draft(subject, journey), id=new_id, answers={page: text}, ttl=ends)
        try:
            row.save(condition=~_open(now))
        except PutError as error:
            if not lost(error):
                raise
            begun = True  # another tab began it in this moment
            continue
        return
    raise TryAgain("the draft is being written by others")


def mark_sent(subject: Subject, journey: str, draft_id: str, now: datetime) -> None:
    """Note that a draft was sent; its answers stay for the confirmation. A repeat changes nothing."""
    ends = int((now + KEPT_SENT).timestamp())
    _update(
        subject,
        journey,
        [DraftRow.sent_at.set(now), DraftRow.ttl.set(ends)],
        (DraftRow.id == draft_id) & DraftRow.sent_at.does_not_exist(),
    )


def forget_sent(subject: Subject, journey: str) -> None:
    """Show a sending's confirmation no more, because a later act undid it; an unsent draft stays."""
    _update(subject, journey, [DraftRow.ttl.set(0)], DraftRow.sent_at.exists())


def drop(subject: Subject, journey: str) -> None:
    """Forget somebody's answers in a journey."""
    DraftRow(*keys.draft(subject, journey)).delete()


def _open(now: datetime) -> Condition:
    fresh = cast("Condition", DraftRow.ttl > int(now.timestamp()))
    return cast("Condition", fresh & DraftRow.sent_at.does_not_exist())


def _update(subject: Subject, journey: str, actions: list[Any], condition: Condition) -> bool:
    try:
        DraftRow(*keys.draft(subject, journey)).update(actions, condition=condition)
    except UpdateError as error:
        if lost(error):
            return False
        raise
    return True
