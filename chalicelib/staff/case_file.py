"""A case as the staff read it: everything on record that the reader may see, from one query of its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.agreement import Agreement
from chalicelib.domain.case import Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.complaint import Complaint
from chalicelib.domain.keys import CaseId
from chalicelib.domain.mediation import OF_SESSIONS
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.repayment_plan import RepaymentPlan
from chalicelib.staff.sight import may_see_complaint, require_case
from chalicelib.store import agreements, cases, complaints, facts, meetings, plans, session_notes
from chalicelib.store.facts import Fact
from chalicelib.store.session_notes import Note

_OF_COMPLAINTS = frozenset({FactKind.COMPLAINT, FactKind.HANDLING})
_MESSAGES = (FactKind.SENT, FactKind.FAILED, FactKind.UNKNOWN, FactKind.RECEIPT, FactKind.REPLY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What one reader sees of a case: `timeline` is all of it in order, the rest its parts by what they are.

    `answers` are those to `questions`, by the question's id. `notes` are the reader's own.
    """

    case: Case
    timeline: tuple[Fact, ...]
    statements: tuple[Fact, ...]
    messages: tuple[Fact, ...]
    documents: tuple[Fact, ...]
    questions: tuple[Fact, ...]
    answers: Mapping[str, Fact]
    meeting: Meeting | None
    agreement: Agreement | None
    plan: RepaymentPlan | None
    complaints: tuple[Complaint, ...]
    notes: tuple[Note, ...]

    def hours_left(self, now: datetime) -> int | None:
        """Return the whole hours left to its next limit, below 0 once it is past; None without one."""
        due = self.case.due_at
        return None if due is None else int((due - now).total_seconds() // 3_600)


def read(actor: Actor, case_id: CaseId) -> CaseFile:
    """Return a case's file as somebody may read it.

    What a session's messages say is for its mediator and the two sides (invariant 24), a complaint never for
    who is complained of (invariant 13). Raises NotInRole, and NotFound as for a case that does not exist.
    """
    case = require_case(actor, cases.get(case_id))
    mine = case.mediator == actor.id
    made = tuple(one for one in complaints.of_case(case_id) if may_see_complaint(actor, one))
    hidden = _hidden(actor, complained=bool(made), mine=mine)
    found = [fact for fact in facts.of(case_id) if fact.kind not in hidden]
    responses = {fact.which[0]: fact for fact in found if fact.kind == FactKind.RESPONSE}
    return CaseFile(
        case=case,
        timeline=tuple(_seen(found, {one.id for one in made})),
        statements=_of(found, FactKind.STATEMENT),
        messages=_of(found, *_MESSAGES),
        documents=_of(found, FactKind.EVIDENCE),
        questions=_of(found, FactKind.QUESTION),
        answers=responses,
        meeting=meetings.latest(found),
        agreement=agreements.latest(found),
        plan=plans.latest(found),
        complaints=made,
        notes=tuple(session_notes.of(case_id, actor.id)) if mine else (),
    )


def _hidden(actor: Actor, *, complained: bool, mine: bool) -> frozenset[FactKind]:
    of_complaints = frozenset() if complained else _OF_COMPLAINTS
    side = Role.BANK_REPRESENTATIVE in actor.roles
    return of_complaints | (frozenset() if mine or side else OF_SESSIONS)


def _seen(found: list[Fact], made: set[str]) -> list[Fact]:
    return [fact for fact in found if fact.kind not in _OF_COMPLAINTS or fact.which[0] in made]


def _of(found: list[Fact], *kinds: FactKind) -> tuple[Fact, ...]:
    return tuple(fact for fact in found if fact.kind in kinds)
