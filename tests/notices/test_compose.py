"""The notices' words: complete, in budget, safe against hostile values, and versioned."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import unicodedata
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import AmountMismatch, MissingVariables
from chalicelib.domain.money import Amount
from chalicelib.notices.compose import Message, Regulator, Variables, compose
from chalicelib.notices.segments import count_segments
from chalicelib.notices.variables import local_values
from chalicelib.texts import FOLDER, environment, fill, load_words
from chalicelib.texts.blocks import Block, as_text, read_blocks
from chalicelib.texts.plain import plain, require_link, sms_plain
from tests.samples import LINK, VARIABLES

STEPS = ("first_notice", "reminder_1", "reminder_2")
LANGUAGES = ("zh-CN", "en")
EVERY = [
    (step, channel, language) for step in STEPS for channel in ("SMS", "EMAIL") for language in LANGUAGES
]
AGENT = dataclasses.replace(VARIABLES, initiator_name="诚信资产服务有限公司", sms_signature="诚信资产")
IN_ENGLISH = dataclasses.replace(
    VARIABLES, initiator_name="Demo Bank", creditor_name="Demo Bank", recipient_name="Wang Xiaoming"
)


def having(**changes: Any) -> Variables:
    return dataclasses.replace(VARIABLES, **changes)


def composed(step: str, channel: str, language: str, variables: Variables = VARIABLES) -> Message:
    return compose(profile="CN", step=step, channel=channel, language=language, variables=variables)


# --- what each message says ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_email_carries_every_item_in_text_and_html(language: str) -> None:
    message = composed("first_notice", "EMAIL", language)
    values = local_values(VARIABLES, profile="CN", language=language)
    values["opt_out_text"] = load_words(f"cn/legal.{language}")["opt_out"]["EMAIL"]
    seen = _Seen.of(message.html)
    for name in load_words("cn/mandatory")["first_notice"]["EMAIL"]:
        if name in ("language", "currency"):
            continue
        for value in values[name] if isinstance(values[name], list) else [values[name]]:
            assert str(value) in message.text, name
            assert str(value) in seen.text or str(value) in seen.links, name
    assert f'lang="{language}"' in message.html
    assert message.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_email_says_what_the_law_and_the_policy_ask(language: str) -> None:
    said = composed("first_notice", "EMAIL", language).text
    phrases = {
        "zh-CN": ["自愿", "不会使您受到任何不利对待", "不收取任何费用",
                  "人民法院", "换另一家运营商", "不构成法律意见", "官方网站"],
        "en": ["voluntary", "no disadvantage", "free of charge",
               "court", "another carrier", "not legal advice", "official website"],
    }  # fmt: skip
    for phrase in phrases[language]:
        assert phrase in said


@pytest.mark.parametrize(("step", "language"), [(step, language) for step in STEPS for language in LANGUAGES])
def test_sms_carries_the_short_set(step: str, language: str) -> None:
    for variables in (VARIABLES, AGENT, IN_ENGLISH):
        text = composed(step, "SMS", language, variables).text
        values = local_values(variables, profile="CN", language=language, clean=sms_plain)
        assert text.startswith(f"【{variables.sms_signature}】")
        assert text.endswith({"zh-CN": "拒收请回复R", "en": "Reply R to stop"}[language])
        assert text.count(LINK) == 1
        assert f"{LINK} " in text, "the link must end where a phone sees it end"
        for name in (
            "account_last4",
            "amount_overdue",
            "as_of_date_short",
            "overdue_since_short",
            "respond_by_short",
        ):
            assert values[name] in text, name
        assert "12378" in text
        assert variables.creditor_name in text
        assert "小明" not in text
        assert "Xiaoming" not in text


def test_agent_says_on_whose_behalf() -> None:
    assert "受示范银行委托" in composed("first_notice", "SMS", "zh-CN", AGENT).text
    assert "诚信资产服务有限公司 for 示范银行" in composed("first_notice", "SMS", "en", AGENT).text
    stranger = dataclasses.replace(AGENT, sms_signature="调解通知")
    assert "诚信资产服务有限公司受示范银行委托" in composed("first_notice", "SMS", "zh-CN", stranger).text
    assert "受债权人委托的通知方" in composed("first_notice", "EMAIL", "zh-CN", AGENT).text
    assert "本贷款的债权人" in composed("first_notice", "EMAIL", "zh-CN").text


@pytest.mark.parametrize(("step", "language"), [(step, language) for step in STEPS for language in LANGUAGES])
def test_sms_keeps_its_budget(step: str, language: str) -> None:
    cases = [VARIABLES, IN_ENGLISH] if language == "en" else [VARIABLES, AGENT]
    for variables in cases:
        segments = count_segments(composed(step, "SMS", language, variables).text)
        assert segments.encoding == "UCS-2"
        assert segments.count <= 3, segments


def test_no_message_threatens() -> None:
    threats = ("起诉您", "后果自负", "黑名单", "失信", "上门", "通讯录", "追究", "最后通牒", "法律责任",
               "legal action", "will sue", "blacklist", "final warning",
               "consequences will", "immediately")  # fmt: skip
    for step, channel, language in EVERY:
        message = composed(step, channel, language)
        said = f"{message.subject} {message.text}".lower()
        assert not [threat for threat in threats if threat in said]


@pytest.mark.parametrize("step", ["reminder_1", "reminder_2"])
def test_reminder_says_what_was_sent_and_the_days_left(step: str) -> None:
    chinese = composed(step, "EMAIL", "zh-CN").text
    assert "2026年11月23日，通过短信发送首次通知" in chinese
    assert "离答复期限还有4天" in chinese
    assert "23 November 2026: first notice by e-mail" in composed(step, "EMAIL", "en").text
    assert "11月23日的通知" in composed(step, "SMS", "zh-CN").text
    assert len(chinese) < len(composed("first_notice", "EMAIL", "zh-CN").text) * 0.7


@pytest.mark.parametrize(
    ("today", "chinese", "english"),
    [
        (date(2026, 11, 29), "离答复期限还有1天", "You have 1 day left"),
        (date(2026, 11, 30), "今天是答复期限的最后一天", "Today is the last day"),
        (date(2026, 12, 1), "答复期限已过，您仍然可以答复", "you can still reply"),
    ],
)
def test_days_left_at_the_edges(today: date, chinese: str, english: str) -> None:
    variables = having(today=today)
    assert chinese in composed("reminder_1", "EMAIL", "zh-CN", variables).text
    assert english in composed("reminder_1", "EMAIL", "en", variables).text
    for language in LANGUAGES:
        assert "-1" not in composed("reminder_1", "SMS", language, variables).text


# --- what blocks a message ----------------------------------------------------------------------------


def _blankable() -> list[str]:
    fields = dataclasses.fields(Variables)
    return [f.name for f in fields if isinstance(getattr(VARIABLES, f.name), (str, tuple))]


@pytest.mark.parametrize(
    "name", [n for n in _blankable() if n not in ("sent_before", "sms_signature", "account_last4")]
)
@pytest.mark.parametrize("empty", ["", " \u200b\u202e\n"])
def test_empty_variable_blocks_the_first_email(name: str, empty: str) -> None:
    blank: Any = () if name == "modes_offered" else "" if name.endswith("_url") else empty
    with pytest.raises(MissingVariables) as caught:
        composed("first_notice", "EMAIL", "zh-CN", having(**{name: blank}))
    assert name in caught.value.names
    assert caught.value.template == "cn/first_notice/EMAIL/zh-CN@1"


def test_missing_variables_are_named_all_at_once() -> None:
    bare = having(sms_signature="", account_last4="", feedback_url="", sent_before=())
    with pytest.raises(MissingVariables) as caught:
        composed("reminder_1", "SMS", "en", bare)
    assert caught.value.names == ("sms_signature", "account_last4", "feedback_url", "first_sent_on")


def test_regulator_comes_from_the_profile_in_the_language() -> None:
    data = {
        "name": {"zh-CN": "总局", "en": "NFRA"},
        "phone": "12378",
        "hours": {"zh-CN": "工作日"},
        "source": "x",
    }
    assert Regulator.in_language(data, "zh-CN") == Regulator("总局", "12378", "工作日", "")
    variables = having(regulator=Regulator.in_language(data, "en"))
    with pytest.raises(MissingVariables) as caught:
        composed("first_notice", "EMAIL", "en", variables)
    assert caught.value.names == ("regulator_hours", "regulator_post")


def test_mandatory_names_are_variables_that_exist() -> None:
    for step, channels in load_words("cn/mandatory").items():
        for channel, names in channels.items():
            values = local_values(VARIABLES, profile="CN", language="zh-CN")
            assert set(names) <= set(values) | {"opt_out_text"}, (step, channel)


def test_amount_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(AmountMismatch):
        Amount("CNY", 2, 1, 0, 0, 0, 0, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("profile", "step", "channel", "language"),
    [
        ("XX", "first_notice", "SMS", "en"),
        ("CN", "fourth", "SMS", "en"),
        ("CN", "first_notice", "LETTER", "en"),
        ("CN", "first_notice", "SMS", "fr"),
        ("../cn", "first_notice", "SMS", "fr"),
    ],
)
def test_unknown_template_is_refused(profile: str, step: str, channel: str, language: str) -> None:
    with pytest.raises(ValueError, match="no template"):
        compose(profile=profile, step=step, channel=channel, language=language, variables=VARIABLES)


# --- hostile values -----------------------------------------------------------------------------------

HOSTILE = [
    "{{7*7}}",
    "{% include 'x' %}",
    "{0.__class__}",
    "{respond_by}",
    "<script>alert(1)</script>",
    "A\r\nBcc: x@example.com",
    "\u202egnaB\u2066",
    "王\u200b小\u2028明",
    "# Head",
    "| a | b",
    "=> http://evil.example x",
    "【假银行】",
    "Z\u0301\u0302\u0303\u0304\u0305algo",
]
TEXT_FIELDS = [f.name for f in dataclasses.fields(Variables) if isinstance(getattr(VARIABLES, f.name), str)]
NAMES = [name for name in TEXT_FIELDS if not name.endswith("_url")]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=40)))
def test_hostile_value_changes_no_structure(name: str, value: str) -> None:
    hostile, usual = having(**{name: f"A{value}B"}), having(**{name: "AB"})
    for step, channel, language in EVERY:
        message = composed(step, channel, language, hostile)
        plainly = composed(step, channel, language, usual)
        for part in (message.subject, message.text):
            assert not [c for c in part if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") and c != "\n"]
        assert "\n" not in message.subject
        if channel == "SMS":
            assert "\n" not in message.text
            assert message.text.count("【") == 1
        else:
            assert _Seen.of(message.html).tags == _Seen.of(plainly.html).tags
            assert len(message.text.splitlines()) == len(plainly.text.splitlines())


def test_template_marks_in_a_name_stay_literal() -> None:
    named = having(recipient_name="{{7*7}} <b>王</b>", pay_channel="{respond_by}{{x}}")
    message = composed("first_notice", "EMAIL", "zh-CN", named)
    assert "尊敬的{{7*7}} <b>王</b>：您好！" in message.text
    assert "尊敬的{{7*7}} &lt;b&gt;王&lt;/b&gt;：您好！" in message.html
    assert "{respond_by}{{x}}" in message.text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("王小明", "王小明"),
        (" a\t\r\n b ", "a b"),
        ("a\u202eb\u2066c\u200bd\ufeff\u00ad", "abcd"),
        ("x\x00\x1b[31m", "x[31m"),
        ("a\u2028b", "a b"),
        ("Nguyễn", "Nguyễn"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 3),
        ("\ue000𮧵", "\ue000𮧵"),
        ("\u200b\u202e", ""),
    ],
)
def test_plain(value: str, expected: str) -> None:
    assert plain(value) == expected


def test_sms_values_are_folded() -> None:
    assert sms_plain("Ｄｅｍｏ　𝐁ank【假】ﬁ") == "Demo Bank(假)fi"
    assert plain("Ｄｅｍｏ") == "Ｄｅｍｏ"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(value: str) -> None:
    assert plain(plain(value)) == plain(value)
    assert sms_plain(sms_plain(value)) == sms_plain(value)


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a b", "https://a\n", "//x", "https://例子.cn", "HTTPS://x"]
)
def test_unsafe_link_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        require_link(link)
    with pytest.raises(ValueError, match="link"):
        composed("first_notice", "SMS", "en", having(feedback_url=link))


# --- form ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "language"), [(step, language) for step in STEPS for language in LANGUAGES])
def test_email_is_small_and_fetches_nothing(step: str, language: str) -> None:
    html = composed(step, "EMAIL", language).html
    assert len(html.encode()) <= 14 * 1024
    seen = _Seen.of(html)
    assert set(seen.links) == {LINK}
    assert not {"img", "link", "script", "iframe"} & set(seen.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert seen.open == []


def test_digest_and_template_name_the_message() -> None:
    message = composed("first_notice", "EMAIL", "en")
    assert message.template == "cn/first_notice/EMAIL/en@1"
    joined = f"{message.subject}\0{message.text}\0{message.html}\0".encode()
    assert message.digest == hashlib.sha256(joined).hexdigest()
    assert composed("first_notice", "EMAIL", "en") == message
    other = having(verify_code="other")
    assert composed("first_notice", "EMAIL", "en", other).digest != message.digest
    sms = composed("first_notice", "SMS", "en")
    assert (sms.subject, sms.html) == ("", "")


def test_every_template_has_its_version_on_record() -> None:
    """A version names its words for good: who changes a word bumps the version and records the new hash."""
    records = load_words("cn/versions")
    assert set(records) == {f"cn/{step}/{channel}/{language}" for step, channel, language in EVERY}
    found = {
        name: {"version": record["version"], "sha256": _source_hash(name)} for name, record in records.items()
    }
    assert records == found, f"bump what changed, then record:\n{json.dumps(found, indent=2)}"


def _source_hash(name: str) -> str:
    """The hash over everything a template's words come from."""
    _, _, channel, language = name.split("/")
    sources = [FOLDER / f"{name}.txt", FOLDER / f"cn/legal.{language}.json"]
    if channel == "EMAIL":
        sources += [FOLDER / f"cn/parts/closing.{language}.txt", FOLDER / "cn/email.html"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def test_languages_have_the_same_words() -> None:
    for name in ("cn/legal", "pages/words"):
        assert _shape(load_words(f"{name}.zh-CN")) == _shape(load_words(f"{name}.en")), name


def _shape(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: _shape(value) for key, value in words.items() if key != "other"}
    return [_shape(value) for value in words] if isinstance(words, list) else type(words)


def test_fill_reads_values_never_as_words() -> None:
    assert fill({"a": ["{x}", 3]}, x="{y}") == {"a": ["{y}", 3]}
    with pytest.raises(KeyError):
        fill("{nothing}", x=1)


def test_blocks() -> None:
    blocks = read_blocks("# H\n\nHello | x\n- a\n- b\n| k | v | w\n| k2 | v2\n=> https://x go on\n")
    assert blocks == (
        Block("heading", (("H",),)),
        Block("paragraph", (("Hello | x",),)),
        Block("list", (("a",), ("b",))),
        Block("table", (("k", "v | w"), ("k2", "v2"))),
        Block("link", (("go on", "https://x"),)),
    )
    assert as_text(blocks[2:], colon=": ") == "- a\n- b\n\nk: v | w\nk2: v2\n\ngo on: https://x\n"


def test_one_environment_that_escapes_pages_only() -> None:
    assert environment() is environment()
    assert Path(environment().loader.searchpath[0]) == FOLDER  # type: ignore[union-attr]
    assert environment().autoescape("x.html") is True  # type: ignore[operator]
    assert environment().autoescape("x.txt") is False  # type: ignore[operator]


class _Seen(HTMLParser):
    """What a reader of the HTML sees: its text, its links, its tags in order, and tags left open."""

    VOID = ("meta", "br", "input", "link", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.open: list[str] = []

    @classmethod
    def of(cls, html: str) -> _Seen:
        seen = cls()
        seen.feed(html)
        return seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
