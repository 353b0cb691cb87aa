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

from tests.local.running import Reply, Running, launch, share_build

MESSAGE_KEYS = {
    "channel", "to", "subject", "text", "html", "sent_at",
    "case_id", "notice_id", "provider_message_id", "segments",
}  # fmt: skip
CASE_KEYS = {"case_id", "loan", "lender", "status", "outcome", "next_timer_at", "timeline"}
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
    assert sorted(each["channel"] for each in messages) == ["EMAIL"] * 3 + ["SMS"] * 3
    cases = running.cases()
    assert all(set(each) == CASE_KEYS for each in cases.values())
    assert {each["case_id"] for each in messages} == {each["case_id"] for each in cases.values()}
    assert len({each["notice_id"] for each in messages}) == 6
    for each in messages:
        assert (each["segments"] is not None) == (each["channel"] == "SMS")
        assert (each["html"] is not None) == (each["channel"] == "EMAIL")
        assert f"http://localhost:{running.port}/n/" in each["text"]


def test_the_timeline_tells_why_a_notice_was_allowed(running: Running) -> None:
    timeline = running.cases()["DB-2024-000117"]["timeline"]
    sent = [each for each in timeline if each["kind"] == "SENT"]
    assert len(sent) == 2
    assert all(each["detail"]["rule"] and each["detail"]["profile_version"] for each in sent)


def test_the_printed_curl_works_as_it_stands(running: Running) -> None:
    line = next(each for each in running.printed.splitlines() if each.startswith("curl "))
    done = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=60, check=True)
    assert " 202 " in done.stdout.splitlines()[0]
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


def test_a_receipt_travels_the_real_queue(running: Running) -> None:
    message = texts_to(running, "+8613800000117")[0]
    told = {"provider_message_id": message["provider_message_id"], "status": "DELIVERED"}
    assert running.post("/_local/receipts", told).status == 202
    receipts = [each for each in running.cases()["DB-2024-000117"]["timeline"] if each["kind"] == "RECEIPT"]
    assert [each["detail"]["provider_message_id"] for each in receipts] == [message["provider_message_id"]]


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


def test_next_timer_runs_through_the_machine(running: Running) -> None:
    due = running.get("/_local/clock").json()["next_timer_at"]
    before = len(texts_to(running, "+8613800000117"))
    reply = to_next(running)
    assert (reply.status, set(reply.json())) == (200, {"now", "next_timer_at"})
    assert moment(reply.json()["now"]) >= moment(due)
    assert moment(reply.json()["next_timer_at"]) >= moment(reply.json()["now"])
    reminders = texts_to(running, "+8613800000117")
    assert len(reminders) == before + 1
    # The clock stood at the timer's own deadline while it ran, however long that took.
    assert moment(reminders[-1]["sent_at"]) == moment(due)
    assert len(texts_to(running, "+8613700020931")) == 1  # settled: nothing more


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
    before = len(texts_to(running, "+8613800000117"))
    assert running.post("/_local/clock", {"advance": "P7D"}).status == 200
    assert len(texts_to(running, "+8613800000117")) == before + 1


def test_no_answer_is_the_end_of_it(running: Running) -> None:
    assert running.post("/_local/clock", {"advance": "P60D"}).json()["next_timer_at"] is None
    cases = running.cases()
    assert cases["DB-2024-000117"]["outcome"] == "NO_RESPONSE"
    assert to_next(running).status == 409


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
    assert len(running.outbox()) == 6
    assert len(list(running.data.glob("state-*"))) == 1


def test_each_timer_runs_at_its_own_time_in_due_order(running: Running) -> None:
    running.post("/_local/clock", {"advance": "PT1H"})
    running.form("/_local/send", event=an_event(running))
    due = sorted(each["next_timer_at"] for each in running.cases().values())
    assert moment(due[-1]) - moment(due[0]) >= timedelta(hours=1)
    before = len(running.outbox())
    running.post("/_local/clock", {"advance": "P3DT2H"})
    sent = [each["sent_at"] for each in running.outbox()[before:]]
    assert [moment(each) for each in sent] == [moment(each) for each in due]


def test_fresh_starts_empty(running: Running) -> None:
    assert len(running.outbox()) > 6
    running.stop()
    running.start("--fresh")
    assert len(running.outbox()) == 6


def test_another_port_is_a_redeployment_that_keeps_the_data(running: Running) -> None:
    cases = set(running.cases())
    running.stop()
    other = Running(running.data).start()
    try:
        share_build(other.data)
        assert set(other.cases()) == cases
        other.post("/_local/clock", {"advance": "P3D"})
        assert f"http://localhost:{other.port}/n/" in other.outbox()[-1]["text"]
    finally:
        other.stop()
