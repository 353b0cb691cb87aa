"""The worklist over HTTP."""

from __future__ import annotations

from tests.api.inside import enter, send, APPLY
from tests.api.staff.member import sign_in
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import CLERK, BOSS


def applied(scene: Scene) -> None:
    send(enter(scene), "apply", APPLY)


def test_a_clerk_sees_what_waits_and_accepts_it(scene: Scene) -> None:
    applied(scene)
    clerk = sign_in(scene, CLERK)
    page = clerk.get("/staff")
    assert page.status == 200, page.text
    assert CASE_ID.reference in page.text
    page = clerk.get(f"/staff/case/{CASE_ID}")
    assert page.status == 200, page.text
    print(page.text)
    done = clerk.act("case", str(CASE_ID), "accept")
    assert done.place == f"/staff/case/{CASE_ID}"
    for path in (
        "/staff/people",
        "/staff/talks",
        "/staff/approvals",
        f"/staff/case/{CASE_ID}/timeline",
        "/staff/find?reference=" + CASE_ID.reference,
        "/staff/find?reference=x",
    ):
        page = clerk.get(path)
        assert page.status in (200, 303), page.text
    boss = sign_in(scene, BOSS, token="u" * 43)
    for path in ("/staff/report", "/staff/audit", "/staff/worklist.csv"):
        page = boss.get(path)
        assert page.status == 200, page.text
    print(boss.get("/staff/audit").text)
