"""The real runner with the real package: outbox, clock, receipts, restart, and who may talk to it."""

from __future__ import annotations

import html
import json
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.local.signing import encode, signed_headers
from tests.local.running import Reply, Running, launch, share_build

MESSAGE_KEYS = {
    "channel", "to", "subject", "text", "html", "sent_at",
    "case_id", "step", "notice_id", "provider_message_id", "segments", "headers", "pdf",
}  # fmt: skip
CASE_KEYS = {
    "case_id", "loan", "lender", "status", "outcome", "next_timer_at", "timezone", "person", "deliveries",
    "timeline",
}  # fmt: skip
SEEDED = ["EMAIL"] * 10 + ["LETTER"] + ["SMS"] * 5
"""What the seeded loans send at once: five in China, one in Britain; the test lender's stays inside. And the
receipts of two complaints."""
pytestmark = pytest.mark.xdist_group("local-runner")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One fresh runner; the tests of this module go through its story in their order."""
    data = tmp_path_factory.mktemp("runner")
    runner = Running(data, arguments=("--record-calls", str(data / "calls.jsonl"))).start("--fresh")
    yield runner
    if runner.process:
        runner.stop()


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def now(running: Running) -> datetime:
    return moment(running.get("/_local/clock").json()["now"])


def to_next(running: Running) -> Reply:
    return running.post("/_local/clock", {"to": "next_timer"})


def texts_to(running: Running, number: str) -> list[dict[str, Any]]:
    return [each for each in running.outbox() if each["to"] == number]


def test_says_where_to_go(running: Running) -> None:
    for expected in (f"http://localhost:{running.port}/", "123X", "curl "):
        assert expected in running.printed


def test_seeded_notices_went_out_by_both_channels(running: Running) -> None:
    messages = running.outbox()
    assert all(set(each) == MESSAGE_KEYS for each in messages)
    assert sorted(each["channel"] for each in messages) == SEEDED
    cases = running.cases()
    assert all(set(each) == CASE_KEYS for each in cases.values())
    live = {each["case_id"] for each in cases.values() if each["lender"] != "test-bank"}
    (stranger,) = [each for each in messages if not each["case_id"]]
    assert stranger["to"] == "hexin@example.com"
    messages.remove(stranger)
    assert {each["case_id"] for each in messages} == live
    assert len({each["notice_id"] for each in messages}) == len(SEEDED) - 1
    for each in messages:
        assert (each["segments"] is not None) == (each["channel"] == "SMS")
        assert (each["html"] is not None) == (each["channel"] == "EMAIL")
        assert f"http://localhost:{running.port}/n/" in each["text"]


def test_seeded_cases_have_a_meeting_ahead_and_a_plan_that_runs(running: Running) -> None:
    cases = running.cases()
    told = {loan: {each["kind"] for each in case["timeline"]} for loan, case in cases.items()}
    assert {"FEEDBACK", "MEETING"} <= told["DB-2024-000320"]
    assert {"FEEDBACK", "MEETING", "AGREEMENT", "PLAN"} <= told["DB-2022-000771"]
    plan = cases["DB-2022-000771"]
    assert (cases["DB-2024-000320"]["status"], plan["status"]) == ("APPLIED", "PLAN_ACTIVE")
    ahead = moment(plan["next_timer_at"]) - now(running)
    assert timedelta(days=13) < ahead < timedelta(days=16), "the reminder of the court, at half of its term"
    assert "您的权利" in running.get("/open/talks?lang=zh-CN").body
    people = running.get("/open/people?lang=zh-CN").body
    for one in ("李静", "法律顾问</h2>", "行业专家</h2>", "征信管理"):
        assert one in people


def test_seeded_complaints_wait_for_their_decision(running: Running) -> None:
    handled = [each for each in running.cases()["DB-2024-000320"]["timeline"] if each["kind"] == "HANDLING"]
    assert [each["detail"]["step"] for each in handled] == ["ACKNOWLEDGED"]
    told = {each["to"]: each["text"] for each in running.outbox()}
    assert "C-K4RB-WQ7N" in told["zhao@example.com"]
    assert "C-P7HC-3VZ5" in told["hexin@example.com"]


def test_the_timeline_tells_why_a_notice_was_allowed(running: Running) -> None:
    timeline = running.cases()["DB-2024-000117"]["timeline"]
    sent = [each for each in timeline if each["kind"] == "SENT"]
    assert len(sent) == 2
    assert all(each["detail"]["rule"] and each["detail"]["profile_version"] for each in sent)


def test_a_letter_can_be_looked_at_as_the_print_house_gets_it(running: Running) -> None:
    (letter,) = [each for each in running.outbox() if each["channel"] == "LETTER"]
    assert letter["to"].startswith("Sam Taylor\n7 Harbour Lane")
    assert letter["pdf"] in running.get("/_local/outbox").body
    pages = running.get(letter["pdf"])
    assert (pages.status, pages.headers["content-type"]) == (200, "application/pdf")
    assert pages.body.startswith("%PDF-")
    assert running.get("/_local/objects/print/outbox/nothing.pdf").status == 404
    assert running.get("/_local/objects/engine/accounts.json").status == 404


def test_a_message_can_be_looked_at_as_it_was_kept(running: Running) -> None:
    case = running.cases()["TB-MAGIC-01"]
    (sms,) = [each for each in case["deliveries"][0]["channels"] if each["channel"] == "SMS"]
    kept = running.get(sms["kept"])
    assert kept.json()["notice_id"] == sms["notice_id"]
    assert kept.json()["text"].startswith("【测试银行】")


def test_the_case_tells_which_channel_was_tried_and_why(running: Running) -> None:
    (first,) = running.cases()["DB-2024-000117"]["deliveries"]
    assert (first["step"], first["ended"]) == ("first_notice", None)
    states = {each["channel"]: (each["state"], each["fallback"]) for each in first["channels"]}
    assert states == {
        "SMS": ("SENT", False),
        "EMAIL": ("SENT", False),
        "VOICE": (None, True),
        "LETTER": (None, True),
    }
    (rule,) = first["channels"][0]["rules"]
    assert (rule["verdict"], rule["rule"]) == ("ALLOWED", "CN.contact_window")
    assert "08:00" in rule["source"]
    assert first["waits_until"]


def test_the_printed_curl_works_as_it_stands(running: Running) -> None:
    line = next(each for each in running.printed.splitlines() if each.startswith("curl "))
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=60, check=True)
    assert " 202 " in done.stdout.splitlines()[0], done.stdout
    running.post("/_local/clock", {"advance": "PT0S"})
    assert any(loan.startswith("DB-NEW-") for loan in running.cases())


@pytest.mark.parametrize("path", ["/", "/_local/outbox", "/_local/cases"])
def test_pages_show_the_clock_and_need_no_script(running: Running, path: str) -> None:
    reply = running.get(path)
    assert reply.status == 200
    assert 'name="to" value="next_timer"' in reply.body
    assert "<script" not in reply.body
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_outbox_links_what_can_be_tapped(running: Running) -> None:
    link = re.search(
        r"http://localhost:\d+/n/[A-Za-z0-9_-]{22}", texts_to(running, "+8613800000117")[0]["text"]
    )
    assert link
    assert f'<a href="{link[0]}">' in running.get("/_local/outbox").body
    landing = running.get(link[0].partition(f":{running.port}")[2])
    assert landing.status == 200
    assert "王" not in landing.body


def test_the_api_answers_as_api_gateway_does(running: Running) -> None:
    reply = running.request("POST", "/v1/events", b"{}", {"content-type": "application/json"})
    assert reply.status == 401
    assert "access-control-allow-origin" not in reply.headers
    assert running.get("/no/such/route").status == 403


def tell(running: Running, message: dict[str, Any], status: str) -> Reply:
    told = {"provider_message_id": message["provider_message_id"], "status": status}
    return running.post("/_local/receipts", told)


def test_a_receipt_travels_the_real_queue_and_ends_the_delivery(running: Running) -> None:
    message = texts_to(running, "+8613800000117")[0]
    assert tell(running, message, "DELIVERED").status == 202
    case = running.cases()["DB-2024-000117"]
    receipts = [each for each in case["timeline"] if each["kind"] == "RECEIPT"]
    assert [each["detail"]["provider_message_id"] for each in receipts] == [message["provider_message_id"]]
    assert (case["deliveries"][0]["ended"], case["deliveries"][0]["waits_until"]) == ("reached", None)
    assert '<span class="pill">DELIVERED</span>' in running.get("/_local/outbox").body


def test_an_e_mails_receipt_comes_over_eventbridge(running: Running) -> None:
    assert tell(running, texts_to(running, "lina@example.com")[0], "BOUNCED").status == 202
    assert running.cases()["DB-2023-004502"]["person"]["suppressed"] == {"EMAIL": "Bounce/Permanent"}


def test_a_returned_letter_kills_the_address(running: Running) -> None:
    (letter,) = [each for each in running.outbox() if each["channel"] == "LETTER"]
    assert tell(running, letter, "PRINTED").status == 202
    assert tell(running, letter, "RETURNED").status == 202
    case = running.cases()["HL-30981"]
    assert case["person"]["suppressed"] == {"LETTER": "RETURNED"}
    assert sorted(case["deliveries"][0]["channels"][0]["receipts"]) == ["PRINTED", "RETURNED"]


def test_a_reply_silences_the_channel_and_is_confirmed_once(running: Running) -> None:
    message = texts_to(running, "+8613900004502")[0]
    reply = {"provider_message_id": message["provider_message_id"], "text": "STOP"}
    for _ in range(2):
        assert running.post("/_local/replies", reply).status == 202
    case = running.cases()["DB-2023-004502"]
    assert case["person"]["opted_out"] == ["SMS"]
    steps = [each["step"] for each in texts_to(running, "+8613900004502")]
    assert steps == ["first_notice", "opt_out_confirmation"]


def test_an_in_app_message_and_its_receipt_go_by_the_apps_own_doors(running: Running) -> None:
    secrets = {each["lender"]: each["secret"] for each in running.get("/_local/lenders.json").json()}
    ids = {
        "case_id": running.cases()["DB-2024-000117"]["case_id"],
        "step": "first_notice",
        "notice_id": "app-1",
    }
    body = encode(ids | {"user": "wang-117", "title": "示范银行", "text": "您有一条通知", "url": ""})
    signed = signed_headers(secrets["demo-bank"], "app-1", 1795420800, body) | {
        "content-type": "application/json"
    }
    assert running.request("POST", "/_local/app/sample-finance", body, signed).status == 401
    assert running.request("POST", "/_local/app/demo-bank", body, signed).status == 204
    (message,) = [each for each in running.outbox() if each["channel"] == "IN_APP"]
    assert tell(running, message, "READ").status == 202
    receipts = [
        each["which"] for each in running.cases()["DB-2024-000117"]["timeline"] if each["kind"] == "RECEIPT"
    ]
    assert ["first_notice", "IN_APP", "DELIVERED", "READ"] in receipts


def test_a_call_cannot_be_answered_by_text(running: Running) -> None:
    mail = texts_to(running, "wang@example.com")[0]
    body = {"provider_message_id": mail["provider_message_id"], "text": "STOP"}
    assert running.post("/_local/replies", body).status == 422
    sms = texts_to(running, "+8613800000117")[0]
    assert running.post("/_local/replies", body | {"provider_message_id": "nobody"}).status == 404
    body |= {"provider_message_id": sms["provider_message_id"], "text": ""}
    assert running.post("/_local/replies", body).status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"provider_message_id": "nobody", "status": "DELIVERED"}, 404),
        ({"provider_message_id": 7, "status": "DELIVERED"}, 422),
        ({"status": "DELIVERED"}, 422),
        ([], 422),
    ],
)
def test_a_wrong_receipt_is_a_problem(running: Running, body: Any, status: int) -> None:
    reply = running.post("/_local/receipts", body)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")


def test_the_simulator_reports_by_itself(running: Running) -> None:
    running.post("/_local/clock", {"advance": "PT5M"})  # its receipts come seconds after each message
    (first,) = running.cases()["TB-MAGIC-01"]["deliveries"]
    assert first["ended"] == "reached"
    states = [(each["channel"], each["state"], each["provider"]) for each in first["channels"]]
    assert states == [
        ("SMS", "FAILED", "sandbox"),
        ("EMAIL", "FAILED", "sandbox"),
        ("VOICE", "FAILED", "sandbox"),
        ("LETTER", "DELIVERED", "sandbox"),
    ]


def test_a_settled_loan_stops_at_once(running: Running) -> None:
    settled = {
        "specversion": "1.0",
        "id": "evt-settled-1",
        "source": "sample-finance",
        "type": "loan.settled.v1",
        "subject": "SF-88-20931",
        "time": (now(running) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "datacontenttype": "application/json",
        "data": {"settled_on": now(running).date().isoformat()},
    }
    assert running.send(settled).status == 202
    case = running.cases()["SF-88-20931"]
    assert (case["status"], case["next_timer_at"]) == ("CLOSED", None)


def test_next_timer_tries_the_next_channel(running: Running) -> None:
    assert "no receipt: next channel" in running.get("/_local/clock").json()["next_timer"]
    chinese = [each for each in running.cases().values() if each["timezone"] == "Asia/Shanghai"]
    waits = [each["deliveries"][0]["waits_until"] for each in chinese if each["status"] == "NOTICED"]
    due = sorted(moment(each) for each in waits if each)
    assert not [each for each in running.outbox() if each["channel"] == "VOICE"]
    reply = to_next(running)
    assert (reply.status, set(reply.json())) == (200, {"now", "next_timer_at", "next_timer"})
    assert moment(reply.json()["now"]) >= due[0]
    calls = [each for each in running.outbox() if each["channel"] == "VOICE"]
    assert "+8613900004502" in {each["to"] for each in calls}
    # The clock stood at each timer's own deadline while it ran, however long that took.
    assert [moment(each["sent_at"]) for each in calls] == [
        each for each in due if each <= due[0] + timedelta(minutes=1)
    ]


def test_a_reminder_comes_when_its_stage_is_over(running: Running) -> None:
    due = moment(running.cases()["DB-2024-000117"]["next_timer_at"])
    before = len(texts_to(running, "+8613800000117"))
    seconds = int((due - now(running)).total_seconds()) + 1
    running.post("/_local/clock", {"advance": f"PT{seconds}S"})
    reminders = texts_to(running, "+8613800000117")
    assert len(reminders) == before + 1
    assert moment(reminders[-1]["sent_at"]) == due
    assert len(texts_to(running, "+8613700020931")) == 1  # settled: nothing more


def test_a_silenced_channel_leaves_the_reminder_to_another(running: Running) -> None:
    running.post("/_local/clock", {"advance": "PT1H"})
    case = running.cases()["DB-2023-004502"]
    (reminder,) = [each for each in case["deliveries"] if each["step"] == "reminder_1"]
    sms = next(each for each in reminder["channels"] if each["channel"] == "SMS")
    assert (sms["state"], sms["rules"][0]["rule"]) == ("DENIED", "CN.opt_out")


def test_it_survives_a_restart_and_resumes_its_timers(running: Running) -> None:
    running.post("/_local/clock", {"advance": "PT1M"})  # no timer may fall due while it is down
    timers = {loan: each["next_timer_at"] for loan, each in running.cases().items()}
    messages, before = running.outbox(), now(running)
    assert running.stop() == 0
    running.start()
    assert now(running) >= before
    assert running.outbox() == messages
    after = {loan: each["next_timer_at"] for loan, each in running.cases().items()}
    assert set(after) == set(timers)
    for loan, timer in timers.items():
        if timer is None:
            assert after[loan] is None
        else:  # seconds, because what is left of a wait is counted in whole ones
            assert abs((moment(after[loan]) - moment(timer)).total_seconds()) <= 2


def test_a_kill_leaves_a_state_that_starts(running: Running) -> None:
    running.stop(signal.SIGKILL)
    running.start()
    assert running.cases()["DB-2024-000117"]["next_timer_at"]
    assert "Acceptance" in running.get("/_local/clock").json()["next_timer"]
    before = [each["step"] for each in texts_to(running, "+8613800000117") if each["channel"] == "SMS"]
    assert running.post("/_local/clock", {"advance": "P7D"}).status == 200
    after = [each["step"] for each in texts_to(running, "+8613800000117") if each["channel"] == "SMS"]
    assert after == [*before, "reminder_2"]


def test_no_answer_is_the_end_of_it(running: Running) -> None:
    assert running.post("/_local/clock", {"advance": "P60D"}).status == 200
    cases = running.cases()
    assert cases["DB-2024-000117"]["outcome"] == "NO_RESPONSE"
    assert cases["DB-2024-000320"]["outcome"] is None, "what nobody decided waits for a person (invariant 23)"


def test_a_plan_nobody_paid_was_reminded_of_and_is_broken(running: Running) -> None:
    plan = running.cases()["DB-2022-000771"]
    assert plan["status"] == "BREACHED"
    assert [each["which"] for each in plan["timeline"] if each["kind"] == "BREACH"] == [["01", "0002"]]
    steps = [each["step"] for each in running.outbox() if each["case_id"] == plan["case_id"]]
    told = [step for step in dict.fromkeys(steps) if "-1_" in step]
    assert told == ["instalment_reminder-1_2", "instalment_late-1_2", "plan_breached-1_2"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"advance": "1 day"}, 422),
        ({"advance": 1}, 422),
        ({"advance": "-P1D"}, 422),
        ({"advance": "P9000Y"}, 422),
        ({"advance": "P1D", "to": "next_timer"}, 422),
        ({"to": "yesterday"}, 422),
        ({}, 422),
        ("x", 422),
        (None, 422),
    ],
)
def test_a_wrong_move_of_the_clock_is_a_problem(running: Running, body: Any, status: int) -> None:
    before = now(running)
    reply = running.post("/_local/clock", body)
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    assert reply.json()["detail"]
    assert now(running) - before < timedelta(minutes=1)


def test_no_json_is_a_problem(running: Running) -> None:
    reply = running.request("POST", "/_local/clock", b"{", {"content-type": "application/json"})
    assert reply.status == 400


def test_a_button_leads_back_to_its_page_and_nowhere_else(running: Running) -> None:
    before = now(running)
    reply = running.form("/_local/clock", advance="PT1H", back="/_local/cases")
    assert (reply.status, reply.headers["location"]) == (303, "/_local/cases")
    assert now(running) - before >= timedelta(hours=1)
    assert (
        running.form("/_local/clock", advance="PT0S", back="https://evil.example/").headers["location"] == "/"
    )


def test_other_sites_may_not_touch_it(running: Running) -> None:
    before = now(running)
    foreign = {"origin": "https://evil.example"}
    assert running.form("/_local/clock", foreign, advance="P1D").status == 403
    assert running.request("GET", "/", headers={"host": "evil.example"}).status == 403
    assert now(running) - before < timedelta(minutes=1)


def test_wrong_methods_and_pages_are_problems(running: Running) -> None:
    reply = running.request("DELETE", "/_local/clock")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, POST")
    assert running.get("/_local/nothing").status == 404


def an_event(running: Running) -> str:
    """Return the fresh event that the start page offers."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", running.get("/").body, re.S)
    assert found
    return html.unescape(found[1])


