"""What waits for staff, as the operators' commands list, answer and lift it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.borrower import questions
from chalicelib.borrower.complain import complain
from chalicelib.borrower.dispute import Dispute
from chalicelib.domain.codes import FactKind
from chalicelib.forms.journey import Answers, Submission
from chalicelib.store import cases, facts
from chalicelib.timers import Timers
from infra.ops.__main__ import app
from tests.fakes import FakeStepFunctions
from tests.samples import CASE_ID, case

YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


def _sent(letter: str, **answers: str) -> Submission:
    given: Answers = dict(answers)
    return Submission(letter * 16, "", f"{letter.upper()}-AAAA-AAAA", given, YESTERDAY)


@pytest.fixture(autouse=True)
def lived(table: str) -> None:
    """A case with a question, a dispute and a complaint, and a stranger's complaint."""
    cases.open_first(case())
    questions.ask(case(), _sent("q", topic="other", text="要多久？"))
    Dispute(Timers(FakeStepFunctions(), "case", "delivery", "repayment", "complaint"))(
        case(), _sent("d", kind="NOT_MINE")
    )
    complain(_sent("c", category="SERVICE", text="态度不好"), case())
    complain(_sent("e", category="PLATFORM", text="打不开", contact="a@example.com"), None)


def _run(*words: str, fails: bool = False) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*words, "--stage", "test", "--json"])
    assert done.exit_code == (1 if fails else 0), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_nothing_that_came_in_waits_unseen() -> None:
    listed = {
        kind: _run(*kind.split())["waiting"] for kind in ("complaint list", "case disputes", "case questions")
    }
    assert [len(rows) for rows in listed.values()] == [2, 1, 1]
    assert {row["lender"] for row in listed["complaint list"]} == {"demo-bank", ""}
    assert all(row["due"] for row in listed["complaint list"])


def test_a_lenders_own_and_a_later_day_are_told_apart() -> None:
    assert len(_run("complaint", "list", "--lender", "demo-bank")["waiting"]) == 1
    today = datetime.now(UTC).date().isoformat()
    assert _run("complaint", "list", "--since", today)["waiting"] == []
    for wrong in ("yesterday", "2020-01-01", "2999-01-01"):
        assert "--since" in _run("complaint", "list", "--since", wrong, fails=True)["error"]


def test_a_question_is_answered_once_and_leaves_the_list() -> None:
    name = ("case", "answer", str(CASE_ID), "q-aaaa-aaaa")
    assert _run(*name, fails=True)["error"].startswith("Give the answer")
    assert _run(*name, "--text", "两周。")["ok"]
    assert "already" in _run(*name, "--text", "三周。", fails=True)["error"]
    assert _run("case", "questions")["waiting"] == []
    assert _run("case", "questions", str(CASE_ID))["questions"][0]["answer"] == "两周。"


def test_a_hold_is_lifted_with_its_reason_and_its_dispute_leaves_the_list() -> None:
    assert cases.get(CASE_ID).holds == {"DISPUTE", "COMPLAINT"}
    lift = ("case", "lift", str(CASE_ID), "DISPUTE", "--reason")
    assert "--reason" in _run(*lift, " ", fails=True)["error"]
    assert _run(*lift, "checked: not his")["lifted"] == "DISPUTE"
    assert cases.get(CASE_ID).holds == {"COMPLAINT"}
    (fact,) = facts.of(CASE_ID, FactKind.HOLD)
    assert fact.detail == {"hold": "DISPUTE", "act": "LIFTED", "reason": "checked: not his"}
    assert _run("case", "disputes")["waiting"] == []
    assert "COMPLAINT" in _run(*lift, "again", fails=True)["error"]


def test_a_complaint_is_shown_as_it_was_made() -> None:
    (shown,) = _run("complaint", "show", "e-aaaa-aaaa")["complaints"]
    assert (shown["text"], shown["contact"], shown["case"]) == ("打不开", "a@example.com", "")
    assert "no complaint" in _run("complaint", "show", "C-ZZZZ-ZZZZ", fails=True)["error"]


def test_the_lists_read_as_lines() -> None:
    told = CliRunner().invoke(app, ["complaint", "list", "--stage", "test"]).stdout
    assert "2 in all." in told
    assert str(CASE_ID) in told
