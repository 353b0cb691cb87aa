"""The command line: `python -m tests.browser.screens` walks every road and keeps a picture of every page.

With `desk` it walks the staff's pages alone.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.browser import byways, chromium, roads
from tests.browser.desk_pictures import ON_A_PHONE, round_of_pages
from tests.browser.stage import Stage
from tests.browser.visitor import DESKTOP, PHONE, Visitor, visitor

FOLDER = Path(__file__).parents[2] / "docs" / "screens"
_FAULTS_KEPT = ("feedback", "landing", "code", "find")  # beyond them the pages with faults look alike
_QUALITY = 28  # WebP: text stays sharp, a page is some 15 KB
DESK = {"landing", "info", "my-notice", "feedback-reason", "feedback-check", "feedback-done", "my"}
"""The states also kept as they look on a desk, in English."""
_AT_THE_DESK = "## The staff's pages"
_KINDS = {"desk": "On a desk", "phone": "On a phone"}
_LANGUAGES = {"zh-CN": "Chinese", "en": "English"}


class Camera:
    """Keeps one picture of each state in `folder`; `only` names the states wanted, none: all."""

    def __init__(self, kind: str, only: set[str] | None = None) -> None:
        self.kind, self.only = kind, only
        self.taken: dict[str, str] = {}

    def __call__(self, who: Visitor, state: str) -> None:
        """Take a picture of the whole page."""
        repeated = state.endswith(("-error", "-empty", "-wrong")) and not state.startswith(_FAULTS_KEPT)
        if repeated or state in self.taken or (self.only is not None and state not in self.only):
            return
        name = f"{state}.{self.kind}.webp"
        picture = Image.open(io.BytesIO(who.page.screenshot(full_page=True)))
        picture.convert("RGB").save(FOLDER / name, "WEBP", quality=_QUALITY, method=6)
        self.taken[state] = name


def main(wanted: list[str]) -> int:
    """Write docs/screens anew; returns 1 without a chromium."""
    if not chromium.found():
        print(chromium.MISSING, file=sys.stderr)
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    text, desk_alone = (FOLDER / "README.md").read_text(encoding="utf-8"), "desk" in wanted
    borrowers = text.partition(_AT_THE_DESK)[0].rstrip() + "\n"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Stage.running(folder) as stage, chromium.running(folder) as browser:
            if not desk_alone:
                borrowers = _borrowers(stage, browser)
            staff = _staff(stage, browser)
    (FOLDER / "README.md").write_text(f"{borrowers}\n{staff}", encoding="utf-8")
    pictures = list(FOLDER.glob("*.webp"))
    weight = sum(each.stat().st_size for each in pictures)
    print(f"{len(pictures)} pictures, {weight / 1e6:.2f} MB in {FOLDER}")
    return 0


def _borrowers(stage: Stage, browser: Browser) -> str:
    """Take the pictures of the borrowers' pages anew; returns what shows them."""
    _clear(staff=False)
    phone, desk = Camera("phone.zh-CN"), Camera("desk.en", DESK)
    for camera, language, size in ((phone, "zh-CN", PHONE), (desk, "en", DESKTOP)):
        who, context = visitor(browser, stage.stack.url, language, size, camera)
        roads.everything(who, stage.link())
        for byway in byways.EVERY if camera is phone else ():
            context.clear_cookies()
            byway(who, stage)
        context.close()
    return _gallery(phone.taken, desk.taken)


def _staff(stage: Stage, browser: Browser) -> str:
    """Take the pictures of the staff's pages anew; returns what shows them."""
    _clear(staff=True)
    cameras: dict[tuple[str, str], Camera] = {}

    def camera(kind: str, language: str) -> Camera:
        only = ON_A_PHONE if kind == "phone" else None
        return cameras.setdefault((kind, language), Camera(f"{kind}.{language}", only))

    round_of_pages(browser, stage, camera)
    lines = [_AT_THE_DESK]
    for (kind, language), one in cameras.items():
        width = 250 if kind == "phone" else 560
        lines += ["", f"### {_KINDS[kind]}, in {_LANGUAGES[language]}", ""]
        lines += [f'<img src="{name}" width="{width}" alt="{state}">' for state, name in one.taken.items()]
    return "\n".join(lines) + "\n"


def _clear(*, staff: bool) -> None:
    for old in FOLDER.glob("*.webp"):
        if old.name.startswith("staff-") == staff:
            old.unlink()


def _gallery(phone: dict[str, str], desk: dict[str, str]) -> str:
    """Return the page that shows them, one section for each journey."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for state, name in phone.items():
        groups[state.partition("-")[0]].append(f'<img src="{name}" width="250" alt="{state}">')
    lines = [
        "# Every page of the borrowers, and the main ones of the staff",
        "",
        "Written by `make screens`; scripts are off.",
    ]
    lines += ["", "## On a desk, in English", ""]
    lines += [f'<img src="{name}" width="560" alt="{state}">' for state, name in desk.items()]
    for title, pictures in groups.items():
        lines += ["", f"## On a phone, in Chinese: {title}", "", *pictures]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
