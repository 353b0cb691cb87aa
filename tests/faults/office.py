"""Staff and borrower at the acts of a mediation: each a form that is sent until it is answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib import links
from chalicelib.borrower import questions
from chalicelib.borrower.dispute import take_off_the_list
from chalicelib.domain.actor import Actor
from chalicelib.domain.errors import AccordError, TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.forms.fields import Value
from chalicelib.staff import acts
from chalicelib.staff.desk import Desk
from chalicelib.store import proposals
from chalicelib.store.proposals import Decided
from tests.faults.people import People
from tests.faults.plane import Crash
from tests.faults.state import Row, rows
from tests.road import KEYS
from tests.samples import CASE_ID

_FORM = "application/x-www-form-urlencoded"
_MOST = 400
DONE, REFUSED, LATER, BROKEN = 200, 409, 503, 502


@dataclass(frozen=True, slots=True)
class Form:
    """An act with what it leaves: one fact of `kind` whose key and words hold each of the `marks`."""

    act: Callable[[Office], object]
    kind: str
    marks: tuple[str, ...] = ()

    @property
    def recorded(self) -> int:
        """How many such facts there are."""
        return sum(
            f"#T#{self.kind}" in row["sk"]
            and all(mark in f"{row['pk']}#{row['sk']} {row['detail']}" for mark in self.marks)
            for row in rows()
        )


FORMS: dict[str, Form] = {}
"""The forms of all scenes, by name."""


class Office(People):
    """A deployment, those who call it, and its staff."""

    def again(self, act: str) -> int:
        """Repeat what failed: an act of the borrower by its method's name, or a form by its own."""
        if act in FORMS:
            return self.press(act)
        return int(getattr(self, act)())

    def press(self, name: str) -> int:
        """Send a form; what is not answered is sent again by `settle`."""
        status = self.carry_out(FORMS[name].act)
        self.state.answers[name] = status
        if status in (LATER, BROKEN) and name not in self.state.pending:
            self.state.pending.append(name)
        return status

    def carry_out(self, act: Callable[[Office], object]) -> int:
        """Carry an act out as a request of its own; says how it was answered."""
        self.wiring.telemetry.metrics.clear_metrics()
        with self.plane.invocation():
            try:
                said = act(self)
            except Crash:
                self.end_process()
                return BROKEN
            except TryAgain:
                return LATER
            except AccordError as error:
                self.state.refused.append(f"{type(error).__name__}: {error}")
                return REFUSED
            except Exception as error:
                self.state.faults.append(f"{type(error).__name__}: {error}")
                return BROKEN
        return said if type(said) is int and said >= DONE else DONE

    def do(self, actor: Actor, act: str, about: str = str(CASE_ID), **given: Value) -> object:
        """Let a member of the staff send an act's form; the same actor's same act is the same form."""
        key = f"{actor.id}-{act}-0001"
        return acts.send(acts.ACTS[act], self.desk(actor, key), about, given)

    def approved(self, proposal: str, desk: Desk) -> object:
        """Let a second person carry out what was proposed; that it is done already is no refusal."""
        if proposals.get(proposal).state == Decided.DONE:
            return False
        return acts.approve(proposal, desk)

    def desk(self, actor: Actor, key: str) -> Desk:
        """Return what an act of a member is carried out with now."""
        return Desk(
            actor=actor,
            now=self.now(),
            timers=self.wiring.timers,
            key=key,
            answer=questions.answer,
            dispute_answered=take_off_the_list,
            papers=self.wiring.papers,
        )

    def until(self, moment: datetime) -> None:
        """Let time pass until `moment`, each timer firing at its own."""
        for _ in range(_MOST):
            due = self.machine.next_timer()
            if due is None or due > moment:
                break
            self.state.now = max(self.now(), due)
            self.run()
        else:
            waits = [
                (one.name, one.state, one.deadline) for one in self.machine.executions.values() if one.live
            ]
            raise AssertionError(f"timers fire without end: {waits}")
        self.state.now = max(self.now(), moment)

    def run(self) -> None:
        """Let machines and senders go on until every execution waits (see World)."""
        raise NotImplementedError

    def sign_over_http(self, digest: str) -> int:
        """Type the code that was sent last into the page of the signature."""
        form = {"csrf": self.state.borrower.csrf, "digest": digest, "code": signing_code()}
        reply = self.http(
            "POST",
            "/my/agreement/sign",
            urlencode(form),
            cookie=self.state.borrower.cookie,
            content_type=_FORM,
        )
        return DONE if reply["statusCode"] == 303 else int(reply["statusCode"])


def head(case_id: CaseId = CASE_ID) -> Row:
    """Return the head of a case as it lies in the table."""
    return next(row for row in rows() if row["sk"] == "CASE" and row["pk"] == f"LOAN#{case_id.loan_key}")


def facts_of(kind: str, case_id: CaseId = CASE_ID) -> list[dict[str, Any]]:
    """Return a case's facts of a kind, by key: their words, with what names them under `which`."""
    start = f"{case_id.generation:04d}#T#{kind}"
    found = [row for row in rows() if row["pk"] == f"LOAN#{case_id.loan_key}"]
    own = sorted((row for row in found if f"{row['sk']}#".startswith(f"{start}#")), key=lambda row: row["sk"])
    return [
        {"which": row["sk"].removeprefix(start).strip("#").split("#"), "at": row["at"], **words(row)}
        for row in own
    ]


def words(row: Row) -> dict[str, Any]:
    """Return what a fact says."""
    said = row.get("detail", {})
    found: dict[str, Any] = json.loads(said) if isinstance(said, str) else said
    return found


def digest_to_sign(case_id: CaseId = CASE_ID) -> str:
    """Return the hash of the newest final text."""
    return str(facts_of("AGREEMENT", case_id)[-1]["digest"])


def signing_code(case_id: CaseId = CASE_ID) -> str:
    """Return the code to sign with that was sent last, as its message brings it."""
    [row] = [
        row
        for row in rows()
        if row["pk"] == f"LOAN#{case_id.loan_key}" and row["sk"] == f"{case_id.generation:04d}#SIGNING"
    ]
    step = f"signing_code-{row['number']}-{row['channel']}"
    return links.access_code(str(case_id), step, KEYS["link_pepper"].encode())


def at(day: date, hour: int) -> datetime:
    """Return an hour (UTC) of a day."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
