"""Contact preferences: silenced at once and started again, asked for and shown again, each confirmed."""

from __future__ import annotations

import pytest

from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.preferences import Preferences, Span
from chalicelib.store import persons
from tests.api.browser import Browser, goes_to, text
from tests.api.inside import inside
from tests.scene import Scene

__all__ = ["inside"]

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


def preferences(scene: Scene) -> Preferences:
    return persons.get(scene.case.borrower.person).preferences


def silent(scene: Scene) -> frozenset[ChannelName]:
    return persons.get(scene.case.borrower.person).opted_out


def followed(browser: Browser, path: str, form: dict[str, object]) -> str:
    """Post a form and return the page it leads to."""
    page = browser.post(path, form)
    assert goes_to(page) == "/my/contact"
    return text(browser.get(page.headers["Location"].removeprefix("https://accord.example")))


def test_the_old_address_leads_on(inside: Browser) -> None:
    assert goes_to(inside.get("/my/preferences")) == "/my/contact"


def test_a_channel_is_silenced_and_started_again_each_with_what_happens(
    scene: Scene, inside: Browser
) -> None:
    told = followed(inside, "/my/contact", {"channel": "SMS", "act": "stop"})
    assert "已停收短信" in told
    assert silent(scene) == {ChannelName.SMS}
    scene.road.clock.advance(minutes=1)
    told = followed(inside, "/my/contact", {"channel": "SMS", "act": "start"})
    assert "已恢复接收短信" in told
    assert silent(scene) == frozenset()
    assert [fact.which[:2] for fact in scene.facts(FactKind.PREFERENCE)] == [
        ("SMS", "STOP"),
        ("SMS", "START"),
    ]


def test_the_confirmation_says_what_is_and_not_what_the_address_claims(inside: Browser) -> None:
    assert "已停收短信。我们" not in text(inside.get("/my/contact?changed=SMS"))


@pytest.mark.parametrize(
    "form",
    [{}, {"channel": "SMS"}, *({"channel": name, "act": "stop"} for name in ("", "PIGEON", "sms", "ALL"))],
)
def test_a_form_that_names_nothing_changes_nothing(
    scene: Scene, inside: Browser, form: dict[str, str]
) -> None:
    rows = scene.rows()
    assert inside.post("/my/contact", form).status_code == 400
    assert scene.rows() == rows


def test_a_channel_without_an_address_is_not_offered(inside: Browser) -> None:
    assert 'value="IN_APP"' not in text(inside.get("/my/contact"))
    assert inside.post("/my/contact", {"channel": "IN_APP", "act": "stop"}).status_code == 400


def test_hours_are_asked_for_shown_again_and_taken_back(scene: Scene, inside: Browser) -> None:
    told = followed(inside, "/my/contact/hours", {"days": ["WEEKDAYS"], "parts": ["EVENING"]})
    assert "已保存" in told
    assert "晚上" in told
    assert preferences(scene).convenient == (Span(frozenset(range(5)), 1080, 1260),)
    assert 'value="EVENING" checked' in text(inside.get("/my/contact/hours"))
    followed(inside, "/my/contact/hours", {})
    assert preferences(scene).convenient == ()


def test_channel_and_language_are_asked_for_each_by_itself(scene: Scene, inside: Browser) -> None:
    followed(inside, "/my/contact/channel", {"channel": "EMAIL"})
    followed(inside, "/my/contact/language", {"language": "en"})
    assert preferences(scene) == Preferences((), ChannelName.EMAIL, "en")
    assert len(scene.facts(FactKind.PREFERENCE)) == 2
    followed(inside, "/my/contact/channel", {"channel": "ANY"})
    assert preferences(scene).channel is None


def test_asking_twice_for_the_same_is_asking_once(scene: Scene, inside: Browser) -> None:
    for _ in range(2):
        followed(inside, "/my/contact/language", {"language": "en"})
        scene.road.clock.advance(seconds=5)
    assert len(scene.facts(FactKind.PREFERENCE)) == 1


def test_a_wrong_code_is_named_and_a_switch_keeps_what_was_chosen(scene: Scene, inside: Browser) -> None:
    assert inside.post("/my/contact/language", {"language": "xx"}).status_code == 400
    page = inside.post("/my/contact/language?lang=en", {"language": "en", "switch": "1"})
    assert 'value="en" id="language" checked' in text(page) or 'value="en" checked' in text(page)
    assert preferences(scene).language is None


def test_nothing_else_is_asked(inside: Browser) -> None:
    assert inside.get("/my/contact/address").status_code == 404
    assert inside.get("/my/form/contact").status_code == 404
