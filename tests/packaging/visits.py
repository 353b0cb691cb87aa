"""Everything a borrower or a guest can do on the pages, each once."""

from __future__ import annotations

import re
from datetime import timedelta

import boto3

from chalicelib import links, profiles
from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.codes import CaseStatus, ChannelName
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.domain.schedules import equal
from chalicelib.domain.talk import Talk
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.draft import Wording
from chalicelib.store import access_codes, cases, complaints, heads, signatures, signing_codes, talks
from chalicelib.store.rows import CaseRow
from infra.local.recording import current_function
from tests.api import inside
from tests.handed_in import PDF
from tests.packaging.driver import Driver
from tests.packaging.visitor import Visitor
from tests.road import UPLOADS
from tests.walk import FEEDBACK, Answers

SURVEY: Answers = {"about": {"about": "FEEDBACK"}, "view": {"clear": "5", "fair": "5", "trust": "5"}}
SIGN_UP: Answers = {
    "talk": {"talk": "talk0001"},
    "who": {"contact": "a@example.com"},
    "consent": {"consent": "YES"},
}
PAGES = ("", "/messages", "/documents", "/evidence", "/meeting", "/agreement", "/plan", "/complaints")
WORDS = {"en": "x", "zh-CN": "x"}


def go_everywhere(driver: Driver) -> None:
    """Let borrower and guest go every way."""
    case = driver.event(id="v1", subject="visits", borrower={"phone": "+8613800138010"})
    driver.stage(case, "Notify")  # the e-mail leaves, and with it check code and reference
    mine = Visitor(driver)
    by_code(mine, case)
    journeys(mine)
    records(mine)
    agreement(mine, CaseId.parse(case))
    guest(Visitor(driver))
    without_link(Visitor(driver), case)
    not_me(Visitor(driver), case)


def answer(driver: Driver, case: str) -> None:
    """Look at every page, change the channels, answer, hand documents in."""
    mine = Visitor(driver)
    mine.enter(case)
    for page in ("info", "notice", "contact", "form/feedback/reason"):
        mine.get(f"/my/{page}")
    for act in ("stop", "start", "stop"):
        mine.post("/my/contact", {"channel": "EMAIL", "act": act})
    mine.journey("feedback", FEEDBACK)
    hand_in(mine)


def hand_in(mine: Visitor) -> None:
    """A document, and one in disguise, from the name to the check and back; each told of twice."""
    for body in (PDF, b"<html>"):
        file = mine.post("/my/evidence/add", {"name": "x"})
        mine.get(file)
        key = f"uploads/{file.split('/')[-2]}"
        current_function.set("api_handler")  # who signed the form is who puts the file
        boto3.client("s3").put_object(Bucket=UPLOADS, Key=key, Body=body)
        current_function.set("")
        for _ in range(2):
            mine.driver.queue("take_evidence", {"detail": {"object": {"key": key}}})
        mine.get(file.removesuffix("/file"), status=303 if body == PDF else 404)


def by_code(mine: Visitor, case: str) -> None:
    """Come in with a one-time code: asked for over a link in an SMS, sent by e-mail."""
    path, wiring = mine.link(case, ChannelName.SMS), mine.driver.road.wiring
    mine.get(path)
    mine.get(mine.post(f"{path}/code/send", {}))
    issued = access_codes.get(CaseId.parse(case))
    assert issued is not None
    mine.driver.stage(case, "Deliver", step=issued.step, at=stamp(wiring.clock()))
    mine.come_in(f"{path}/code", {"code": links.access_code(case, issued.step, wiring.pepper())})


def journeys(mine: Visitor) -> None:
    """Apply, ask for other times, take it back; dispute, complain, ask, judge."""
    for name, road in (
        ("apply", inside.APPLY),
        ("reschedule", inside.RESCHEDULE),
        ("withdraw", inside.WITHDRAW),
        ("dispute", inside.DISPUTE),
        ("complain", inside.COMPLAINT),
        ("ask", inside.QUESTION),
        ("withdraw_complaint", inside.TAKE_BACK),
    ):
        mine.journey(name, dict(road))
    mine.journey("survey", SURVEY)


