"""The desk's day: every page of the staff's and the acts that make a call of their own kind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from chalicelib.borrower import questions
from chalicelib.borrower.apply import Apply
from chalicelib.borrower.complain import complain
from chalicelib.domain.actor import Actor
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import CaseId
from chalicelib.forms.journey import Submission
from chalicelib.mediation.agreement.sign import code_of
from chalicelib.store import agreements, cases, complaints, signing_codes, staff_sessions
from chalicelib.wiring import wired
from infra.local.recording import current_function
from tests.api.staff.conftest import PERSON, TALK
from tests.api.staff.member import Answer, Member, hidden
from tests.packaging.driver import Driver
from tests.staff.office import ANNA, AUDITOR, BANK, BOSS, BOSS_TOO, CLERK, MEDIATOR

_COMPLAINT, _REFERENCE = "K7AAKAAA2222", "C-K7AA-KAAA"


class Clerk(Member):
    """A member of the staff whose every request is the function's, from a cold start."""

    def __init__(self, driver: Driver, actor: Actor) -> None:
        super().__init__("en", {})
        self.driver, self.actor = driver, actor
        self.sign_in()

    def sign_in(self) -> None:
        """Begin a session, as it is now."""
        cookie = staff_sessions.begin("s" * 43, self.actor, self.driver.road.clock.now)
        self.jar["__Host-accord-staff"] = cookie

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        self.driver.start_cold("staff_console")
        try:
            return super().ask(method, path, body, headers)
        finally:
            current_function.set("")

    def does(self, about: str, name: str, on: str = "case", **answers: Any) -> None:
        """Send an act's form; a choice of `first` is the first that is offered."""
        path = f"/staff/do/{about}/{on}/{name}"
        asked = self.get(path)
        assert asked.status == 200, f"{name}: {asked.text[-600:]}"
        given = {each: _first(asked, each) if value == "first" else value for each, value in answers.items()}
        sent = self.post(path, {"key": hidden(asked, "key"), **given})
        assert sent.status == 303, f"{name}: {sent.status} {sent.text[-600:]}"

    def reads(self, *paths: str) -> None:
        """Look at pages."""
        for path in paths:
            answer = self.get(path)
            assert answer.status in (200, 303), f"{path}: {answer.status} {answer.text[-600:]}"


def _first(page: Answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page.text)
    assert found, name
    return found[1]


def work(driver: Driver) -> None:
    """A day at the desk."""
    case_id = CaseId.parse(driver.event(id="st1", subject="staffed", borrower={"phone": "+8613800138031"}))
    driver.stage(str(case_id), "Notify")
    boss, clerk = Clerk(driver, BOSS), Clerk(driver, CLERK)
    directory(driver, boss)
    held(driver, clerk, str(case_id))
    applied(driver, case_id)
    accepted(driver, clerk, boss, str(case_id))
    mediator, bank = Clerk(driver, MEDIATOR), Clerk(driver, BANK)
    met(driver, mediator, str(case_id))
    agreed(driver, mediator, bank, case_id)
    complained(driver, boss, case_id)
    looked(driver, clerk, boss, str(case_id))


def held(driver: Driver, clerk: Clerk, case_id: str) -> None:
    """The lender laid a hold, for which the next message waits; somebody ends it before its term."""
    driver.event("hold", id="st2", subject="staffed")
    driver.task("await_signal", case_id, "AwaitWindow", resume="Remind")
    clerk.does(case_id, "end_hold", hold="first", reason="He has a plan with his adviser.")


def directory(driver: Driver, boss: Clerk) -> None:
    """Somebody is entered, with his proofs; a lecture is announced."""
    day = {"year": "2026", "month": "11", "day": "20"}
    boss.does("new", "enter_person", "person", **PERSON)
    for proof in ("TRAINING", "ASSESSMENT"):
        passed = {f"passed_on-{part}": value for part, value in day.items()}
        until = {f"valid_until-{part}": value for part, value in (day | {"year": "2030"}).items()}
        boss.does("m-1", "prove", "person", proof=proof, what="x", **passed, **until)
    boss.does("new", "announce_talk", "talk", **TALK | {"time": "2030-12-09 14:30"})
    boss.reads("/staff/people", "/staff/people/m-1", "/staff/talks")


