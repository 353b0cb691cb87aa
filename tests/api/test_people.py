"""Who helps is listed for anyone: by profession, what each has learned, and nobody who may not act today."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.directory import Profession, Professional
from chalicelib.store import directory
from tests.api.browser import Browser, text
from tests.domain.test_directory import LI
from tests.mediation.test_assign import LI_JING
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def _other(name: str, base: Professional = LI_JING, **changes: object) -> Professional:
    called = {"zh-CN": f"{name}先生", "en": f"Mr {name}"}
    return replace(base, id=name, name=called, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("language", "adviser"), [("en", "Legal advisers"), ("zh-CN", "法律顾问")])
def test_everybody_is_under_his_profession_with_what_he_has_learned(
    scene: Scene, language: str, adviser: str
) -> None:
    directory.put(replace(LI_JING, specialities=("ILLNESS", "UNHEARD_OF")))
    directory.put(_other("Abel", profession=Profession.LEGAL_ADVISER))
    directory.put(_other("Cain", profession=Profession.EXPERT))
    page = text(Browser(language=language).get("/open/people"))
    for told in (LI_JING.name, LI_JING.organisation, LI_JING.qualifications):
        assert told[language] in page
    assert ("illness" if language == "en" else "疾病") in page
    assert "UNHEARD_OF" not in page
    places = [page.index(each) for each in (LI_JING.name[language], f"{adviser}</h2>", "Abel", "Cain")]
    assert places == sorted(places)


def test_who_may_not_act_today_is_not_listed(scene: Scene) -> None:
    directory.put(_other("Gone", retired_on=date(2026, 11, 23)))
    directory.put(_other("Lapsed", LI))
    directory.put(_other("Untaught", records=LI_JING.records[:1]))
    page = text(Browser(language="en").get("/open/people"))
    assert "Lapsed" in page, "valid to the 24th"
    scene.road.clock.advance(days=2)
    page = text(Browser(language="en").get("/open/people"))
    assert "Nobody is listed" in page
    assert "Mr " not in page


def test_a_long_list_goes_on_over_the_page_and_stays_light(scene: Scene) -> None:
    for number in range(40):
        directory.put(_other(f"Nr{number:02d}", specialities=("ILLNESS", "DIVORCE", "UNEMPLOYMENT")))
    browser, path, seen = Browser(language="zh-CN"), "/open/people", list[str]()
    while path:
        page = browser.get(path)
        assert len(page.body) <= 14 * 1024
        seen += re.findall(r"Nr\d\d", text(page))
        onward = re.search(r'href="(/open/people\?[^"]*from=\d+)"', text(page))
        path = onward[1].replace("&amp;", "&") if onward else ""
    assert seen == [f"Nr{number:02d}" for number in range(40)]
    for odd in ("-1", "x", "9" * 40, "²", "40"):
        assert "Nr00" in text(browser.get(f"/open/people?from={odd}")), odd
