"""Why an act was refused is said in its reader's language: no message of an error lacks its words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, date, datetime
from string import Formatter

import pytest

from chalicelib.api.staff.refusal import told
from chalicelib.domain import errors
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.errors import AccordError, NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.money import Sum
from chalicelib.texts import FOLDER, load_words
from tests.api.staff.member import hidden, sign_in
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import BOSS

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
CODE = FOLDER.parent
MESSAGES = load_words("staff/zh-CN/refusals")["messages"]
ELSEWHERE = (
    "api", "borrower", "forms", "insight", "intake", "links", "notices", "profiles", "workflow",
)  # fmt: skip
"""Packages whose errors no act of the staff meets; of api, its staff package is looked at."""
UNSAID = {
    "NotFound", "SignInFailed", "InvalidProfile", "InvalidEvent", "SignatureRejected", "EventConflict",
    "InvalidAnswer", "NoticeBlocked", "MissingVariables", "LetterTooFull", "LetterHeld", "AmountMismatch",
}  # fmt: skip
"""Errors whose message no page shows, or that tell of a fault of ours (sums that do not add up)."""
FAMILY = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, AccordError) and name not in UNSAID
}
MADE_OF_OTHERS = {"like"}
"""Ways to make an error out of another one, which is looked at where it is raised itself."""
FORWARDED = ("domain/offer_terms.py", "domain/directory.py", "domain/meeting.py")
"""Where the errors are raised that an act says again; a plain ValueError there would have no words."""


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(CODE.rglob("*.py")):
        place = path.relative_to(CODE)
        if place.parts[0] not in ELSEWHERE or place.parts[:2] == ("api", "staff"):
            yield str(place), ast.parse(path.read_text(encoding="utf-8"))


def _raised() -> Iterator[tuple[str, ast.Call]]:
    """Every raise of an error that a page may show: where it stands, and what is called."""
    for place, tree in _modules():
        for node in ast.walk(tree):
            call = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(call, ast.Call) and _name(call.func) in FAMILY:
                yield f"{place}:{call.lineno}", call


def _name(func: ast.expr) -> str:
    """Return whose error is made: `NotNow(…)` and `NotNow.like(…)` are NotNow's both."""
    if isinstance(func, ast.Attribute):
        return _name(func.value) if func.attr in MADE_OF_OTHERS else func.attr
    return func.id if isinstance(func, ast.Name) else ""


SITES = [(place, call) for place, call in _raised() if isinstance(call.func, ast.Name)]
OWN_WORDS = {"MissingGlyphs"}
"""Errors that write their message themselves."""


def _names(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def _message(call: ast.Call) -> str:
    given = call.args[0] if len(call.args) == 1 else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


@pytest.mark.parametrize(("place", "call"), SITES, ids=[place for place, _ in SITES])
def test_every_refusal_has_its_words(place: str, call: ast.Call) -> None:
    if _name(call.func) in OWN_WORDS:
        return
    message = _message(call)
    assert message, f"{place}: give the message as it is, and its values by name"
    words = MESSAGES.get(message)
    assert words, f"{place}: write words for this in texts/staff/zh-CN/refusals.json"
    given = {each.arg for each in call.keywords}
    if None not in given:  # `**sums` cannot be read off
        assert _names(message) == given, f"{place}: the message and its values differ"
    assert _names(words) <= _names(message), f"{place}: its words name what it has no value for"


def test_no_words_are_left_of_refusals_that_are_gone() -> None:
    own = ast.parse((CODE / "domain" / "errors.py").read_text(encoding="utf-8"))
    said = {node.value for node in ast.walk(own) if isinstance(node, ast.Constant)}
    assert MESSAGES.keys() - {_message(call) for _, call in SITES} <= said
    assert len(SITES) > 100


@pytest.mark.parametrize("place", FORWARDED)
def test_what_an_act_says_again_has_words_where_it_is_raised(place: str) -> None:
    raised = [
        node.exc for node in ast.walk(ast.parse((CODE / place).read_text())) if isinstance(node, ast.Raise)
    ]
    assert raised
    assert {_name(call.func) for call in raised if isinstance(call, ast.Call)} <= FAMILY


def test_values_read_in_the_readers_language() -> None:
    error = NotNow(
        "case {case} is {status}; to {act} it must be {needed}",
        case=CASE_ID,
        status=CaseStatus.APPLIED,
        act="book a meeting",
        needed=(CaseStatus.ACCEPTED, CaseStatus.ASSIGNED),
    )
    assert str(error) == f"case {CASE_ID} is APPLIED; to book a meeting it must be ACCEPTED or ASSIGNED"
    chinese, english = told(error, "zh-CN"), told(error, "en")
    assert CASE_ID.reference in chinese["said"]
    assert "“已申请调解”" in chinese["said"]
    assert "已接受申请、已指派调解员" in chinese["said"]
    assert english["said"].startswith(f"Case {CASE_ID.reference} is ")
    assert (chinese["foreign"], english["foreign"]) == (False, False)


@pytest.mark.parametrize(
    ("value", "chinese"),
    [
        (date(2026, 12, 3), "2026年12月3日"),
        (datetime(2026, 12, 3, 4, 5, tzinfo=UTC), "2026年12月3日"),
        (Sum(123_456, "CNY"), "1,234.56"),
        (CaseId.parse(str(CASE_ID)), CASE_ID.reference),
        (str(CASE_ID), CASE_ID.reference),
        ("has a conflict of interest", "有利益冲突"),
        ("李静", "李静"),
    ],
)
def test_each_kind_of_value_has_its_form(value: object, chinese: str) -> None:
    assert chinese in told(NotNow("{who} cannot be assigned: {why}", who="x", why=(value,)), "zh-CN")["said"]


def test_a_message_without_words_is_said_as_it_is_and_marked() -> None:
    assert told(NotNow("never heard of {what}", what="it"), "zh-CN") == {
        "said": "never heard of it",
        "foreign": True,
    }


def test_an_error_said_again_keeps_its_words() -> None:
    again = NotNow.like(errors.NotPermitted("the lender permits 1 to {most} payments", most=6))
    assert told(again, "zh-CN") == {"said": "债权人允许 1 至 6 期。", "foreign": False}
    assert str(NotNow.like(ValueError("{odd}"))) == "{odd}"


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "最后一天"), ("en", "The last day, 3 December")])
def test_a_page_says_it_in_its_readers_language(office: Scene, language: str, said: str) -> None:
    member, path = sign_in(office, BOSS, language), "/staff/do/m-1/person/away"
    days = {"first_day-year": "2026", "first_day-month": "12", "first_day-day": "9"}
    days |= {"last_day-year": "2026", "last_day-month": "12", "last_day-day": "3"}
    answer = member.post(path, {"key": hidden(member.get(path), "key"), **days})
    assert (answer.status, said in answer.text) == (409, True), answer.text[-600:]
    assert 'class="said"' in answer.text
    assert 'class="said" lang' not in answer.text
