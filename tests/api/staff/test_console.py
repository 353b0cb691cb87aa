"""Who may what on the console, and that nothing is shown which is not on the trail first."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.api.staff.console import NOWHERE, console
from chalicelib.domain.audit import Audited, Entry
from chalicelib.domain.permissions import Permission
from chalicelib.store import audit, proposals, talks
from tests.api.staff.member import Answer, Member, sign_in
from tests.complaints.desk import Desk
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import (
    ANNA,
    AUDITOR,
    BANK,
    BOSS,
    BOSS_TOO,
    CLERK,
    EVERYBODY,
    MEDIATOR,
    OTHER_BANK,
    STRANGER,
)

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
OPEN = {"/staff/callback", "/staff/signed-out", NOWHERE}
"""Routes for whoever is not signed in; they show nothing of anybody."""
KEY = "abcdefghijkl"


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    view: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, **values: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "nobody-knows-it"), self.path)


ROUTES = [
    Route(method, path, entry.view_function)
    for path, methods in console.routes.items()
    for method, entry in methods.items()
]
GUARDED = [route for route in ROUTES if route.path not in OPEN]


def _names(held: Scene, reference: str) -> dict[str, str]:
    (talk,) = talks.every()
    (proposal,) = proposals.waiting()
    return {
        "case_id": str(CASE_ID), "about": str(CASE_ID), "on": "case", "act": "end_mediation",
        "reference": reference, "person": "m-1", "talk": talk.id, "proposal": proposal.id,
    }  # fmt: skip


def _ask(member: Member, route: Route, names: dict[str, str]) -> Answer:
    path = route.at(**names)
    return member.post(path, {"key": KEY}) if route.method == "POST" else member.get(path)


def _trail(scene: Scene) -> list[Entry]:
    return audit.on(scene.road.clock.now.date())


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_has_a_permission_and_a_line_on_the_trail(route: Route) -> None:
    given = getattr(route.view, "permission", None), getattr(route.view, "audited", None)
    if route.path in OPEN:
        assert given == (None, None)
    else:
        assert isinstance(given[0], Permission)
        assert isinstance(given[1], Audited)


def test_nobody_sees_or_does_anything_without_a_session(office: Scene, filed: Desk) -> None:
    before, names = office.rows(), _names(office, filed.reference)
    for route in GUARDED:
        for jar in ({}, {"__Host-accord-staff": "clerk.forged"}, {"__Host-accord-staff": "nonsense"}):
            answer = _ask(Member(jar=jar), route, names)
            assert answer.status == (403 if route.method == "POST" else 303), str(route)
            assert "张伟" not in answer.text
            if answer.status == 303:
                assert answer.headers["location"][0].startswith("https://sign-in.example/oauth2/authorize?")
    assert office.rows() == before


def test_another_lenders_and_a_strangers_case_is_the_same_as_none(office: Scene, filed: Desk) -> None:
    names, nothing = _names(office, filed.reference), "a" * 20 + "-1"
    for actor in (OTHER_BANK, STRANGER):
        member = sign_in(office, actor)
        for route in GUARDED:
            if "{case_id}" not in route.path and "{about}" not in route.path:
                continue
            theirs = _ask(member, route, names)
            none = _ask(member, route, names | {"case_id": nothing, "about": nothing})
            assert (theirs.status, _plain(theirs)) == (none.status, _plain(none)), str(route)
            assert theirs.status in (403, 404)
            assert "张伟" not in theirs.text


def _plain(answer: Answer) -> str:
    """Return a page's words without what names the request itself."""
    return re.sub(r'href="[^"]*"|value="[^"]*"', "", answer.text)


def test_nobody_sees_a_complaint_about_himself_or_out_of_his_role(office: Scene, filed: Desk) -> None:
    page = f"/staff/complaint/{filed.reference}"
    seen = {actor.id: sign_in(office, actor).get(page).status for actor in EVERYBODY}
    assert {who for who, status in seen.items() if status == 200} == {"anna", "boss", "auditor"}
    assert sign_in(office, ANNA).act("complaint", filed.reference, "name_person", person="anna").status == 303
    assert sign_in(office, ANNA).get(page).status == 404


