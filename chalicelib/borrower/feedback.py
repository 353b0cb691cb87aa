"""A borrower answers: why the payment is late, in his words, and whether he wants mediation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.borrower.receipt import receipt_step
from chalicelib.domain.case import status_after_feedback
from chalicelib.domain.codes import DelayReason, FactKind, Mode, Stage, Wish
from chalicelib.domain.errors import FieldError, InvalidAnswer
from chalicelib.domain.keys import CaseId
from chalicelib.store import answers, cases, waits
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers

MAX_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer; `id` names this one submission, so that sending it twice is harmless."""

    id: str
    reason: DelayReason
    text: str
    wish: Wish
    mode: Mode | None


def read_answer(form: Mapping[str, str]) -> Answer:
    """Return the answer in a form; raises InvalidAnswer with every fault, each under its field's name.

    Line ends count once: a browser sends CR LF where the borrower typed one.
    """
    text = form.get("text", "").replace("\r\n", "\n").strip()
    faults = []
    if form.get("reason") not in set(DelayReason):
        faults.append(FieldError("reason", "required"))
    if len(text) > MAX_TEXT:
        faults.append(FieldError("text", "too_long"))
    if form.get("wish") not in set(Wish):
        faults.append(FieldError("wish", "required"))
    wants = form.get("wish") == Wish.YES
    if wants and form.get("mode") not in set(Mode):
        faults.append(FieldError("mode", "required"))
    if faults:
        raise InvalidAnswer(tuple(faults))
    return Answer(
        id=form.get("answers_id", "")[:36],
        reason=DelayReason(form["reason"]),
        text=text,
        wish=Wish(form["wish"]),
        mode=Mode(form["mode"]) if wants else None,
    )


@dataclass(frozen=True, slots=True)
class GiveFeedback:
    """Takes answers: the fact first, the signal and the confirmation after."""

    timers: Timers

    def __call__(self, case_id: CaseId, answer: Answer, now: datetime) -> None:
        """Record an answer, wake the waiting execution and have the answer confirmed, once a case.

        A repeat does again what comes after the record and changes nothing. If that fails the answer stands
        and the sweeper does the rest. Raises CaseClosed.
        """
        detail = {
            "reason": answer.reason.value,
            "text": answer.text,
            "wish": answer.wish.value,
            "mode": answer.mode.value if answer.mode else None,
        }
        fact = Fact(case_id, FactKind.FEEDBACK, now, (answer.id,), detail)
        answers.answer(case_id, status_after_feedback(answer.wish), fact)
        wait = waits.get(case_id)
        if wait and Stage.ANSWERED not in (wait.stage, wait.resume):
            self.timers.answer(wait.token)
        if step := receipt_step(cases.get(case_id)):
            self.timers.deliver(case_id, step.name, step.patience, now)
