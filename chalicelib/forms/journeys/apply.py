"""Applying for mediation: how, when, with whose help, and before whom not."""

from __future__ import annotations

from chalicelib.domain.codes import Mode
from chalicelib.forms.fields import Choice, Choices, Line, Words
from chalicelib.forms.journey import Answers, Journey, Page
from chalicelib.forms.reachable import telephone

NEEDS = ("INTERPRETER", "SIGN_LANGUAGE", "LARGE_PRINT", "STEP_FREE", "BREAKS", "PLAIN_WORDS", "OTHER")
RELATIONS = ("LAWYER", "FAMILY", "GUARDIAN", "SOCIAL_WORKER", "OTHER")
YES_NO = ("NO", "YES")


def _is_represented(answers: Answers) -> bool:
    return answers.get("represented") == "YES"


def _objects(answers: Answers) -> bool:
    return answers.get("objects") == "YES"


APPLY = Journey(
    name="apply",
    letter="M",
    pages=(
        Page("mode", (Choice("mode", tuple(Mode)),)),
        Page("times", (Choices("times", least=1, most=24),)),
        Page("needs", (Choices("needs", NEEDS), Words("needs_text", 500))),
        Page("represented", (Choice("represented", YES_NO),)),
        Page(
            "representative",
            (
                Line("rep_name", 60),
                Choice("rep_relation", RELATIONS),
                Line("rep_phone", 30, check=telephone, inputmode="tel"),
                Choices("rep_authority", ("CONFIRMED",), least=1),
            ),
            asked=_is_represented,
        ),
        Page("objects", (Choice("objects", YES_NO),)),
        Page(
            "objection",
            (Line("objection_to", 100), Words("objection_why", 500, required=True)),
            asked=_objects,
        ),
        Page("notes", (Words("notes"),)),
    ),
)