def records(mine: Visitor) -> None:
    """Look at the case, read a message and a sending of one's own; sign up for a talk."""
    for page in PAGES:
        mine.get(f"/my{page}")
    for listed, one in (("/my/messages", "[0-9a-f]{24}"), ("/my/sent", "[A-Z]-[A-Z2-7]{4}-[A-Z2-7]{4}")):
        (first, *_) = re.findall(f"{listed}/{one}", mine.get(listed))
        mine.get(first)
    starts = mine.driver.road.clock.now + timedelta(days=3)
    talk = Talk(
        id="talk0001",
        title=WORDS,
        about=WORDS,
        how=WORDS,
        language="en",
        starts_at=starts,
        minutes=60,
        zone="UTC",
        seats=9,
    )
    talks.put(talk)
    mine.journey("sign_up", SIGN_UP)
    assert talks.get("talk0001").taken == 1


def agreement(mine: Visitor, case_id: CaseId) -> None:
    """Comment on a draft, read and sign the final text, keep it; then the same again, not signed."""
    wiring = mine.driver.road.wiring
    moved = [CaseRow.status.set(CaseStatus.ADJOURNED.value)]
    heads.update(case_id, moved, heads.is_open())
    for number in (1, 2):
        case, now = cases.get(case_id), wiring.clock()
        profile = profiles.of_version(case.profile, case.profile_version)
        plan = equal(case.amount.currency, case.amount.total, 3, now.date() + timedelta(days=30))
        agreed = Arrangement(way=Way.INSTALMENTS, owed=case.amount, plan=plan)
        wiring.write_draft(case, agreed, Wording(mediator="李静"), profile, by="m", seen=0, now=now)
        if number == 1:
            mine.journey("comment", {"text": {"text": "x"}})
        ground = Ground(cases.get(case_id), wiring.lender(case.lender), profile)
        digest = wiring.freeze(ground, number, by="m", seen=1, now=now).digest
        for page in ("", "/text"):
            mine.get(f"/my/agreement{page}")
        mine.fetch("/my/agreement/file")
        if number == 1:
            sign(mine, case_id, digest)
            wiring.refuse(case_id, digest, Party.CREDITOR, now, by="b")
        else:
            mine.journey("decline", {"sure": {"sure": "UNDERSTOOD"}, "why": {"why": ""}})


def sign(mine: Visitor, case_id: CaseId, digest: str) -> None:
    """Sign with the code sent for this text."""
    wiring = mine.driver.road.wiring
    mine.get(mine.post("/my/agreement/sign/send", {"digest": digest}))
    known = signing_codes.get(case_id)
    assert known
    mine.driver.stage(str(case_id), "Deliver", step=known.issued.step, at=stamp(wiring.clock()))
    code = links.access_code(str(case_id), known.issued.step, wiring.pepper())
    mine.post("/my/agreement/sign", {"digest": digest, "code": code})
    assert signatures.exists(case_id, digest, Party.BORROWER)


def letter(driver: Driver, case: str) -> None:
    """Fetch a letter as it was printed."""
    mine = Visitor(driver)
    mine.enter(case)
    (pages, *_) = re.findall(r"/my/letters/[0-9a-f]{24}", mine.get("/my/documents"))
    assert mine.fetch(pages).startswith(b"%PDF")


def guest(anyone: Visitor) -> None:
    """Complain as a stranger, ask for the complaint with a wrong contact and the right one; sign up."""
    anyone.read_token("/open/complaint")
    done = anyone.journey("complain", dict((*inside.COMPLAINT, *inside.YOU)))
    (reference, *_) = re.findall("C-[A-Z2-7]{4}-[A-Z2-7]{4}", done)
    (kept,) = complaints.find(reference)
    for contact, status in (("13800138099", 400), (kept.contact, 200)):
        anyone.send("/open/complaint", {"reference": reference, "contact": contact}, status)
    for page in ("", "/people", "/talks", "/talks/talk0001"):
        anyone.get(f"/open{page}")
    anyone.journey("sign_up", {**SIGN_UP, "who": {"contact": "b@example.com"}})


def without_link(anyone: Visitor, case: str) -> None:
    """Ask whether a notice is genuine; come in with its reference, wrong factor first."""
    wiring = anyone.driver.road.wiring
    today = wiring.clock().date()
    day = {"day-year": today.year, "day-month": today.month, "day-day": today.day}
    code = links.check_code(case, "first_notice", wiring.pepper())
    told = anyone.send("/open/genuine", {"code": code, **day}, 200)
    assert "是的" in told.body.decode()
    asked = {"reference": CaseId.parse(case).reference}
    anyone.send("/open/find", {**asked, "factor": "0000"}, 400)
    anyone.come_in("/open/find", {**asked, "factor": "123X"})


def not_me(anyone: Visitor, case: str) -> None:
    """Say that the message reached somebody else."""
    path = anyone.link(case, ChannelName.EMAIL)
    anyone.send(f"{path}/not-me", {"why": "address"}, 200)
