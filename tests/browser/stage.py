"""The running product with borrowers in it: each has a notice, and a link in the outbox."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.end_to_end.stack import Stack, link_in
from tests.local.running import share_build


@dataclass
class Stage:
    """What the visitors of one run share."""

    stack: Stack

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Stage]:
        """Start the product as `make run` does, on a free port and at an hour when notices leave."""
        share_build(folder / "data")
        stack = Stack(folder)
        stack.start()
        try:
            hour = stack.now().astimezone(ZoneInfo("Asia/Shanghai")).hour
            if not 9 <= hour < 17:
                stack.advance(f"PT{(24 + 9 - hour) % 24}H")
            yield cls(stack)
        finally:
            stack.stop()

    def link(self) -> str:
        """Return the link of a new borrower's first message."""
        return link_in(self.stack.sent(self.stack.open_case(f"LN-{uuid.uuid4().hex[:10]}"), 2)["SMS"]["text"])
