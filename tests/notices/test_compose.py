"""The notices' words under Chinese law: complete, named, sealed, and blocked when something is missing."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.errors import AmountMismatch, MissingVariables
from chalicelib.domain.money import Amount
from chalicelib.notices.compose import Regulator, Variables, compose
from chalicelib.notices.variables import local_values
from chalicelib.texts import FOLDER, environment, fill, load_words
from chalicelib.texts.blocks import Block, as_text, each_link_once, read_blocks
from chalicelib.texts.catalogue import mandatory
from chalicelib.texts.plain import sms_plain
from tests.notices.reading import Seen, composed, having
from tests.samples import LINK, VARIABLES

STEPS = ("first_notice", "reminder_1", "reminder_2")
LANGUAGES = ("zh-CN", "en")
AGENT = dataclasses.replace(VARIABLES, initiator_name="诚信资产服务有限公司", sms_signature="诚信资产")
IN_ENGLISH = dataclasses.replace(
    VARIABLES,
    initiator_name="Demo Bank",
    creditor_name="Demo Bank",
    sms_signature="Demo Bank",
    recipient_name="Wang Xiaoming",
)


# --- what each message says ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_email_carries_every_item_in_text_and_html(language: str) -> None:
    message = composed("first_notice", "EMAIL", language)
    values = local_values(VARIABLES, profile="CN", language=language)
    values["opt_out_text"] = load_words(f"cn/legal.{language}")["opt_out"]["EMAIL"]
    seen = Seen.of(message.html)
    for name in mandatory("CN", "first_notice", "EMAIL", values):
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
            "overdue_since_day",
            "respond_by_short",
        ):
            assert values[name] in text, name
        assert "12378" in text
        assert variables.creditor_name in text
        assert "小明" not in text
        assert "Xiaoming" not in text


def test_agent_says_on_whose_behalf() -> None:
    assert "受示范银行委托" in composed("first_notice", "SMS", "zh-CN", AGENT).text
    assert "For 示范银行: your loan" in composed("first_notice", "SMS", "en", AGENT).text
    stranger = dataclasses.replace(AGENT, sms_signature="调解通知")
    assert "诚信资产服务有限公司受示范银行委托" in composed("first_notice", "SMS", "zh-CN", stranger).text
    assert "受债权人委托的通知方" in composed("first_notice", "EMAIL", "zh-CN", AGENT).text
    assert "本贷款的债权人" in composed("first_notice", "EMAIL", "zh-CN").text


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
    names = {field.name for field in dataclasses.fields(Variables)}
    asked = [name for name in mandatory("CN", "first_notice", "EMAIL", {}) if name in names]
    return [name for name in asked if isinstance(getattr(VARIABLES, name), str | tuple)]


def test_what_may_be_blank_is_no_short_list() -> None:
    assert len(_blankable()) == 16


@pytest.mark.parametrize("name", [name for name in _blankable() if name != "account_last4"])
@pytest.mark.parametrize("empty", ["", " \u200b\u202e\n"])
def test_empty_variable_blocks_the_first_email(name: str, empty: str) -> None:
    blank: Any = () if name == "modes_offered" else "" if name.endswith("_url") else empty
    with pytest.raises(MissingVariables) as caught:
        composed("first_notice", "EMAIL", "zh-CN", having(**{name: blank}))
    assert name in caught.value.names
    assert caught.value.template == "cn/first_notice/EMAIL/zh-CN@3"


def test_missing_variables_are_named_all_at_once() -> None:
    bare = having(sms_signature="", account_last4="", feedback_url="", sent_before=())
    with pytest.raises(MissingVariables) as caught:
        composed("reminder_1", "SMS", "en", bare)
    assert caught.value.names == ("sms_signature", "feedback_url", "account_last4", "first_sent_on")


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


def test_amount_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(AmountMismatch):
        Amount("CNY", 2, 1, 0, 0, 0, 0, date(2026, 11, 20))


@pytest.mark.parametrize(
    ("profile", "step", "channel", "language"),
    [
        ("XX", "first_notice", "SMS", "en"),
        ("CN", "fourth", "SMS", "en"),
        ("CN", "first_notice", "FAX", "en"),
        ("CN", "first_notice", "SMS", "fr"),
        ("../cn", "first_notice", "SMS", "fr"),
    ],
)
def test_unknown_template_is_refused(profile: str, step: str, channel: str, language: str) -> None:
    with pytest.raises(ValueError, match="no template"):
        compose(profile=profile, step=step, channel=channel, language=language, variables=VARIABLES)


# --- form ---------------------------------------------------------------------------------------------


def test_digest_and_template_name_the_message() -> None:
    message = composed("first_notice", "EMAIL", "en")
    assert message.template == "cn/first_notice/EMAIL/en@3"
    joined = f"{message.subject}\0{message.text}\0{message.html}\0".encode()
    assert message.digest == hashlib.sha256(joined).hexdigest()
    assert composed("first_notice", "EMAIL", "en") == message
    other = having(verify_code="other")
    assert composed("first_notice", "EMAIL", "en", other).digest != message.digest
    sms = composed("first_notice", "SMS", "en")
    assert (sms.subject, sms.html) == ("", "")


def test_languages_have_the_same_words() -> None:
    names = [f"{profile}/legal" for profile in ("cn", "us", "gb", "eu")]
    for name in (*names, "common/words"):
        assert _shape(load_words(f"{name}.zh-CN")) == _shape(load_words(f"{name}.en")), name


def _shape(words: Any) -> Any:
    if isinstance(words, dict):
        return {
            key: _shape(value) for key, value in words.items() if key not in ("other", "zones", "sources")
        }
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
    assert each_link_once(blocks + blocks[4:]) == blocks


def test_one_environment_that_escapes_pages_only() -> None:
    assert environment() is environment()
    assert Path(environment().loader.searchpath[0]) == FOLDER  # type: ignore[union-attr]
    assert environment().autoescape("x.html") is True  # type: ignore[operator]
    assert environment().autoescape("x.txt") is False  # type: ignore[operator]
