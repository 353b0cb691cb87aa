"""A case for its operators: questions to answer, disputes and holds: `python -m infra.ops case questions`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chalicelib.borrower import questions as asked
from chalicelib.borrower.dispute import take_off_the_list
from chalicelib.domain.codes import FactKind, HoldKind
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.store import cases, holds
from chalicelib.store.facts import Fact
from chalicelib.texts.plain import plain
from infra.ops.command import AsJson, EndpointUrl, Refusal, Stage, StageName, answer, refusals
from infra.ops.waiting import OfLender, Since, show_waiting, waiting_since

app = typer.Typer(no_args_is_help=True, help="Cases: questions to answer, disputes, holds.")
CaseName = Annotated[str, typer.Argument(help="The case's id: LOANKEY-1.")]
_LONGEST = 4_000


@app.command()
def questions(
    case: Annotated[str, typer.Argument(help="One case; without it all that wait are listed.")] = "",
    since: Since = "",
    lender: OfLender = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """List questions: those of a case with their answers, or all that wait for one, oldest first."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        if not case:
            show_waiting(waiting_since(FactKind.QUESTION, since, lender, datetime.now(UTC)), as_json=as_json)
            return
        found = [
            {"reference": one.reference, "asked_at": stamp(one.asked_at), "topic": one.topic}
            | {"text": one.text, "answer": one.answer}
            for one in asked.of_case(_case_id(case))
        ]
        answer({"ok": True, "questions": found}, _lines(found), as_json=as_json)


@app.command()
def disputes(
    since: Since = "",
    lender: OfLender = "",
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """List the disputes that came in, oldest first. Each holds its case until the hold is lifted."""
    with refusals(as_json=as_json):
        Stage(stage, endpoint_url)
        show_waiting(waiting_since(FactKind.DISPUTE, since, lender, datetime.now(UTC)), as_json=as_json)


@app.command(name="answer")
def answer_question(
    case: CaseName,
    question: Annotated[str, typer.Argument(help="Its reference: Q-XXXX-XXXX.")],
    text: Annotated[str, typer.Option(help="The answer ...")] = "",
    file: Annotated[Path | None, typer.Option(help="... or a file that holds it (UTF-8).")] = None,
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Answer a borrower's question, once; he reads it on the page of his questions."""
    with refusals(as_json=as_json):
        words = _answer_text(text, file)
        Stage(stage, endpoint_url)
        if not asked.answer(_case_id(case), question.upper(), words, datetime.now(UTC)):
            raise Refusal(f"{question} has its answer already; an answer stands.")
        answer(
            {"ok": True, "question": question.upper()},
            lambda console: console.print(f"{question.upper()} is answered."),
            as_json=as_json,
        )


@app.command()
def lift(
    case: CaseName,
    kind: Annotated[HoldKind, typer.Argument(help="Which hold.")],
    reason: Annotated[str, typer.Option(help="Why it is lifted; kept on the timeline.")],
    stage: StageName = "dev",
    endpoint_url: EndpointUrl = "",
    as_json: AsJson = False,
) -> None:
    """Lift a hold once what it waits for has happened: a dispute answered, a complaint decided."""
    with refusals(as_json=as_json):
        if not reason.strip():
            raise Refusal("Say with --reason why the hold is lifted.")
        Stage(stage, endpoint_url)
        found, now = cases.get(_case_id(case)), datetime.now(UTC)
        detail = {"hold": kind.value, "act": "LIFTED", "reason": reason.strip()}
        fact = Fact(found.id, FactKind.HOLD, now, (kind.value, "LIFTED", stamp(now)), detail)
        if not holds.lift(found.id, kind, fact):
            lie = ", ".join(sorted(found.held(now))) or "none"
            raise Refusal(f"No hold {kind.value} lies over {found.id}; over it lie: {lie}.")
        take_off_the_list(found.id, kind)
        answer(
            {"ok": True, "case": str(found.id), "lifted": kind.value},
            lambda console: console.print(f"{kind.value} is lifted from {found.id}."),
            as_json=as_json,
        )


def _case_id(case: str) -> CaseId:
    try:
        return CaseId.parse(case)
    except ValueError:
        raise Refusal(f"{case!r} is no case id; give LOANKEY-1.") from None


def _answer_text(text: str, file: Path | None) -> str:
    if bool(text) == bool(file):
        raise Refusal("Give the answer by --text or by --file, one of them.")
    words = (file.read_text(encoding="utf-8") if file else text).strip()
    if not 0 < len(words) <= _LONGEST:
        raise Refusal(f"An answer has 1 to {_LONGEST} characters; this one has {len(words)}.")
    return words


def _lines(found: list[dict[str, str]]) -> Callable[[Console], None]:
    def show(console: Console) -> None:
        for one in found or [{"reference": "No questions."}]:
            console.print(plain("  ".join(value for value in one.values() if value)))

    return show
