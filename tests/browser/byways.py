"""The roads that few take: codes, dead links, what was sent by mistake, branches, cases that moved on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.browser.roads import FACTOR, enter, journey
from tests.browser.stage import Stage
from tests.browser.visitor import EVERY_BOX, Visitor
from tests.handed_in import PDF, archive

NOBODYS = "/n/" + "x" * 22
SEEDED: Mapping[str, str] = {"meeting": "DB-2024-000320", "plan": "DB-2022-000771"}
"""Seeded cases in which a meeting is ahead, and in which a plan runs."""
_ARRANGED = (
    *("/my", "/my/meeting", "/my/agreement", "/my/plan", "/my/documents", "/my/statements"),
    *("/my/talk", "/my/form/message"),
    *("/my/form/meeting_time", "/my/form/extend", "/my/form/renegotiate"),
)
_MOST_TRIES = 12
_CHECK_CODE = re.compile(r"(?<![A-Z0-9-])[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}(?![A-Z0-9-])")


def by_code(who: Visitor, stage: Stage) -> None:
    """In by a one-time code: asked for, left empty, mistyped, typed."""
    case_id, link = stage.borrower()
    who.open(link)
    who.page.locator("main form button.link").click()
    who.at("code")
    who.press()
    who.at("code-empty")
    who.fill(code="000000")
    who.press()
    who.at("code-wrong")
    who.fill(code=stage.code(case_id))
    who.press()
    assert who.path == "/my/info", who.path
    who.open("/my/form/reschedule")
    who.at("reschedule-nothing")
    who.open("/my/form/object")
    who.at("object-nothing")
    for name in ("withdraw_complaint", "review"):
        who.open(f"/my/form/{name}")
        who.at(f"{name}-nothing")
    who.open("/my/form/survey")
    who.at("survey-none")
    _branches(who)
    _evidence(who)
    _preferences(who)


def _branches(who: Visitor) -> None:
    """The questions that only some answers lead to; nothing of it is sent."""
    nothing_owed = {"reason": "ALREADY_PAID"}
    _branch(who, "feedback", ("reason",), nothing_owed, "dispute")
    all_of_it = {"reason": "INCOME_REDUCTION", "pay": "LUMP_SUM", "wish": "NO", "more": EVERY_BOX}
    soon = {"lump_on-year": f"{datetime.now(UTC).year + 1}", "lump_on-month": "1"}
    asked = ("lump", "evidence", "channel", "hours", "language")
    _branch(who, "feedback", ("reason", "pay", "mediation", "more", "lump"), all_of_it | soon, *asked)
    _branch(who, "dispute", ("kind",), {"kind": "ALREADY_PAID"}, "paid", fault=True)
    _branch(who, "dispute", ("kind",), {"kind": "OTHER"}, "other", fault=True)


def _branch(
    who: Visitor,
    name: str,
    answered: tuple[str, ...],
    wanted: Mapping[str, str],
    *pages: str,
    fault: bool = False,
) -> None:
    """Answer some pages, and look at those that they lead to."""
    for page in answered:
        who.open(f"/my/form/{name}/{page}")
        who.fill(**wanted)
        who.press()
        assert who.status == 200, f"{name} {page}: {who.page.locator('main').inner_text()[:300]}"
    for page in pages:
        who.open(f"/my/form/{name}/{page}")
        assert who.path.endswith(f"/{page}"), f"{page} is not asked: {who.path}"
        who.at(f"{name}-{page}")
        if fault:
            who.fill(**{"paid_on-month": "13"})
            if page == "other":
                who.page.locator("main textarea").fill("")
            who.press()
            assert who.status == 400, who.path
            who.at(f"{name}-{page}-error")


def _evidence(who: Visitor) -> None:
    """A document that is taken and one that is not, from its name to what became of it."""
    who.open("/my/evidence/add")
    who.press()
    assert who.status == 400
    who.at("evidence-add-error")
    for name, body, end in (("a.pdf", PDF, "received"), ("b.pdf", archive(), "declined")):
        who.open("/my/evidence/add")
        who.fill()
        who.press()
        who.at("evidence-file")
        here = who.path.removesuffix("/file") + "/state"
        who.open(here)
        who.at("evidence-waiting")
        who.page.go_back()
        who.page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/pdf", "buffer": body}
        )
        who.press()
        assert who.path == here, f"{who.path} {who.status}"
        who.until("evidence-checking", lambda: not who.page.locator('a[href*="sent=1"]').count())
        who.at(f"evidence-{end}")
    who.open("/my/evidence")
    who.at("evidence-list")


def _preferences(who: Visitor) -> None:
    """Each wish changed once, and a channel silenced."""
    for name in ("channel", "hours", "language"):
        who.open(f"/my/contact/{name}")
        who.fill()
        who.press()
        assert who.path == "/my/contact", who.path
    who.at("my-contact-changed")
    who.open("/my/preferences")
    who.press()
    who.at("my-contact-silent")


def astray(who: Visitor, stage: Stage) -> None:
    """Links that are nobody's, locked, not meant for him, or followed to unsubscribe."""
    _, link = stage.borrower()
    who.open(f"{link}/stop")
    who.at("landing-stop")
    who.open(f"{link}/not-me")
    who.at("not-me")
    who.press()
    who.at("not-me-error")
    for why in ("identity", "address"):
        who.open(f"{link}/not-me")
        who.fill(why=why)
        who.press()
        who.at(f"not-me-{why}")
    who.open(NOBODYS)
    who.fill(factor=FACTOR)
    who.press()
    assert who.status == 404
    who.at("gone")
    _, link = stage.borrower()
    who.open(link)
    _until_locked(who, "locked", factor="0000")