def test_an_event_is_signed_and_sent_from_the_start_page(running: Running) -> None:
    event = an_event(running)
    assert "answered 202" in running.form("/_local/send", event=event).body
    assert json.loads(event)["subject"] in running.cases()
    assert running.form("/_local/send", event="{}").status == 422


def test_calls_are_recorded_by_function(running: Running) -> None:
    calls = [json.loads(line) for line in (running.data / "calls.jsonl").read_text().splitlines()]
    by_function: dict[str, set[str]] = {}
    for call in calls:
        by_function.setdefault(call["function"], set()).add(f"{call['service']}:{call['operation']}")
    expected = {
        "APIHandler",
        "TakeLoanEvent",
        "SendNotice",
        "TakeReceipt",
        "AwaitSignal",
        "Steer",
        "SteerPlan",
        "AwaitPayment",
        "Sweep",
        "CloseCase",
    }
    assert set(by_function) == expected
    assert "pinpoint-sms-voice-v2:SendTextMessage" in by_function["SendNotice"]
    tables = [call["resources"]["TableName"] for call in calls if call["service"] == "dynamodb"]
    assert all(each in ("accord-dev", ["accord-dev"]) for each in tables)


def test_logs_hold_nothing_personal(running: Running) -> None:
    log = (running.data / "app.log").read_text()
    assert "notice handled" in log
    for personal in ("王小明", "13800000117", "wang@example.com", "DB-2024-000117"):
        assert personal not in log


