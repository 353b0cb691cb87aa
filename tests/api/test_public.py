"""What anybody may ask: answers of one shape, that tell nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.domain.codes import FactKind, Stage
from tests.api.browser import Browser, goes_to, text
from tests.api.test_door import PERSONAL
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

TODAY = {"day-year": "2026", "day-month": "11", "day-day": "23"}
OPEN = [
    "/open",
    "/open/people",
    "/open/genuine",
    "/open/find",
    *(f"/open/rights/{c}" for c in ("cn", "us", "gb", "eu")),
]


@pytest.fixture
def code(scene: Scene) -> str:
    """The check code in the borrower's e-mail."""
    scene.accept()
    scene.run(Stage.NOTIFY)
    found = re.search(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}(?=\n)", scene.mail.sent[0].text)
    assert found
    return found.group()


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_public_page_is_small_and_knows_nobody(scene: Scene, code: str, path: str, language: str) -> None:
    page = Browser(language=language).get(path)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert len(page.body) <= 14 * 1024
    assert not [one for one in PERSONAL if one in text(page)]


def test_rights_of_nowhere_are_not_found(scene: Scene) -> None:
    for country in ("fr", "CN", "..", "legal"):
        assert Browser().get(f"/open/rights/{country}").status_code == 404


def test_the_hotline_stands_with_its_hours(scene: Scene) -> None:
    page = text(Browser(language="en").get("/open/rights/cn"))
    assert "12378" in page
    assert "09:00" in page


def _genuine(code: str, **changes: str) -> str:
    page = Browser(language="en").post("/open/genuine", {"code": code, **TODAY, **changes})
    assert page.status_code == 200
    assert not [one for one in PERSONAL if one in text(page)]
    return text(page)


def test_a_code_and_its_day_are_known(code: str) -> None:
    assert "Yes: we sent" in _genuine(code)
    assert "Yes: we sent" in _genuine(code.lower().replace("-", " "))


def test_another_day_and_another_code_are_not(code: str) -> None:
    other = ("A" if code[0] != "A" else "B") + code[1:]
    for page in (_genuine(code, **{"day-day": "22"}), _genuine(other)):
        assert "We know of no notice" in page


def test_asking_changes_nothing_and_leaves_no_code_behind(scene: Scene, code: str) -> None:
    rows = scene.rows()
    _genuine(code)
    assert scene.rows() == rows
    assert code not in str(rows)
    assert code.replace("-", "") not in str(rows)


@pytest.mark.parametrize(
    "changes",
    [
        {"code": ""},
        {"code": "7K4M"},
        {"code": "汉字"},
        {"day-day": "32"},
        {"day-day": "24"},
        {"day-year": "2020"},
    ],
)
def test_what_cannot_be_read_is_told_beside_the_field(code: str, changes: dict[str, Any]) -> None:
    page = Browser(language="en").post("/open/genuine", {"code": code, **TODAY, **changes})
    assert page.status_code == 400
    assert "<title>Error: " in text(page)
    assert 'href="#' in text(page)


# --- without a link -----------------------------------------------------------------------------------


def _find(reference: str, factor: str = "123X", browser: Browser | None = None) -> Any:
    form = {"reference": reference, "factor": factor}
    return (browser or Browser(language="en")).post("/open/find", form)


@pytest.mark.parametrize("typed", ["{}", " {} ", "ac{}"])
def test_the_reference_in_the_mail_and_the_factor_open_the_case(scene: Scene, code: str, typed: str) -> None:
    found = re.search(r"AC-[A-Z2-7]{4}-[A-Z2-7]{4}-1", scene.mail.sent[0].text)
    assert found
    assert found.group() == CASE_ID.reference
    reference = found.group() if typed != "ac{}" else found.group()[2:].lower()
    browser = Browser()
    assert goes_to(_find(typed.format(reference), browser=browser)) == "/my/info"
    assert browser.get("/my/notice").status_code == 200
    assert [fact.detail for fact in scene.facts(FactKind.VERIFIED)] == [{"by": "reference"}]


def test_an_unknown_reference_answers_like_a_wrong_factor(scene: Scene, code: str) -> None:
    for number in range(6):
        known, unknown = _find(CASE_ID.reference, "0000"), _find("AC-AAAA-AAAA-1", "0000")
        assert known.status_code == unknown.status_code == (429 if number >= 4 else 400)
        assert text(known).replace(CASE_ID.reference, "") == text(unknown).replace("AC-AAAA-AAAA-1", "")


def test_five_tries_lock_even_the_right_factor_out_for_a_day(scene: Scene, code: str) -> None:
    for _ in range(5):
        _find(CASE_ID.reference, "0000")
    assert _find(CASE_ID.reference).status_code == 429
    scene.road.clock.advance(hours=24)
    assert goes_to(_find(CASE_ID.reference)) == "/my/info"


def test_tries_without_a_link_count_for_the_case_too(scene: Scene, code: str) -> None:
    token = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert token
    for _ in range(4):
        Browser().enter(token.group(1), "0000")
    assert _find(CASE_ID.reference, "0000").status_code == 400
    assert Browser().enter(token.group(1)).status_code == 429


@pytest.mark.parametrize(
    "reference", ["", "AC-1", "AC-AAAA-AAAA", "AC-AAAA-AAAA-0", "x" * 99, "AC-0000-0000-1"]
)
def test_what_is_no_reference_costs_no_try(scene: Scene, code: str, reference: str) -> None:
    rows = scene.rows()
    assert _find(reference).status_code == 400
    assert scene.rows() == rows