def _until_locked(who: Visitor, state: str, **typed: str) -> None:
    for _ in range(_MOST_TRIES):
        who.fill(**typed)
        who.press()
        if who.status == 429:
            return who.at(state)
    raise AssertionError(f"{who.path} takes any number of tries")


def without_link(who: Visitor, stage: Stage) -> None:
    """What anybody can ask: whether a notice is genuine, for his case, for a complaint, for a seat."""
    case_id, _ = stage.borrower()
    message = stage.stack.sent(case_id)["EMAIL"]["text"]
    (code,) = set(_CHECK_CODE.findall(message))
    sent = stage.local_day()
    for state, typed in (("no", "2345-6789"), ("yes", code)):
        who.open("/open/genuine")
        if state == "no":
            who.press()
            who.at("genuine-error")
        day = {"day-year": f"{sent.year}", "day-month": f"{sent.month}", "day-day": f"{sent.day}"}
        who.fill(code=typed, **day)
        who.press()
        who.at(f"genuine-{state}")
    who.open("/open/find")
    who.press()
    who.at("find-error")
    nobodys = stage.unknown_reference()
    who.fill(reference=nobodys, factor="0000")
    who.press()
    assert who.status == 400
    who.at("find-wrong")
    _until_locked(who, "find-locked", reference=nobodys, factor="0000")
    _complaint(who)
    journey(who, "sign_up", root="/open/form", state="open-sign_up")


def _complaint(who: Visitor) -> None:
    journey(who, "complain", root="/open/form", state="open-complain")
    found = re.search(r"C-[A-Z2-7]{4}-[A-Z2-7]{4}", who.page.locator("main").inner_text())
    assert found
    who.open("/open/complaint")
    who.press()
    who.at("complaint-error")
    who.fill(reference="C-2222-2222")
    who.press()
    who.at("complaint-unknown")
    who.fill(reference=found[0])
    who.press()
    assert who.status == 200
    who.at("complaint-found")
    who.press()
    assert who.status == 400
    who.at("complaint-sure-error")
    who.fill()
    who.press()
    assert who.status == 200
    who.at("complaint-withdrawn")


def moved_on(who: Visitor, stage: Stage) -> None:
    """Cases in which something is arranged, and one that is closed."""
    for what, loan in SEEDED.items():
        who.page.context.clear_cookies()
        enter(who, stage.seeded(loan), stage.factor(loan))
        for path in _ARRANGED:
            who.open(path)
            who.at(f"{what}-{path.strip('/').replace('/', '-')}")
    who.open("/my/form/survey/about")
    who.at("survey-about")
    who.page.context.clear_cookies()
    who.open(stage.closed())
    who.fill(factor=FACTOR)
    who.press()
    for path in ("/my", "/my/notice", "/my/form/feedback", "/my/form/apply"):
        who.open(path)
        who.at(f"closed{path.replace('/', '-')}")


EVERY = (by_code, astray, without_link, moved_on)
