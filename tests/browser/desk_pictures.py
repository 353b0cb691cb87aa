"""What the desk looks like with a day's work on it: the pages that its pictures show."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Browser

from tests.browser import roads
from tests.browser.desk import Member, at_the_desk, last, stands
from tests.browser.stage import Stage
from tests.browser.visitor import DESKTOP, PHONE, Visitor, Watch, visitor

LOOKS = (
    ("zh-CN", DESKTOP, "desk"), ("en", DESKTOP, "desk"), ("zh-CN", PHONE, "phone"), ("en", PHONE, "phone"),
)  # fmt: skip
ON_A_PHONE = {"staff-worklist", "staff-case"}
"""The pages that are also kept as a phone shows them."""
_NO_MORE = {"represented": "NO", "objects": "NO", "mode": "TELEPHONE"}


def round_of_pages(browser: Browser, stage: Stage, camera: Callable[[str, str], Watch]) -> None:
    """Look at the desk's main pages; `camera` gives what watches, by kind of screen and language."""
    case_id, mediator = _drafted_case(browser, stage)
    reference = _complaint(browser, stage)
    for language, size, kind in LOOKS:
        watch = camera(kind, language)
        with at_the_desk(browser, stage, mediator, language, size, _unwatched) as one:
            one.who.watch = watch
            _look_as_mediator(one, case_id)
        with at_the_desk(browser, stage, "boss-huang", language, size, _unwatched) as boss:
            boss.who.watch = watch
            _look_as_supervisor(boss, reference)


def _look_as_mediator(member: Member, case_id: str) -> None:
    member.look(f"/staff/case/{case_id}", "staff-case")
    member.look(f"/staff/do/{case_id}/case/draft", "staff-act")
    member.look(f"/staff/case/{case_id}/text", "staff-agreement")


def _look_as_supervisor(member: Member, reference: str) -> None:
    member.look("/staff", "staff-worklist")
    member.look(f"/staff/complaint/{reference}", "staff-complaint")
    member.look("/staff/approvals", "staff-approvals")
    member.look("/staff/people", "staff-directory")
    member.look("/staff/audit", "staff-audit")
    # Whoever asks for more than his turn is told why in his own language.
    member.look(f"/staff/do/{reference}/complaint/acknowledge", "staff-refused")


def _drafted_case(browser: Browser, stage: Stage) -> tuple[str, str]:
    """Return a case whose draft has been commented on, and its mediator."""
    loan = f"LN-{uuid.uuid4().hex[:10]}"
    case_id, link = stage.borrower(loan)
    with _borrower(browser, stage) as who:
        roads.enter(who, link)
        roads.journey(who, "apply", _NO_MORE)
        with at_the_desk(browser, stage, "clerk-chen", "zh-CN", DESKTOP, _unwatched) as clerk:
            clerk.act("case", case_id, "accept")
        stage.stack.wait_for(stands(stage, loan, "ASSIGNED"))
        mediator = str(last(stage, loan, "ASSIGNED")["mediator"])
        with at_the_desk(browser, stage, mediator, "zh-CN", DESKTOP, _unwatched) as one:
            day = stage.local_day() + timedelta(days=6)
            one.act(
                "case", case_id, "offer_times", time=f"{day} 14:00", mode="TELEPHONE", dial_in="400-000-0009"
            )
        roads.journey(who, "meeting_time")
    stage.stack.wait_for(stands(stage, loan, "SCHEDULED"))
    stage.stack.advance("P6D")
    with at_the_desk(browser, stage, mediator, "zh-CN", DESKTOP, _unwatched) as one:
        one.act("case", case_id, "open_session")
        one.act("case", case_id, "draft", offer="first")
    with at_the_desk(browser, stage, "bank-liu", "zh-CN", DESKTOP, _unwatched) as bank:
        bank.act("case", case_id, "comment", draft="first", text="首期还款日合适，我方没有其他意见。")
        bank.act("case", case_id, "state", text="贷款已于约定日全额发放。")
    return case_id, mediator


def _complaint(browser: Browser, stage: Stage) -> str:
    """Return a complaint that is being looked into and whose handler asks for more time."""
    _, link = stage.borrower()
    with _borrower(browser, stage) as who:
        roads.enter(who, link)
        roads.journey(who, "complain")
        found = re.search(r"C-[A-Z2-7]{4}-[A-Z2-7]{4}", who.page.locator("main").inner_text())
    assert found
    with at_the_desk(browser, stage, "handler-zhou", "zh-CN", DESKTOP, _unwatched) as handler:
        stage.stack.wait_for(lambda: _is_acknowledged(handler, found[0]))
        handler.act("complaint", found[0], "take_up")
        handler.act("complaint", found[0], "extend_complaint", reason="通话录音正在调取。")
    return found[0]


def _is_acknowledged(handler: Member, reference: str) -> bool:
    handler.who.open(f"/staff/complaint/{reference}")
    return "已告知受理" in handler.who.page.locator("main").inner_text()


@contextmanager
def _borrower(browser: Browser, stage: Stage) -> Iterator[Visitor]:
    who, context = visitor(browser, stage.stack.url, "zh-CN", PHONE, _unwatched)
    try:
        yield who
    finally:
        context.close()


def _unwatched(who: Visitor, name: str) -> None:
    """Keep no picture of what only leads to the pages."""
