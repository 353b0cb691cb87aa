"""What a notice must not do whatever its values: speak of the debt aloud, or give too few days."""

from __future__ import annotations

import re
from functools import cache

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.variables import Variables
from chalicelib.texts import load_words

# Fewest days from the first notice to a day that a statute gives: CCA 1974 s 88(2); 12 CFR 1006.34(b)(5).
_FEWEST_DAYS = {"default_date": 14, "validation_end": 30}


def require_lawful_days(variables: Variables, step: str) -> None:
    """Raise ValueError when a statutory day in a first notice lies too near its day of sending."""
    for name, fewest in _FEWEST_DAYS.items():
        day = getattr(variables, name)
        if step == "first_notice" and day and (day - variables.today).days < fewest:
            raise ValueError(f"{name} must lie at least {fewest} days after the notice")


def require_quiet(template: str, said: str) -> None:
    """Raise MissingVariables for voice_name when a script, as spoken, tells that a debt is collected.

    Nobody knows who listens (invariant 7; 12 CFR 1006.2(j) for a voicemail). The words come from outside
    only in a name, so the lender has to give a neutral one.
    """
    if debt_words().search(said):
        raise MissingVariables(template, ("voice_name",))


@cache
def debt_words() -> re.Pattern[str]:
    """Return what no voice may say: the stems of English words, Chinese words anywhere.

    An English word may stand right after a Chinese one, where Unicode sees no word boundary.
    """
    words = load_words("common/voice/forbidden")
    stems = "|".join(map(re.escape, words["en"]))
    return re.compile(rf"(?<![a-z])(?:{stems})|{'|'.join(map(re.escape, words['zh-CN']))}", re.IGNORECASE)
