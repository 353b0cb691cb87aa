"""What every act of intake needs to know of the event it carries out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.store.events import TakenEvent


@dataclass(frozen=True, slots=True)
class Upstream:
    """A stored event, its loan account, when it happened (`at`) and when it is handled (`now`), in UTC."""

    taken: TakenEvent
    loan: str
    at: datetime
    now: datetime
