"""The running product with borrowers in it: each has a notice, and a link in the outbox."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from infra.local.seed import second_factors
from tests.end_to_end.stack import Stack, link_in
from tests.local.running import share_build

_ZONE = ZoneInfo("Asia/Shanghai")
_CODE = re.compile(r"验证码\W*([0-9]{6})\b")


@dataclass
class Stage:
    """What the visitors of one run share."""

    stack: Stack
    walked: set[tuple[str, str]] = field(default_factory=set)
    """The method and path of every page that any visitor asked for."""

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Stage]:
        """Start the product as `make run` does, on a free port and at an hour when notices leave."""
        share_build(folder / "data")
        stack = Stack(folder)
        stack.start()
        try:
            hour = stack.now().astimezone(_ZONE).hour
            if not 9 <= hour < 17:
                stack.advance(f"PT{(24 + 9 - hour) % 24}H")
            yield cls(stack)
        finally:
            stack.stop()

    def link(self) -> str:
        """Return the link of a new borrower's first message."""
        return self.borrower()[1]

    def borrower(self, loan: str = "") -> tuple[str, str]:
        """Return a new borrower's case, and the link of his first message."""
        case_id = self.stack.open_case(loan or f"LN-{uuid.uuid4().hex[:10]}")
        return case_id, link_in(self.stack.sent(case_id, 2)["SMS"]["text"])

    def closed(self) -> str:
        """Return the link of a borrower whose loan has been settled since."""
        loan = f"LN-{uuid.uuid4().hex[:10]}"
        _, link = self.borrower(loan)
        day = self.local_day().isoformat()
        answer = self.stack.post(self.stack.event("settled", subject=loan, data={"settled_on": day}))
        assert answer.status_code == 202, answer.text
        self.stack.wait_for(lambda: (self.stack.case(loan) or {}).get("outcome"))
        return link

    @staticmethod
    def unknown_reference() -> str:
        """Return a case reference that is nobody's, each time another: it is locked after a few tries."""
        letters = base64.b32encode(uuid.uuid4().bytes).decode()
        return f"AC-{letters[:4]}-{letters[4:8]}-1"

    def code(self, case_id: str) -> str:
        """Return the one-time code that was sent to the borrower of a case last."""
        return str(self.stack.wait_for(lambda: self._code(case_id)))

    def _code(self, case_id: str) -> str:
        texts = [message["text"] for message in self.stack.messages(case_id)]
        found = [each[1] for text in texts if (each := _CODE.search(text))]
        return found[-1] if found else ""

    def seeded(self, loan: str) -> str:
        """Return the link of a seeded borrower's first message."""
        case = self.stack.wait_for(lambda: self.stack.case(loan))
        messages = self.stack.wait_for(lambda: self.stack.messages(case["case_id"]))
        return next(link_in(each["text"]) for each in messages if each["channel"] == "SMS")

    @staticmethod
    def factor(loan: str) -> str:
        """Return the second factor of a seeded borrower."""
        return next(factor for name, _, _, factor in second_factors() if name == loan)

    def local_day(self) -> date:
        """Return the borrowers' own day."""
        return self.stack.now().astimezone(_ZONE).date()
