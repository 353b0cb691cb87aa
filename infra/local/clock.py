"""The movable clock: real time plus an offset that only ever grows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.local.places import read_json, write_json


def real_now() -> datetime:
    """Return the machine's time, aware UTC."""
    return datetime.now(UTC)


class MovableClock:
    """An aware UTC clock that can stand still or jump ahead, never back, and survives a restart."""

    def __init__(self, file: Path, real: Callable[[], datetime] = real_now) -> None:
        self._file, self._real, self._lock = file, real, threading.Lock()
        saved = read_json(file) or {}
        self._ahead = timedelta(seconds=float(saved.get("ahead_seconds", 0)))
        self._latest = _moment(saved.get("latest")) or self._real() + self._ahead
        self._standing: datetime | None = None

    def __call__(self) -> datetime:
        with self._lock:
            return self._now()

    def stand_at(self, moment: datetime) -> datetime:
        """Stop the clock at `moment`, or where it is when that is later; return where it stands."""
        with self._lock:
            self._standing = max(moment, self._now())
            self._latest = self._standing
            self._save()
            return self._standing

    def run_on(self) -> datetime:
        """Let a standing clock run again from where it stands; return the time."""
        with self._lock:
            if self._standing is not None:
                self._ahead, self._standing = self._standing - self._real(), None
            self._save()
            return self._now()

    def save(self) -> None:
        """Keep the time for the next start."""
        with self._lock:
            self._now()
            self._save()

    def _now(self) -> datetime:
        # The later of the two: a machine whose own clock is set back must not take ours along.
        self._latest = self._standing or max(self._latest, self._real() + self._ahead)
        return self._latest

    def _save(self) -> None:
        ahead = self._latest - self._real()
        write_json(self._file, {"ahead_seconds": ahead.total_seconds(), "latest": self._latest.isoformat()})


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
