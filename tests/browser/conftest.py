"""One stack and one browser for all tests of this folder; without a chromium they are skipped, loudly."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.browser.audit import Audit
from tests.browser.stage import Stage


@pytest.fixture(scope="package")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A running chromium."""
    if not chromium.found():
        pytest.skip(chromium.MISSING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Playwright asks for an event loop the old way
        with chromium.running(tmp_path_factory.mktemp("chromium")) as found:
            yield found


@pytest.fixture(scope="package")
def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The running product, with borrowers whose links are in its outbox."""
    with Stage.running(tmp_path_factory.mktemp("stage")) as found:
        yield found


@pytest.fixture
def audit(browser: Browser) -> Audit:
    """Looks at every state a visitor names."""
    return Audit(browser)
