"""Three questions after each step that matters: asked once, answered or not, and never again (policy)."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.borrower.my_case import MyCase
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.domain.keys import CaseId
from chalicelib.forms.journey import Submission
from chalicelib.store import facts
from chalicelib.store.facts import Fact


class Step(StrEnum):
    """What a borrower is asked about, in the order in which a case lives it."""

    FEEDBACK = "FEEDBACK"
    MEETING = "MEETING"
    AGREEMENT = "AGREEMENT"
    COMPLAINT = "COMPLAINT"


def happened(mine: MyCase) -> list[Step]:
    """Return the steps that lie behind: one still ahead can be judged by nobody.

    A complaint counts once it is decided.
    """
    stand = mine.stand
    done = {
        Step.FEEDBACK: stand.answered_at is not None,
        Step.MEETING: stand.meeting is not None and stand.meeting.was_held(stand.now),
        Step.AGREEMENT: stand.agreement is not None and stand.agreement.in_force_since is not None,
        Step.COMPLAINT: any(fact.detail["step"] == "DECIDED" for fact in mine.of(FactKind.HANDLING)),
    }
    return [step for step in Step if done[step]]


def open_steps(mine: MyCase) -> list[Step]:
    """Return the steps behind him of which he has said nothing yet."""
    told = {fact.which[0] for fact in mine.of(FactKind.SURVEY)}
    return [step for step in happened(mine) if step not in told]


def tell(case_id: CaseId, sent: Submission, open_now: list[Step]) -> bool:
    """Record what he thinks of a step; returns whether it is new, as a step is judged once.

    Raises NotFound for a step that has not happened.
    """
    about = str(sent.answers["about"])
    if about in open_now:
        detail = {"reference": sent.reference, **sent.answers}
        return facts.append(Fact(case_id, FactKind.SURVEY, sent.at, (about,), detail))
    if facts.exists(case_id, FactKind.SURVEY, about):
        return False
    raise NotFound(f"step {about} has not happened in case {case_id}")
