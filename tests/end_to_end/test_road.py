"""The main road, end to end: event, notice, link, answer, clock, payment, close."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests

from tests.end_to_end.stack import Browser, Stack, email_of, link_in, phone_of
from tests.walk import FEEDBACK

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_an_overdue_event_becomes_a_notice_an_answer_and_an_application(stack: Stack, loan: str) -> None:
    event = stack.event(subject=loan)
    first = stack.post(event)
    again = stack.post(event)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["reference"] == again.json()["reference"]

    case = stack.wait_for(lambda: stack.case(loan))
    sent = stack.wait_for(lambda: m if len(m := stack.messages(case["case_id"])) == 2 else None)
    sms, email = sorted(sent, key=lambda message: message["channel"], reverse=True)
    assert (sms["channel"], sms["to"], email["to"]) == ("SMS", phone_of(loan), email_of(loan))
    assert sms["text"].startswith("【")
    assert "12,345.67" in sms["text"]
    assert sms["segments"] <= 3
    assert "12378" in email["text"]
    assert "12378" in email["html"]

    phone = Browser()
    landing = phone.open(link_in(sms["text"]))
    assert not {"张伟", "12,345.67", "6688"} & set(landing.split())
    assert "张" not in landing.replace("张纸", "")
    info = phone.submit("/n/", factor="123x")
    assert phone.page
    assert phone.page.url.endswith("/my/info?lang=zh-CN")
    assert "12378" in info
    assert "12,345.67" in phone.open(f"{stack.url}/my/notice")
    phone.open(f"{stack.url}/my/form/feedback")
    missing = phone.submit("/my/form/feedback/reason")
    assert phone.page.status_code == 400
    assert missing.index("#reason") < missing.index("<form")  # the error summary comes first
    check = phone.answer("feedback", FEEDBACK)
    assert "我失业了" in check
    done = phone.submit("/my/form/feedback/check")
    assert re.search(r"F-\w{4}-\w{4}", done)

    case = stack.wait_for(lambda: c if (c := stack.case(loan)) and c["status"] == "APPLIED" else None)
    kinds = [fact["kind"] for fact in case["timeline"]]
    assert kinds[0] == "OPENED"
    assert kinds.count("SENT") == 2
    assert kinds[-1] == "FEEDBACK"
    for fact in case["timeline"]:
        if fact["kind"] == "SENT":
            assert fact["detail"]["rule"] == "CN.contact_window"
            assert fact["detail"]["profile_version"] == "CN@1"

    status = requests.get(f"{stack.url}/v1/events/{first.json()['reference']}", timeout=10).json()
    assert status["case"]["case_id"] == case["case_id"]
    assert status["case"]["status"] == "APPLIED"

    stack.advance("P10D")
    steps = {message["step"] for message in stack.messages(case["case_id"])}
    assert steps == {"first_notice", "feedback_receipt"}  # his answer is confirmed, and no reminder follows


def test_silence_brings_two_reminders_and_then_the_end(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.wait_for(lambda: len(stack.messages(case_id)) == 2)
    start = stack.now()
    for _ in range(15):  # each round arrives, so that no further channel is tried
        stack.tell(stack.sent(case_id)["SMS"], "DELIVERED")
        stack.advance("P1D")
    case = stack.case(loan)
    assert case
    assert (case["status"], case["outcome"], case["next_timer_at"]) == ("CLOSED", "NO_RESPONSE", None)
    assert case["timeline"][-1]["detail"]["reason"] == "no answer to any notice in time"
    days = [
        round((datetime.fromisoformat(message["sent_at"]) - start) / timedelta(days=1), 1)
        for message in stack.messages(case_id)
    ]
    assert days == [0.0, 0.0, 3.0, 7.0, 7.0]
    closed = datetime.fromisoformat(case["timeline"][-1]["at"])
    assert timedelta(days=13.9) < closed - start < timedelta(days=14.1)


def test_settlement_stops_everything_at_once(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.wait_for(lambda: len(stack.messages(case_id)) == 2)
    assert stack.post(stack.event("settled", subject=loan)).status_code == 202
    case = stack.wait_for(lambda: c if (c := stack.case(loan)) and c["status"] == "CLOSED" else None)
    assert case["outcome"] == "SETTLED_OUTSIDE"
    stack.wait_for(lambda: (stack.case(loan) or {})["next_timer_at"] is None)
    link = link_in(stack.messages(case_id)[0]["text"])
    stack.advance("P15D")
    assert len(stack.messages(case_id)) == 2
    phone = Browser()
    phone.open(link)
    phone.submit("/n/", factor="123X")
    assert "<form" not in phone.open(f"{stack.url}/my/form/feedback").split("<main")[1]


def test_a_partial_payment_restates_what_the_reminder_says(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.wait_for(lambda: len(stack.messages(case_id)) == 2)
    assert stack.post(stack.event("payment", subject=loan)).status_code == 202
    stack.wait_for(lambda: "BALANCE" in stack.kinds(loan))
    stack.advance("P3D")
    (reminder,) = [each for each in stack.messages(case_id) if each["step"] == "reminder_1"]
    assert "10,000.00" in reminder["text"]
    assert "12,345.67" not in reminder["text"]


def test_nothing_leaves_at_night_and_nothing_is_lost(stack: Stack, loan: str) -> None:
    late = stack.now().astimezone(SHANGHAI).replace(hour=22, minute=30)
    stack.advance(f"PT{int((late - stack.now()).total_seconds())}S")
    case_id = stack.open_case(loan)
    deferred = stack.wait_for(lambda: "DEFERRED" in stack.kinds(loan))
    assert deferred
    assert not stack.messages(case_id)
    case = stack.wait_for(lambda: c if (c := stack.case(loan)) and c["next_timer_at"] else None)
    opening = datetime.fromisoformat(case["next_timer_at"]).astimezone(SHANGHAI)
    assert (opening.hour, opening.minute) == (8, 0)
    stack.advance("PT9H40M")
    sent = [datetime.fromisoformat(m["sent_at"]).astimezone(SHANGHAI) for m in stack.messages(case_id)]
    assert len(sent) == 2
    assert all(moment.hour == 8 for moment in sent)


def test_a_receipt_reaches_the_timeline(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    for message in stack.sent(case_id, 2).values():
        stack.tell(message, "DELIVERED")
    stack.wait_for(lambda: stack.kinds(loan).count("RECEIPT") == 2)


def test_the_door_refuses_what_it_must_and_says_why(stack: Stack, loan: str) -> None:
    event = stack.event(subject=loan)
    stranger = stack.post(event, secret="whsec_" + "c3RyYW5nZXJzdHJhbmdlcg==")
    stale = stack.post(event, at=stack.now() - timedelta(days=1))
    assert (stranger.status_code, stale.status_code) == (401, 401)
    wrong = stack.post(event | {"data": event["data"] | {"due_date": "soon", "account_last4": ""}})
    assert wrong.status_code == 422
    assert wrong.headers["content-type"] == "application/problem+json"
    pointers = {error["pointer"] for error in wrong.json()["errors"]}
    assert pointers == {"/data/due_date", "/data/account_last4"}
    assert stack.post(event).status_code == 202
    assert stack.post(event | {"subject": f"{loan}-other"}).status_code == 409


def test_the_data_and_the_timers_survive_a_restart(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.wait_for(lambda: len(stack.messages(case_id)) == 2)
    due = (stack.case(loan) or {})["next_timer_at"]
    stack.tell(stack.sent(case_id)["SMS"], "DELIVERED")
    assert stack.stop() == 0
    stack.start()
    assert len(stack.messages(case_id)) == 2
    case = stack.wait_for(lambda: c if (c := stack.case(loan)) and c["next_timer_at"] else None)
    drift = datetime.fromisoformat(case["next_timer_at"]) - datetime.fromisoformat(due)
    assert abs(drift) <= timedelta(seconds=5)
    stack.advance("P3D")
    assert len(stack.messages(case_id)) == 3
