"""Who may what, for every route there is: one without a policy fails, and so does one that leaks or acts."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.client import BaseClient
from chalice.test import HTTPResponse

from chalicelib.api import session as sessions
from chalicelib.api.pages import content_security_policy
from chalicelib.api.session import ABSOLUTE, start
from chalicelib.api.visit import Who
from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId, loan_key
from tests.api.browser import FORM, Browser, text
from tests.api.crawl import crawl
from tests.api.routes import BORROWERS, PAGES, READ, ROUTES, SIGNED, WRITTEN, Route
from tests.samples import CASE_ID
from tests.scene import Scene, case_id

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

FIELDS = {"reason": "UNEMPLOYMENT", "channel": "SMS", "factor": "123X", "act": "stop"}
OTHER = CaseId(loan_key("demo-bank", "LN-OTHER"), 1)
_READS = ("Get", "Query", "BatchGet", "Describe", "List", "Scan", "TransactGet")


def each(routes: list[Route]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("route", routes, ids=str)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Every call to AWS that is no reading, by operation."""
    found: Counter[str] = Counter()
    call = BaseClient._make_api_call

    def counted(self: BaseClient, name: str, values: Any) -> Any:
        if not name.startswith(_READS):
            found[name] += 1
        return call(self, name, values)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return found


def _of(scene: Scene, case: Any = CASE_ID, *, ago: timedelta = timedelta(0)) -> str:
    """Return the cookie of a session for a case, begun some time ago."""
    value = start(case, scene.road.clock.now - ago).seal(scene.wiring.session_key())
    return f"__Host-accord={value}"


def _guest(scene: Scene) -> str:
    wiring = scene.wiring
    value = sessions.start_guest(wiring.randomness, scene.road.clock.now).seal(wiring.session_key())
    return f"__Host-accord={value}"


def _ask(route: Route, jar: str = "", form: dict[str, str] | None = None, **headers: str) -> HTTPResponse:
    body = urlencode(form or {}).encode()
    kind = {"content-type": FORM} if route.method == "POST" else {}
    return Browser(jar=jar).ask(route.method, route.at(), body, {**kind, **headers})


@each(ROUTES)
def test_every_route_has_a_policy(route: Route) -> None:
    assert (route.who is None) == ((route.method, route.path) in SIGNED)
    if route.path.startswith("/my"):
        assert route.who == Who.BORROWER
    elif route.path.startswith("/open"):
        assert route.who in (Who.GUEST, Who.ANYONE)


def test_whoever_is_not_the_borrower_gets_one_and_the_same_answer(scene: Scene) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    mine, rows = _of(scene), scene.rows()
    nobodies = {
        "no session": "",
        "guest": _guest(scene),
        "expired": _of(scene, ago=ABSOLUTE + timedelta(seconds=1)),
        "tampered": mine[:-2] + ("AA" if not mine.endswith("AA") else "BB"),
        "another case's seal": mine.replace(str(CASE_ID), str(case_id(2))),
        "empty": "__Host-accord=",
    }
    for route in BORROWERS:
        answers = {who: _ask(route, jar, FIELDS) for who, jar in nobodies.items()}
        assert {answer.status_code for answer in answers.values()} == {403}, str(route)
        assert len({text(answer) for answer in answers.values()}) == 1, str(route)
    assert scene.rows() == rows
    assert scene.machine.signals == []


def test_another_case_sees_nothing_of_this_one(scene: Scene) -> None:
    """Every address that one borrower's pages lead to, asked for by another: as if there were nothing."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = list(crawl(Browser(jar=_of(scene))))
    scene.accept(id="evt-2", subject="LN-OTHER")
    stranger = Browser(jar=_of(scene, OTHER))
    for route in READ:
        if route.method != "GET":
            continue
        for path in [path for path in found if route.leads(path)] or [route.at()]:
            answer = text(stranger.get(path))
            for personal in (str(CASE_ID), CASE_ID.reference, "LN-2026-000001", scene.sms.sent[0].text[-22:]):
                assert personal not in answer, path


def test_reading_changes_nothing(scene: Scene, written: Counter[str]) -> None:
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    rows = scene.rows()
    written.clear()
    for route in READ:
        for jar in ("", _of(scene), _guest(scene)):
            for method in ("GET", "HEAD"):
                Browser(jar=jar).get(route.at(), method)
        assert written == Counter(), str(route)
    assert scene.rows() == rows
    assert scene.machine.signals == []


@pytest.mark.parametrize("csrf", ["", "wrong", "é", None])
def test_a_form_without_its_token_does_nothing(scene: Scene, csrf: str | None) -> None:
    scene.accept()
    rows = scene.rows()
    form = FIELDS if csrf is None else FIELDS | {"csrf": csrf}
    for route in WRITTEN:
        if route.who != Who.ANYONE:
            assert _ask(route, _of(scene), form).status_code == 403, str(route)
    assert scene.rows() == rows


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_on_another_site_does_nothing(scene: Scene, site: str) -> None:
    scene.accept()
    key = scene.wiring.session_key()
    csrf = start(CASE_ID, scene.road.clock.now).csrf(key)
    rows = scene.rows()
    for route in WRITTEN:
        if not route.path.endswith("/stop"):
            answer = _ask(route, _of(scene), FIELDS | {"csrf": csrf}, **{"sec-fetch-site": site})
            assert answer.status_code == 403, str(route)
    assert scene.rows() == rows


@pytest.mark.parametrize("verified", [True, False])
def test_every_answer_is_guarded(scene: Scene, verified: bool) -> None:
    """Errors too; only a file goes without the rules for a page, and says what it is."""
    scene.accept()
    for route in PAGES:
        headers = _ask(route, _of(scene) if verified else "", FIELDS).headers
        assert "no-store" in headers["Cache-Control"], str(route)
        if headers.get("Content-Type", "").startswith("text/html"):
            _require_guards(headers, str(route))


def _require_guards(headers: Any, route: str) -> None:
    policy = headers["Content-Security-Policy"]
    assert policy.startswith(content_security_policy().partition("form-action")[0]), route
    assert "frame-ancestors 'none'" in policy, route
    assert "unsafe" not in policy, route
    assert headers["Referrer-Policy"] == "no-referrer", route
    assert headers["X-Content-Type-Options"] == "nosniff", route
    assert headers["X-Frame-Options"] == "DENY", route
    assert headers["X-Robots-Tag"] == "noindex", route
    assert headers["Strict-Transport-Security"].startswith("max-age="), route