def test_what_cannot_be_put_on_the_trail_is_not_shown(
    office: Scene, filed: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    member, names = sign_in(office, BOSS), _names(office, filed.reference)
    form = {"key": KEY, "csrf": member.csrf()}

    def broken(entry: Entry, ident: str) -> None:
        raise audit.NotRecorded("the table is away")

    monkeypatch.setattr(audit, "record", broken)
    out = [route for route in GUARDED if route.path == "/staff/sign-out"]
    for route in [each for each in GUARDED if each not in out] + out:
        path = route.at(**names)
        answer = member.post(path, form) if route.method == "POST" else member.get(path)
        assert (answer.status, "nothing was shown" in answer.text) == (500, True), str(route)
        for told in ("张伟", "I was ill", CASE_ID.reference, "They rang at night"):
            assert told not in answer.text


def test_the_trail_tells_who_did_what_to_what_and_nothing_personal(office: Scene, filed: Desk) -> None:
    names = _names(office, filed.reference)
    for actor in (BOSS, MEDIATOR, BANK, STRANGER):
        member = sign_in(office, actor)
        for route in GUARDED:
            if route.path != "/staff/sign-out":
                _ask(member, route, names)
        member.get("/staff/find?reference=张伟")
    lines = _trail(office)
    assert {line.who for line in lines} == {"boss", "m-1", "bank", "m-2"}
    kinds = Counter(line.what for line in lines if line.who == "boss" and line.about == str(CASE_ID))
    assert kinds[Audited.CASE_READ] == 2
    assert {line.what for line in lines if line.who == "m-2" and line.about == str(CASE_ID)} == {
        Audited.DENIED
    }
    told = json.dumps([[line.about, dict(line.detail)] for line in lines], ensure_ascii=False)
    for personal in ("张伟", "13800138000", "zhangwei", "I was ill", "LN-2026"):
        assert personal not in told


def test_a_form_needs_the_sessions_own_token_and_must_come_from_our_page(office: Scene, filed: Desk) -> None:
    clerk, path = sign_in(office, CLERK), f"/staff/do/{CASE_ID}/case/answer_question"
    before = [row for row in office.rows() if not row["pk"]["S"].startswith(("AUDIT", "STAFFSESSION"))]
    good = {"key": KEY, "question": "Q-1", "text": "Tomorrow."}
    other = sign_in(office, BOSS, token="o" * 43).csrf()
    for token in ("", "0" * 64, other):
        assert clerk.post(path, {**good, "csrf": token}).status == 403
    assert clerk.post(path, good, **{"sec-fetch-site": "cross-site"}).status == 403
    assert clerk.post(path, {**good, "key": "../../x"}).status == 403
    after = [row for row in office.rows() if not row["pk"]["S"].startswith(("AUDIT", "STAFFSESSION"))]
    assert after == before
    assert clerk.post(path, good).status == 303


def test_every_answer_has_the_headers_that_keep_it_to_its_reader(office: Scene, filed: Desk) -> None:
    member, names = sign_in(office, BOSS), _names(office, filed.reference)
    answers = [_ask(member, route, names) for route in ROUTES]
    answers += [Member().get("/staff/no/such/page"), Member().ask("PUT", "/staff", None, {})]
    for answer in answers:
        assert answer.headers["cache-control"] == ["no-store"]
        assert answer.headers["x-content-type-options"] == ["nosniff"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"][0]
        assert answer.headers["referrer-policy"] == ["no-referrer"]
        assert "script" not in answer.headers["content-security-policy"][0]
    assert Member().get("/staff/no/such/page").status == 404


def test_odd_paths_and_queries_are_answered(office: Scene) -> None:
    boss = sign_in(office, BOSS)
    for path in (
        "/staff/case/x", "/staff/case/%00", "/staff/complaint/..", "/staff/do/x/case/accept",
        "/staff/do/new/ghost/x",
        "/staff/audit?day=x", "/staff/report?month=13", "/staff?filter=1&kind=%3Cb%3E&after=x~y",
        "/staff/find",
        "/staff/people/x", "/staff/talks/x",
        f"/staff/case/{CASE_ID}/message/x", f"/staff/case/{CASE_ID}/letter/x",
        f"/staff/case/{CASE_ID}/document/x", f"/staff/case/{CASE_ID}/agreement/{'0' * 64}",
    ):  # fmt: skip
        assert boss.get(path).status in (200, 404, 409), path
    assert sign_in(office, AUDITOR).get("/staff/audit").status == 200
    assert sign_in(office, BOSS_TOO).get("/staff/approvals").status == 200
    assert sign_in(office, CLERK).get("/staff/audit").status == 403