def applied(driver: Driver, case_id: CaseId) -> None:
    """What a borrower has done before."""
    now, case = driver.road.clock.now, cases.get(case_id)
    Apply(wired().timers)(case_id, Submission("staffed00001", "", "M-st", {"mode": "TELEPHONE"}, now))
    questions.ask(case, Submission("staffed00002", "", "Q-ST", {"topic": "other", "text": "When?"}, now))
    answers = {"category": "SERVICE", "text": "x", "contact": "a@example.com"}
    complain(Submission(_COMPLAINT, "complain", _REFERENCE, answers, now), None)
    driver.task("await_signal", str(case_id), "Acceptance")


def accepted(driver: Driver, clerk: Clerk, boss: Clerk, case: str) -> None:
    clerk.does(case, "answer_question", question="first", text="Tomorrow.")
    clerk.does(case, "accept")
    driver.task("await_signal", case, "Assignment")
    clerk.does(case, "assign")
    driver.task("await_signal", case, "Scheduling")


def met(driver: Driver, mediator: Clerk, case: str) -> None:
    clock = driver.road.clock
    day = (clock.now + timedelta(days=6)).date()
    times = {"time": f"{day} 14:00", "time_2": f"{day} 16:00", "mode": "TELEPHONE", "dial_in": "400"}
    mediator.does(case, "offer_times", **times)
    mediator.does(case, "book", time="first")
    mediator.does(case, "call_off", reason="x")
    mediator.does(case, "book", time="first")
    mediator.does(case, "note", text="x")
    clock.now += timedelta(days=6)
    mediator.sign_in()
    driver.task("await_signal", case, "Meeting")
    mediator.does(case, "open_session")


def agreed(driver: Driver, mediator: Clerk, bank: Clerk, case_id: CaseId) -> None:
    case = str(case_id)
    bank.sign_in()
    mediator.does(case, "draft", offer="first")
    bank.does(case, "comment", draft="first", text="x")
    mediator.reads(f"/staff/case/{case}/text")
    mediator.does(case, "freeze", draft="first")
    driver.task("await_signal", case, "Signature")
    bank.does(case, "send_signing_code", document="first")
    known = signing_codes.get(case_id, BANK.id)
    assert known
    code = code_of(case_id, known, driver.road.wiring.pepper())
    bank.does(case, "sign_as_creditor", document="first", code=code)
    found = agreements.get(case_id)
    assert found
    bank.reads(f"/staff/case/{case}/agreement/{found.digest}")
    bank.does(case, "refuse_text", document="first", reason="x")
    assert cases.get(case_id).status == CaseStatus.ADJOURNED
    mediator.does(case, "close_without_agreement", reason="x")


def complained(driver: Driver, boss: Clerk, case_id: CaseId) -> None:
    """A complaint taken up, extended by two, decided."""
    assert complaints.require(_REFERENCE)
    anna = Clerk(driver, ANNA)
    wait = {"stage": "Acknowledge", "seen": "another", "seconds": 60, "token": "token-of-the-desk"}
    given = {"complaint": _REFERENCE, "id": complaints.require(_REFERENCE).id, "leg": 1, "rounds": 0}
    driver.run("await_payment", given | wait)
    anna.does(_REFERENCE, "acknowledge", "complaint")
    anna.does(_REFERENCE, "take_up", "complaint")
    anna.does(_REFERENCE, "extend_complaint", "complaint", reason="x")
    boss_too = Clerk(driver, BOSS_TOO)
    boss_too.reads("/staff/approvals")
    (proposal,) = re.findall(r"/staff/approvals/([a-z2-7]{12})", boss_too.get("/staff/approvals").text)
    assert boss_too.post(f"/staff/approvals/{proposal}", {"decision": "approve"}).status == 303
    anna.does(_REFERENCE, "decide", "complaint", outcome="UPHELD", reasons="x", redress="x")
    anna.reads(f"/staff/complaint/{_REFERENCE}")


def looked(driver: Driver, clerk: Clerk, boss: Clerk, case: str) -> None:
    """Pages that only read, and the way out."""
    clerk.sign_in()
    boss.sign_in()
    reference = CaseId.parse(case).reference
    boss.reads(
        "/staff?filter=1", f"/staff/find?reference={reference}", "/staff/worklist.csv", "/staff/report",
        "/staff/report.csv", "/staff/audit", f"/staff/audit?about={case}", f"/staff/case/{case}",
        f"/staff/case/{case}/timeline",
    )  # fmt: skip
    shown = boss.get(f"/staff/case/{case}").text
    for notice in re.findall(rf"/staff/case/{case}/message/([0-9a-f]+)", shown)[:1]:
        boss.reads(f"/staff/case/{case}/message/{notice}")
    Clerk(driver, AUDITOR).reads("/staff/audit")
    assert clerk.post("/staff/sign-out").status == 303
