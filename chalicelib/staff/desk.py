"""What an act of the staff is carried out with: who acts, when, and the parts of the service it touches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.actor import Actor
from chalicelib.domain.codes import HoldKind
from chalicelib.domain.directory import unfit
from chalicelib.domain.keys import CaseId
from chalicelib.forms.fields import Value
from chalicelib.mediation.session import Session
from chalicelib.store import directory
from chalicelib.timers import Timers

if TYPE_CHECKING:  # an act on a complaint must not pay for the typesetting of agreements
    from chalicelib.mediation.agreement.draft import Wake, WriteDraft
    from chalicelib.mediation.agreement.freeze import Freeze
    from chalicelib.mediation.agreement.refuse import Refuse
    from chalicelib.mediation.agreement.sign import Sign
    from chalicelib.mediation.agreement.staff_code import SendStaffCode

Answers = Mapping[str, Value]
"""What was answered in an act's form, by field; what was left out is not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The acts of an agreement, each with what it needs."""

    write_draft: WriteDraft
    freeze: Freeze
    sign: Sign
    send_code: SendStaffCode
    refuse: Refuse
    wake: Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One act's surroundings; `key` is its form's own, the same for a form that is sent twice.

    `answer` answers a question of a case by its reference, `dispute_answered` takes the disputes under a hold
    off the list. `papers` builds what only agreements need. `approver` is the second person, where there is
    one.
    """

    actor: Actor
    now: datetime
    timers: Timers
    key: str
    answer: Callable[[CaseId, str, str, datetime], bool]
    dispute_answered: Callable[[CaseId, HoldKind], None]
    papers: Callable[[], Papers]
    approver: Actor | None = None

    @property
    def session(self) -> Session:
        """The sessions of mediations, with the directory that says who may chair one."""
        return Session(self.timers, lambda person, on: unfit(directory.get(person), on))


def said(answers: Answers, field: str) -> str:
    """Return an answer as text, empty when it was left out."""
    return str(answers.get(field, ""))
