"""The product's senders at a set noon, so that notices may leave at whatever hour the bench runs."""

from __future__ import annotations

import os
from datetime import datetime

from chalicelib import wiring
from chalicelib.settings import Settings

_NOON = datetime.fromisoformat(os.environ["BENCH_NOON"])
wiring.install(wiring.Wiring(Settings.from_environment(), clock=lambda: _NOON))

from app import send_notice  # noqa: E402 (after the clock is set)

__all__ = ["send_notice"]
