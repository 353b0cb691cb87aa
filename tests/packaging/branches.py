"""Branches of the functions that make an AWS call of their own kind, each a way through the product."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import boto3

from chalicelib.channels import Outgoing
from chalicelib.channels.alibaba_push import path_token
from chalicelib.channels.letter_events import SCHEMA
from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Mode, Outcome, Purpose
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.person import Contact
from chalicelib.mediation import standing
from chalicelib.store import cases, claims, facts, feeds, lenders, meetings, persons, unmatched
from chalicelib.store import standing as heads
from chalicelib.wiring import wired
from infra.local.recording import current_function
from tests.packaging import agreed, complained, plans, staffed, visits
from tests.packaging.driver import FORM, JSON, Driver
from tests.packaging.visitor import Visitor
from tests.road import DEMO_BANK, PRINTS, SECRET


def drive(driver: Driver) -> None:
    """Go every way."""
    early_receipt(driver)
    first_case(driver)
    further_cases(driver)
    fed(driver)
    mediation(driver)
    deliveries(driver)
    letters(driver)
    visits.go_everywhere(driver)
    replies(driver)
    other_providers(driver)
    driver.road.clock.advance(hours=12)  # night
    driver.stage(driver.event(id="e5", subject="night"), "Notify")
    plans.keep(driver)
    complained.keep(driver)
    agreed.keep(driver)
    staffed.work(driver)


def fed(driver: Driver) -> None:
    """Events from a lender's own account, and from one that is not his."""
    event = json.loads(driver.road.event(id="fed", subject="LN-FED"))
    feeds.allow("demo-bank", "AROAEXAMPLEEXAMPLE23")
    driver.feed(event, "AROAEXAMPLEEXAMPLE23:job")
    driver.feed(event, "AROASTRANGERSTRANGER:job")


def first_case(driver: Driver) -> str:
    """A case from its event to its end, with all that can go wrong on the way; returns its id."""
    case = driver.event()
    driver.event()  # the same again
    driver.event(id="e2", time="2026-11-20T02:00:00Z")  # a newer balance
    driver.task("await_signal", case, "AwaitWindow", resume="Notify")
    driver.stage(case, "Notify")  # no SMS provider answers: released, deferred; the e-mail leaves
    driver.sweep()
    visits.answer(driver, case)
    driver.sweep()  # the answer's signal was lost
    driver.stage(case, "Notify")  # answered: success to its token
    driver.task("await_signal", case, "AwaitWindow", resume="Notify")  # and to this one's
    driver.task("close_case", case, "NoResponse")
    driver.task("await_signal", case, "Answered")
    driver.sweep()
    driver.event("settled", id="s1", subject="LN-2026-000001")
    driver.stage(case, "Remind")  # settled: failure to its token
    driver.task("await_signal", case, "Answered")
    driver.road.clock.advance(minutes=10)
    driver.sweep()  # a closed case still waits; then it rests
    return case


def mediation(driver: Driver) -> None:
    """A meeting is booked and reminded of; its limit passes."""
    case = CaseId.parse(driver.event(id="m1", subject="mediated", borrower={"phone": "+8613800138009"}))
    now = driver.road.clock.now
    meeting = booked(case, now)
    driver.task("await_signal", str(case), "Meeting")
    driver.road.clock.now = meeting.at - timedelta(hours=24)
    driver.run("steer", {"case_id": str(case), "timers": {}})  # reminds
    driver.road.clock.advance(days=40)
    driver.run("steer", {"case_id": str(case), "timers": {}})  # closes
    assert cases.get(case).outcome == Outcome.TERMINATED
    driver.road.clock.now = now


def booked(case_id: CaseId, now: datetime) -> Meeting:
    """Put a case where its meeting is booked, without the acts that lead there."""
    meeting = Meeting(at=now + timedelta(days=5), mode=Mode.TELEPHONE, mediator="李静", dial_in="400")
    moved = replace(cases.get(case_id), mediator="m-1", limit_at=now + timedelta(days=30))
    scheduled = standing.at(moved, CaseStatus.SCHEDULED, now, meeting)
    heads.move(scheduled, (CaseStatus.RECEIVED,), meetings.fact_of(case_id, meeting, now))
    return meeting


def further_cases(driver: Driver) -> None:
    """Loans paid without a case, opened again, silent to the end; a sender that died; a night."""
    driver.event("settled", id="s2", subject="another")
    driver.event(id="e3", time="2026-11-23T00:00:00Z")  # the next case of the first loan
    driver.event(id="e6", time="2026-11-23T01:00:00Z")  # a newer balance of that one
    for name in ("balance", "hold", "contact", "reopened"):
        driver.event(name, id=f"said-{name}", subject="spoken of before its case")
        driver.event(name, id=f"e-{name}", time="2026-11-23T02:00:00Z")
    driver.event(id="e7", subject="spoken of before its case")
    claimed = driver.event(id="e4", subject="claimed", borrower={"phone": "+8613800138004"})
    claim(driver, claimed, ChannelName.SMS)
    driver.road.clock.advance(minutes=10)
    boto3.client("stepfunctions").stop_execution(executionArn=execution(driver, claimed))
    driver.sweep()  # a claim whose sender is gone, an execution that is gone
    driver.stage(claimed, "Remind")
    driver.task("close_case", claimed, "NoResponse")


