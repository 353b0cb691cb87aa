"""Every page, field and code of a journey has its words, the same in both languages; pages stay light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.api.pages import words_of
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.forms.journey import Journey
from chalicelib.forms.journeys.apply import APPLY
from chalicelib.forms.journeys.ask import ASK
from chalicelib.forms.journeys.complain import COMPLAIN_OPEN
from chalicelib.forms.journeys.dispute import DISPUTE
from chalicelib.forms.journeys.extend import EXTEND
from chalicelib.forms.journeys.meeting_time import MEETING_TIME
from chalicelib.forms.journeys.message import MESSAGE
from chalicelib.forms.journeys.object import OBJECT
from chalicelib.forms.journeys.renegotiate import RENEGOTIATE
from chalicelib.forms.journeys.reschedule import RESCHEDULE
from chalicelib.forms.journeys.review import REVIEW
from chalicelib.forms.journeys.statement import STATEMENT
from chalicelib.forms.journeys.withdraw import WITHDRAW
from chalicelib.forms.journeys.withdraw_complaint import WITHDRAW_COMPLAINT
from tests.api import inside
from tests.api.browser import Browser
from tests.scene import Scene

JOURNEYS = (
    *(APPLY, ASK, COMPLAIN_OPEN, DISPUTE, EXTEND, MEETING_TIME, MESSAGE),
    *(OBJECT, RENEGOTIATE, RESCHEDULE, REVIEW, STATEMENT, WITHDRAW, WITHDRAW_COMPLAINT),
)
HEAVIEST = 14 * 1024


def _keys(words: Any, path: str = "") -> Iterator[str]:
    if isinstance(words, dict):
        for key, value in words.items():
            yield from _keys(value, f"{path}/{key}")
    elif isinstance(words, list):
        for number, value in enumerate(words):
            yield from _keys(value, f"{path}/{number}")
    else:
        yield path


@pytest.mark.parametrize(
    "name", [*(f"journeys/{one.name}" for one in JOURNEYS), "complaint", "complaints", "questions", "written"]
)
def test_both_languages_say_the_same_things(name: str) -> None:
    chinese, english = (set(_keys(words_of(name, language))) for language in ("zh-CN", "en"))
    assert chinese == english


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda one: one.name)
def test_every_field_and_code_has_words(journey: Journey, language: str) -> None:
    words = words_of(f"journeys/{journey.name}", language)
    for page in journey.pages:
        own = words["pages"][page.name]
        for field in page.fields:
            told = own.get("fields", words.get("fields"))[field.name]
            assert told["label"], (page.name, field.name)
            options = told.get("options", {})
            named = words_of("common", language)[options] if isinstance(options, str) else options
            codes = set(getattr(field, "codes", ()))
            assert codes <= set(named) or (journey, field.name) == (ASK, "topic"), (page.name, codes)
            if getattr(field, "required", False) or (getattr(field, "least", 0) and field.kind == "choices"):
                assert told["errors"]["required"], (page.name, field.name)
            if "limit" in field.limits:
                assert told["errors"]["too_long"], (page.name, field.name)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_state_of_a_complaint_has_words(language: str) -> None:
    assert set(words_of("complaint", language)["statuses"]) == set(ComplaintStatus)


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_stays_light(scene: Scene, language: str) -> None:
    browser: Browser = inside.enter(scene)
    browser.language = language
    roads = {"dispute": inside.DISPUTE, "complain": inside.COMPLAINT, "ask": inside.QUESTION}
    roads |= {"apply": inside.APPLY, "reschedule": inside.RESCHEDULE, "withdraw": inside.WITHDRAW}
    for journey, road in roads.items():
        browser.get(f"/my/form/{journey}")
        for page, _ in road:
            browser.get(f"/my/form/{journey}/{page}")
            browser.post(f"/my/form/{journey}/{page}", dict(road)[page])
        browser.get(f"/my/form/{journey}/check")
        browser.post(f"/my/form/{journey}/check")
        assert browser.get(f"/my/form/{journey}/done").status_code == 200
        browser.get(f"/my/form/{journey}?again=1")
    for path in ("/my/questions", "/my/complaints", "/open/complaint"):
        browser.get(path)
    heavy = [(len(page.body), page.body[:200]) for page in browser.pages if len(page.body) > HEAVIEST]
    assert heavy == []
    assert len(browser.pages) > 60
