"""The outbox keeps messages over a kill and shows them by contract."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from infra.local.outbox import Outbox, public

KEYS = {
    "channel", "to", "subject", "text", "html", "sent_at",
    "case_id", "step", "notice_id", "provider_message_id", "segments", "headers", "pdf",
}  # fmt: skip


def a_message(outbox: Outbox, number: str = "m1") -> None:
    outbox.add(
        channel="EMAIL",
        to="wang@example.com",
        subject="通知",
        text="您好",
        html="<p>您好</p>",
        provider_message_id=number,
        segments=None,
        sender="notice@accord.example",
        tags={"case_id": "abc-1", "notice_id": "n1", "step": "first_notice"},
        headers={"List-Unsubscribe": "<http://localhost/n/x/stop>"},
    )


def now() -> datetime:
    return datetime(2026, 11, 23, 8, 0, 0, 250_000, tzinfo=UTC)


def test_shows_the_contract(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.jsonl", now)
    a_message(outbox)
    shown = public(outbox.all()[0])
    assert set(shown) == KEYS
    assert (shown["case_id"], shown["step"], shown["notice_id"]) == ("abc-1", "first_notice", "n1")
    assert shown["sent_at"] == "2026-11-23T08:00:00.250Z"
    assert shown["headers"] == {"List-Unsubscribe": "<http://localhost/n/x/stop>"}


def test_survives_a_restart_and_a_torn_line(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o.jsonl", now)
    a_message(outbox, "m1")
    with (tmp_path / "o.jsonl").open("a") as file:
        file.write('{"channel": "SMS", "to": "+86')
    assert [each.provider_message_id for each in Outbox(tmp_path / "o.jsonl", now).all()] == ["m1"]


def test_a_torn_line_does_not_swallow_the_next(tmp_path: Path) -> None:
    (tmp_path / "o.jsonl").write_text('{"channel": "SMS", "to": "+86')
    a_message(Outbox(tmp_path / "o.jsonl", now), "m2")
    assert [each.provider_message_id for each in Outbox(tmp_path / "o.jsonl", now).all()] == ["m2"]
