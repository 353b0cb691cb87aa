"""Every message and call the providers took: a file of JSON lines that survives a restart."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its provider took it; `tags` is what the sender attached for the receipts.

    `headers` are an e-mail's own, or the voice of a call; `pdf` is where a letter can be looked at.
    """

    channel: str
    to: str
    subject: str | None
    text: str
    html: str | None
    sent_at: str
    provider_message_id: str
    segments: int | None
    sender: str
    tags: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    pdf: str | None = None


class Outbox:
    """Keeps the messages in the order they were taken; `clock` is the local clock."""

    def __init__(self, file: Path, clock: Callable[[], datetime]) -> None:
        self._file, self._clock, self._lock = file, clock, threading.Lock()
        self._messages = list(_read(file))

    def add(self, **message: Any) -> Message:
        """Keep one more message, sent now."""
        kept = Message(
            sent_at=self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"), **message
        )
        with self._lock:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a") as file:
                # The newline goes in front as well: a line torn by a kill must not swallow this one.
                file.write("\n" + json.dumps(asdict(kept), ensure_ascii=False) + "\n")
            self._messages.append(kept)
        return kept

    def all(self) -> list[Message]:
        """Return every message, oldest first."""
        with self._lock:
            return list(self._messages)


def public(message: Message) -> dict[str, Any]:
    """Return a message as `/_local/outbox.json` shows it."""
    return {
        "channel": message.channel,
        "to": message.to,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "sent_at": message.sent_at,
        "case_id": message.tags.get("case_id"),
        "step": message.tags.get("step"),
        "notice_id": message.tags.get("notice_id"),
        "provider_message_id": message.provider_message_id,
        "segments": message.segments,
        "headers": message.headers,
        "pdf": message.pdf,
    }


def _read(file: Path) -> list[Message]:
    """Read the kept messages; a line cut off by a kill is left out."""
    messages = []
    for line in file.read_text().splitlines() if file.exists() else []:
        try:
            messages.append(Message(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return messages
