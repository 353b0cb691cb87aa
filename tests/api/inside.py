"""A browser past the second factor."""

from __future__ import annotations

import re

import pytest

from chalicelib.domain.codes import Stage
from tests.api.browser import Browser
from tests.scene import Scene


@pytest.fixture
def inside(scene: Scene) -> Browser:
    """Return the browser of a borrower who has his notice and has shown that the case is his."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    browser = Browser()
    browser.enter(found.group(1))
    return browser
