"""A borrower past the second factor, and the roads he goes, as several tests need them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.codes import Stage
from tests.api.browser import Browser, goes_to
from tests.scene import Scene

Road = tuple[tuple[str, dict[str, Any]], ...]

APPLY: Road = (
    ("mode", {"mode": "ONLINE_VIDEO"}),
    ("times", {"times": ["2026-11-27T09", "2026-11-30T18"]}),
    ("needs", {"needs": ["INTERPRETER"], "needs_text": "粤语"}),
    ("represented", {"represented": "YES"}),
    (
        "representative",
        {
            "rep_name": "李强",
            "rep_relation": "LAWYER",
            "rep_phone": "139 0013 9000",
            "rep_authority": "CONFIRMED",
        },
    ),
    ("objects", {"objects": "YES"}),
    ("objection", {"objection_to": "赵某", "objection_why": "是对方的朋友"}),
    ("notes", {"notes": ""}),
)
DISPUTE: Road = (
    ("kind", {"kind": "ALREADY_PAID"}),
    (
        "paid",
        {
            "paid_on-year": "2026",
            "paid_on-month": "11",
            "paid_on-day": "1",
            "paid_amount": "1,200",
            "paid_how": "转账",
        },
    ),
    ("words", {"text": "已经转账"}),
)
COMPLAINT: Road = (
    ("category", {"category": "COLLECTION"}),
    ("happened", {"about": "某公司", "when": "昨天", "text": "一天打了十次电话"}),
    ("wanted", {"wanted": "道歉"}),
)
YOU: Road = (("you", {"contact": "138 0013 8001", "name": "", "case_reference": ""}),)
QUESTION: Road = (("topic", {"topic": "mediation"}), ("mediation", {"text": "要多久？"}))
WITHDRAW: Road = (("sure", {"sure": "UNDERSTOOD"}), ("why", {"why": "不需要了"}))
RENEGOTIATE: Road = (("why", {"why": "ILLNESS"}), ("offer", {"monthly": "500", "text": "住院"}))
RESCHEDULE: Road = (("times", {"times": "2026-12-01T14"}), ("why", {"why": "上班"}))

TAKE_BACK: Road = (("sure", {"sure": "UNDERSTOOD"}), ("why", {"why": "已经解决了"}))
REVIEW: Road = (("why", {"why": "第二通电话没有核实"}),)
OBJECT: Road = (("ground", {"ground": "CONFLICT"}), ("why", {"why": "他以前在银行工作"}))


def enter(scene: Scene) -> Browser:
    """Notice a borrower and return his browser, past the second factor; his execution waits with token-1."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    browser = Browser()
    browser.enter(found.group(1))
    return browser


@pytest.fixture
def inside(scene: Scene) -> Browser:
    """Return the browser of a borrower who has his notice and has shown that the case is his."""
    return enter(scene)


def send(browser: Browser, journey: str, road: Road, root: str = "/my/form") -> None:
    """Go a journey from its first page to its confirmation."""
    check = browser.answer(journey, *road, root=root)
    assert check.status_code == 200, check.status_code
    assert goes_to(browser.post(f"{root}/{journey}/check")) == f"{root}/{journey}/done"
