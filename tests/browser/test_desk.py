"""Two windows: a borrower and those who work his case, to the signed PDF; and a complaint to its decision."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Browser

from chalicelib.mediation.agreement.statement import statement_in
from tests.browser import roads
from tests.browser.audit import Audit, unseen_focus
from tests.browser.desk import Member, at_the_desk, last, stands
from tests.browser.stage import Stage
from tests.browser.visitor import DESKTOP, PHONE, Visitor, Watch, visitor

NO_MORE = {"represented": "NO", "objects": "NO"}
MEDIATOR, NEW = "wang-fang", "m-new"


@contextmanager
def _window(
    browser: Browser, stage: Stage, language: str, size: tuple[int, int], watch: Watch
) -> Iterator[Visitor]:
    who, context = visitor(browser, stage.stack.url, language, size, watch)
    try:
        who.walked = stage.walked
        yield who
    finally:
        context.close()


def test_a_borrower_and_his_mediator_come_to_a_signed_agreement(
    browser: Browser, stage: Stage, audit: Audit
) -> None:
    loan = f"LN-{uuid.uuid4().hex[:10]}"
    case_id, link = stage.borrower(loan)
    with (
        _window(browser, stage, "zh-CN", PHONE, audit) as borrower,
        at_the_desk(browser, stage, "boss-huang", "en", DESKTOP, audit) as boss,
        at_the_desk(browser, stage, "clerk-chen", "en", DESKTOP, audit) as clerk,
        at_the_desk(browser, stage, MEDIATOR, "en", DESKTOP, audit) as mediator,
        at_the_desk(browser, stage, "bank-liu", "en", DESKTOP, audit) as bank,
    ):
        _enter_somebody(boss, stage)
        roads.enter(borrower, link)
        roads.journey(borrower, "apply", NO_MORE | {"mode": "TELEPHONE"})
        _assigned(stage, loan, case_id, clerk, boss)
        _met(stage, loan, case_id, borrower, link, mediator)
        _drafted(stage, loan, case_id, mediator, bank)
        digest = _signed(stage, loan, case_id, borrower, link, mediator, bank)
        _kept(stage, case_id, borrower, mediator, digest)
        boss.sign_in()
        for path, name in (("/staff/audit", "audit"), ("/staff/talks", "talks"), ("/staff/report", "report")):
            boss.look(path, name)
        boss.look(f"/staff/case/{case_id}/timeline", "timeline")
        boss.look("/staff/find?reference=x", "find-nothing")
    assert audit.faults == []
    assert len(audit.looked) > 30


def _enter_somebody(boss: Member, stage: Stage) -> None:
    """Somebody new is entered with his proofs; the seeded ones have theirs."""
    today = stage.local_day()
    boss.look("/staff/people", "people")
    given = {
        "id": NEW, "profession": "MEDIATOR", "name_zh__CN": "王磊", "name_en": "Wang Lei",
        "organisation_zh__CN": "调解中心", "organisation_en": "Centre",
        "qualifications_zh__CN": "国家认证", "qualifications_en": "Certified",
        "languages": "en", "modes": "ONSITE",
    }  # fmt: skip
    boss.act("person", "new", "enter_person", **given)
    for proof in ("TRAINING", "ASSESSMENT"):
        until = (today + timedelta(days=300)).isoformat()
        days = {"passed_on": today.isoformat(), "valid_until": until}
        boss.act("person", NEW, "prove", proof=proof, what="2026", **days)
    boss.look(f"/staff/people/{NEW}", "person")


def _assigned(stage: Stage, loan: str, case_id: str, clerk: Member, boss: Member) -> None:
    clerk.look("/staff", "worklist")
    clerk.look(f"/staff/case/{case_id}", "case-applied")
    clerk.act("case", case_id, "accept")
    stage.stack.wait_for(stands(stage, loan, "ASSIGNED"))
    if last(stage, loan, "ASSIGNED")["mediator"] != MEDIATOR:
        boss.act("case", case_id, "override", mediator=MEDIATOR, reason="He knows the matter.")


def _met(stage: Stage, loan: str, case_id: str, borrower: Visitor, link: str, mediator: Member) -> None:
    day = stage.local_day() + timedelta(days=6)
    mediator.look(f"/staff/case/{case_id}", "case-assigned")
    ways = {"time": f"{day} 14:00", "mode": "TELEPHONE", "dial_in": "400-000-0009"}
    mediator.act("case", case_id, "offer_times", **ways)
    roads.journey(borrower, "meeting_time")
    stage.stack.wait_for(stands(stage, loan, "SCHEDULED"))
    stage.stack.advance("P6D")
    mediator.sign_in()
    mediator.act("case", case_id, "note", text="He is ready to talk.")
    mediator.look(f"/staff/case/{case_id}", "case-scheduled")
    mediator.act("case", case_id, "open_session")


def _drafted(stage: Stage, loan: str, case_id: str, mediator: Member, bank: Member) -> None:
    mediator.act("case", case_id, "draft", offer="first")
    bank.sign_in()
    bank.look(f"/staff/case/{case_id}/text", "text-draft")
    bank.act("case", case_id, "comment", draft="first", text="The first day suits us.")
    bank.act("case", case_id, "state", text="The loan was paid out in full.")
    mediator.look(f"/staff/case/{case_id}/text", "text-commented")
    mediator.act("case", case_id, "freeze", draft="first")
    stage.stack.wait_for(stands(stage, loan, "SIGNING"))


def _signed(
    stage: Stage, loan: str, case_id: str, borrower: Visitor, link: str, mediator: Member, bank: Member
) -> str:
    roads.enter(borrower, link)
    borrower.open("/my/agreement")
    borrower.at("agreement-to-sign")
    borrower.open("/my/agreement/text")
    borrower.at("agreement-text")
    borrower.open("/my/agreement/sign")
    borrower.at("agreement-sign")
    borrower.press()
    borrower.at("agreement-code")
    borrower.fill(code=stage.code(case_id))
    borrower.press()
    borrower.at("agreement-signed")
    for member, act, address in (
        (bank, "sign_as_creditor", "liu@demo-bank.example"),
        (mediator, "sign_as_mediator", "wang@accord.example"),
    ):
        member.act("case", case_id, "send_signing_code", document="first")
        member.act("case", case_id, act, document="first", code=member.code(stage, address))
    stage.stack.wait_for(stands(stage, loan, "PLAN_ACTIVE"))
    mediator.look(f"/staff/case/{case_id}", "case-agreed")
    found = re.search(r"/agreement/([0-9a-f]{64})", mediator.who.page.content())
    assert found
    return found[1]


def _kept(stage: Stage, case_id: str, borrower: Visitor, mediator: Member, digest: str) -> None:
    """Both have the very bytes that all signed, and the certificate says so."""
    borrower.open("/my/agreement")
    borrower.at("agreement-in-force")
    borrower.open("/my/plan")
    borrower.at("plan")
    mine = borrower.page.request.get(f"{stage.stack.url}/my/agreement/file").body()
    theirs = mediator.who.page.request.get(
        f"{stage.stack.url}/staff/case/{case_id}/agreement/{digest}"
    ).body()
    assert mine == theirs
    assert mine.startswith(b"%PDF"), mine[:80]
    assert hashlib.sha256(mine).hexdigest() == digest
    certificate = borrower.page.request.get(f"{stage.stack.url}/my/agreement/certificate").body()
    statement = statement_in(certificate)
    assert statement
    assert statement.digest == digest
    assert [each.party for each in statement.signatories] == ["BORROWER", "CREDITOR", "MEDIATOR"]


def test_a_complaint_goes_from_its_submission_to_its_decision(
    browser: Browser, stage: Stage, audit: Audit
) -> None:
    case_id, link = stage.borrower()
    with (
        _window(browser, stage, "en", DESKTOP, audit) as borrower,
        at_the_desk(browser, stage, "handler-zhou", "zh-CN", PHONE, audit) as handler,
        at_the_desk(browser, stage, "boss-huang", "zh-CN", PHONE, audit) as boss,
    ):
        roads.enter(borrower, link)
        roads.journey(borrower, "complain")
        found = re.search(r"C-[A-Z2-7]{4}-[A-Z2-7]{4}", borrower.page.locator("main").inner_text())
        assert found
        reference = found[0]
        stage.stack.wait_for(lambda: _sent(stage, case_id, "complaint_acknowledgement"))
        handler.look("/staff?filter=1&kind=complaint", "worklist-complaints")
        handler.look(f"/staff/complaint/{reference}", "complaint-received")
        handler.act("complaint", reference, "take_up")
        handler.act("complaint", reference, "extend_complaint", reason="The recordings are in an archive.")
        boss.look("/staff/approvals", "approvals")
        boss.press_approve(reference)
        handler.act(
            "complaint", reference, "decide",
            outcome="UPHELD", reasons="It rang after ten at night.", redress="We apologise.",
        )  # fmt: skip
        handler.look(f"/staff/complaint/{reference}", "complaint-decided")
        stage.stack.wait_for(lambda: _sent(stage, case_id, "complaint_decision"))
        borrower.open("/my")
        borrower.at("my-decided")
        borrower.open("/my/messages")
        assert "Decision on your complaint" in borrower.page.content()
    assert audit.faults == []


def _sent(stage: Stage, case_id: str, step: str) -> bool:
    return any(each["step"].startswith(step) for each in stage.stack.messages(case_id))


def test_the_desk_is_worked_by_keyboard(browser: Browser, stage: Stage) -> None:
    unseen: list[str] = []
    with at_the_desk(browser, stage, "boss-huang", "en", DESKTOP, lambda who, name: None) as boss:
        for path in ("/staff", "/staff/people", "/staff/do/new/person/enter_person"):
            boss.who.open(path)
            unseen.extend(f"{path}: {each}" for each in unseen_focus(boss.who.page))
    assert unseen == []
