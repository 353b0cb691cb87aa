"""The scene these tests play on: a mediated case with something of everything, and a complaint in it."""

import pytest

from chalicelib.forms.fields import Value
from tests.complaints.desk import Desk
from tests.scene import Scene, counted, deployment, scene
from tests.staff.office import ANNA, BOSS, do
from tests.staff.test_case_file import filed as _filed

__all__ = ["counted", "deployment", "filed", "scene"]

filed = _filed
"""A mediated case with a complaint, a statement, a question, a message and a note."""


@pytest.fixture
def office(filed: Desk) -> Scene:
    """The same, with a proposal that waits, somebody in the directory and a lecture."""
    held = filed.scene
    do(held, ANNA, "acknowledge", filed.reference)
    do(held, ANNA, "take_up", filed.reference)
    do(held, ANNA, "extend_complaint", filed.reference, reason="The records are in an archive.")
    do(held, BOSS, "enter_person", "new", **PERSON)
    do(held, BOSS, "announce_talk", "new", **TALK)
    return held


PERSON: dict[str, Value] = {
    "id": "m-1",
    "profession": "MEDIATOR",
    "name_zh-CN": "李静",
    "name_en": "Li Jing",
    "organisation_zh-CN": "调解中心",
    "organisation_en": "Mediation centre",
    "qualifications_zh-CN": "国家认证",
    "qualifications_en": "Certified",
    "languages": ["zh-CN"],
    "modes": ["TELEPHONE"],
}
TALK: dict[str, Value] = {
    "title_zh-CN": "权利",
    "title_en": "Your rights",
    "about_zh-CN": "简介",
    "about_en": "About rights.",
    "how_zh-CN": "在线",
    "how_en": "Online.",
    "audience": "EVERYBODY",
    "language": "en",
    "time": "2026-12-09 14:30",
    "zone": "Asia/Shanghai",
    "minutes": "60",
    "seats": "30",
}