def test_listens_on_loopback_alone(running: Running) -> None:
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("needs Linux")
    assert running.process
    sockets = {
        str(each.readlink())
        for each in Path(f"/proc/{running.process.pid}/fd").iterdir()
        if each.is_symlink()
    }
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    ours = [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
    assert len(ours) == 3
    assert all(address.startswith("0100007F:") for address in ours)


def test_a_taken_port_is_one_clear_line(running: Running, tmp_path: Path) -> None:
    second = launch(tmp_path, running.port)
    printed, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert printed.strip().splitlines() == [
        f"Port {running.port} is taken. Choose another: make run PORT={running.port + 1}"
    ]


def test_data_in_use_is_one_clear_line(running: Running) -> None:
    second = launch(running.data, Running(running.data).port)
    printed, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert len(printed.strip().splitlines()) == 1


def test_unreadable_state_is_set_aside(running: Running) -> None:
    running.stop()
    (running.data / "state" / "engine" / "dynamodb.json").write_text('{"torn')
    running.start()
    assert "starting empty" in running.printed
    assert sorted(each["channel"] for each in running.outbox()) == SEEDED
    assert len(list(running.data.glob("state-*"))) == 1


def test_each_timer_runs_at_its_own_time_in_due_order(running: Running) -> None:
    running.post("/_local/clock", {"advance": "PT10M"})
    running.form("/_local/send", event=an_event(running))
    chinese = [
        each
        for each in running.cases().values()
        if each["lender"] in ("demo-bank", "sample-finance") and each["status"] == "NOTICED"
    ]
    due = sorted(moment(each["next_timer_at"]) for each in chinese)
    assert due[-1] - due[0] >= timedelta(minutes=10)
    before = len(running.outbox())
    running.post("/_local/clock", {"advance": "P3DT30M"})
    reminders = [each for each in running.outbox()[before:] if each["step"] == "reminder_1"]
    assert [moment(each["sent_at"]) for each in reminders if each["channel"] == "SMS"] == due


def test_fresh_starts_empty(running: Running) -> None:
    assert len(running.outbox()) > len(SEEDED)
    running.stop()
    running.start("--fresh")
    assert len(running.outbox()) == len(SEEDED)


def test_another_port_is_a_redeployment_that_keeps_the_data(running: Running) -> None:
    cases = set(running.cases())
    running.stop()
    other = Running(running.data).start()
    try:
        share_build(other.data)
        assert set(other.cases()) == cases
        other.post("/_local/clock", {"advance": "P3D"})
        reminders = [each for each in other.outbox() if each["step"] == "reminder_1"]
        assert all(f"http://localhost:{other.port}/n/" in each["text"] for each in reminders)
        assert reminders
    finally:
        other.stop()
