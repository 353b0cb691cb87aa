"""Debian's chromium for the tests: where it is, and how it starts with a Chinese font on any machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

FONTS = Path(__file__).parents[2] / "chalicelib" / "texts" / "fonts"
MISSING = (
    "NO CHROMIUM: the pages are not tested in a browser. Install it (`apt-get install chromium`) or name one "
    "in the environment variable CHROMIUM."
)


def found() -> str:
    """Return the path of a chromium, empty when this machine has none."""
    named = os.environ.get("CHROMIUM", "")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or ""


@contextmanager
def running(folder: Path) -> Iterator[Browser]:
    """Start chromium; `folder` takes its font settings: the machine's, and the font that we ship."""
    settings = folder / "fonts.conf"
    settings.write_text(
        f"<fontconfig><include ignore_missing='yes'>/etc/fonts/fonts.conf</include><dir>{FONTS}</dir>"
        f"<cachedir>{folder / 'fonts'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            env={**os.environ, "FONTCONFIG_FILE": str(settings)},
        )
        try:
            yield browser
        finally:
            browser.close()
