"""What Alibaba Cloud lets a registered SMS template and its variables hold (pure).

Its specifications of templates: a variable has 1 to 35 characters and no link (domain and path
are fixed in the template, only its last part may vary); 【】 belong to the signature alone; a template has at
most 500 characters, names a variable once, and puts words between two of them. A
verification code is a type of template of its own, with the code as its one variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

LONGEST_VALUE, LONGEST_FORM = 35, 500
UNFIT = "unfit_variable."
"""The refusal of a message whose variable it would not take begins with this; the variable's name follows."""

_NOT_IN_A_VALUE = re.compile(r"[【】]|://|www\.", re.IGNORECASE)
_PLACE = re.compile(r"\$\{(\w*)\}")
_NAME = re.compile(r"[A-Za-z]\w{0,24}", re.ASCII)
_RESERVED = {"email", "mobile", "id", "nick", "site"}


def unfit_values(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables whose values it would refuse."""
    return tuple(name for name, value in values.items() if not _fits(value))


def faults_of_form(form: str, *, code: bool = False) -> Iterator[str]:
    """Yield, in words for an operator, what keeps a template text from being registered as it is.

    `code`: as a verification code's, not as a notification's.
    """
    names = _PLACE.findall(form)
    if code and len(names) != 1:
        yield f"has {len(names)} variables, a verification code's has one"
    if len(form) > LONGEST_FORM:
        yield f"has {len(form)} characters, at most {LONGEST_FORM} are allowed"
    if "【" in form or "】" in form:
        yield "holds 【 or 】, which are the signature's"
    yield from (f"names ${{{name}}} twice" for name in dict.fromkeys(names) if names.count(name) > 1)
    yield from (f"has no word between {pair}" for pair in re.findall(r"\$\{\w+\}\$\{\w+\}", form))
    for name in names:
        if not _NAME.fullmatch(name) or name.lower() in _RESERVED:
            yield f"has a variable that may not be called {name}"


def _fits(value: str) -> bool:
    return 1 <= len(value) <= LONGEST_VALUE and not _NOT_IN_A_VALUE.search(value)