def deliveries(driver: Driver) -> None:
    """Fallbacks by receipts: a call, a letter; a delivery taken up again, one nobody answers for."""
    case = driver.event(id="d1", subject="delivered", borrower={"phone": "+8613800138005"})
    claim(driver, case, ChannelName.SMS)
    claim(driver, case, ChannelName.EMAIL)
    stopped = execution(driver, case).replace("-case:", "-delivery:") + "-first_notice"
    driver.sweep()  # nobody sees it delivered: started
    assert boto3.client("stepfunctions").describe_execution(executionArn=stopped)["status"] == "RUNNING"
    deliver = {"step": "first_notice", "at": "2026-11-23T04:10:00Z"}
    driver.stage(case, "Pause", **deliver)
    driver.stage(case, "Deliver", **deliver)  # waits for receipts
    driver.receipt(case, "TEXT_UNREACHABLE")
    driver.receipt(case, "TEXT_INVALID", channel="EMAIL")  # both failed: the wait ends at once
    driver.stage(case, "Deliver", **deliver)  # calls
    driver.receipt(case, "TEXT_DELIVERED")  # late, and yet it arrived
    driver.stage(case, "Deliver", **deliver)  # arrived: success to its token


def letters(driver: Driver) -> None:
    """A borrower with nothing but an address; then the print house's file, with a line nobody can read."""
    nobody = {"phone": None, "email": None, "postal": ["北京市东城区某街1号", "100000"]}
    case = driver.event(id="l1", subject="letter", borrower=nobody)
    driver.stage(case, "Notify")  # starts the delivery
    driver.stage(case, "Deliver", step="first_notice", at="2026-11-23T04:10:00Z")
    event = {
        "schema": SCHEMA,
        "notice_id": "n",
        "case_id": case,
        "step": "first_notice",
        "status": "DISPATCHED",
    }
    lines = json.dumps(event | {"at": "2026-11-23T08:00:00Z"}) + "\nunreadable\n"
    boto3.client("s3").put_object(Bucket=PRINTS, Key="events/1.jsonl", Body=lines.encode())
    created = {"object": {"key": "events/1.jsonl"}, "bucket": {"name": PRINTS}}
    driver.queue("take_receipt", {"source": "aws.s3", "detail-type": "Object Created", "detail": created})
    told = facts.of(CaseId.parse(case), FactKind.RECEIPT)
    assert [fact.which[1] for fact in told] == ["LETTER"]
    visits.letter(driver, case)


def replies(driver: Driver) -> None:
    """STOP from a person written to, by queue and by Alibaba's push; receipts by every other door."""
    case = driver.event(id="r1", subject="replies", borrower={"phone": "+8613800138006"})
    claim(driver, case, ChannelName.SMS)
    inbound = {"originationNumber": "+8613800138006", "messageBody": "STOP", "inboundMessageId": "i1"}
    driver.queue("take_receipt", inbound)
    again = driver.event(id="r2", subject="push", borrower={"phone": "+8613800138007"})
    claim(driver, again, ChannelName.SMS)
    door = f"/v1/providers/alibaba/{path_token(driver.road.wiring.reference_key(), 'test')}"
    reply = {"phone_number": "13800138007", "content": "退订", "sequence_id": "1"}
    assert driver.http("POST", f"{door}/replies", headers=JSON, body=push(reply)).status_code == 200
    report = {"out_id": f"{again}.first_notice", "success": True, "err_code": "DELIVERED"}
    assert driver.http("POST", f"{door}/reports", headers=JSON, body=push(report)).status_code == 200
    seen = json.dumps({"case_id": again, "step": "first_notice", "status": "READ"}).encode()
    assert driver.signed("/v1/providers/app/demo-bank", seen).status_code == 202
    path = f"{Visitor(driver).link(again)}/stop"
    assert driver.http("POST", path, headers=FORM, body=b"List-Unsubscribe=One-Click").status_code == 200


def early_receipt(driver: Driver) -> None:
    """A receipt that comes before its case is known, and finds it with a later sweep."""
    case = CaseId(loan_key("demo-bank", "early"), 1)
    driver.receipt(str(case), "TEXT_DELIVERED")
    assert list(unmatched.some("0", 10))
    driver.event(id="u1", subject="early", borrower={"phone": "+8613800138008"})
    driver.sweep()
    assert not list(unmatched.some("0", 10))


def other_providers(driver: Driver) -> None:
    """A test lender's notice, the second SMS provider, the lender's app."""
    lenders.put(replace(DEMO_BANK, id="test-bank", live=False))
    kept = json.dumps({"webhook_secrets": [SECRET]})
    boto3.client("secretsmanager").create_secret(Name="accord/test/lender/test-bank", SecretString=kept)
    case = driver.event(id="t1", source="test-bank", borrower={"phone": "+8613800138009"})
    driver.stage(case, "Notify")
    driver.configure(alibaba_share=1)
    credentials = {"access_key_id": "i", "access_key_secret": "s", "sign_name": "n", "codes": {}}
    boto3.client("secretsmanager").create_secret(
        Name="accord/test/alibaba", SecretString=json.dumps(credentials)
    )
    driver.start_cold("send_notice")
    tags = {"case_id": case, "step": "first_notice", "channel": "IN_APP", "notice_id": "n" * 24}
    message = Outgoing("user", "", "text", "", tags, lender="demo-bank")
    wired()._sender.channels[ChannelName.IN_APP].send(message)
    current_function.set("")


def claim(driver: Driver, case: str, channel: ChannelName) -> None:
    """Be a sender that claims a notice and is never heard of again."""
    found, now = cases.get(CaseId.parse(case)), driver.road.clock.now
    contact = Contact(now, channel, Purpose.STATUTORY, found.lender, found.id.loan_key)
    person = persons.get(found.borrower.person)
    value = f"dead@{int(now.timestamp())}"
    claimed = claims.claim(found, person, f"first_notice#{channel.value}", value, contact)
    assert isinstance(claimed, Case)


def execution(driver: Driver, case: str) -> str:
    return driver.settings.case_machine_arn.replace(":stateMachine:", ":execution:") + f":{case}"


def push(*items: Mapping[str, object]) -> bytes:
    return json.dumps(items).encode()
