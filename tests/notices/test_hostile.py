"""Hostile values change no structure, hide nothing, fake no signature and bring no link of their own."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.compose import Message, Variables, compose
from chalicelib.notices.purposes import ComplaintNews, Feedback, Meeting
from chalicelib.texts.plain import plain, require_link, sms_plain
from infra.ops.notice_samples import sample
from infra.ops.notice_versions import Template
from tests.notices.reading import EVERY_SMS, Seen, composed, having
from tests.samples import VARIABLES

EVERY_CN = [
    (step, channel, language)
    for step in ("first_notice", "reminder_2", "meeting_invitation", "complaint_decision")
    for channel in ("SMS", "EMAIL", "IN_APP", "LETTER")
    for language in ("zh-CN", "en")
]
HOSTILE = [
    "{{7*7}}",
    "{% include 'x' %}",
    "{0.__class__}",
    "{respond_by}",
    "${feedback_url}",
    "<script>alert(1)</script>",
    "A\r\nBcc: x@example.com",
    "\u202egnaB\u2066",
    "王\u200b小\u2028明",
    "# Head",
    "| a | b",
    "=> http://evil.example x",
    "【假银行】",
    "〖假银行〗︻假︼",
    "Z\u0301\u0302\u0303\u0304\u0305algo",
]
LINKS = [
    "http://evil.example",
    "hTTps://evil.example/x?y",
    "evil.example",
    "www.evil.co.uk/pay",
    "evil。com",
    "evil．com",
    "evil\u2024com",
    "xn--fiq228c.xn--fiqs8s",
    "例子.中国",
    "192.0.2.1/x",
    "x:x://evil.example",
    "a@evil.example",
    "a.b://c.d",
]
TEXT_FIELDS = [f.name for f in dataclasses.fields(Variables) if isinstance(getattr(VARIABLES, f.name), str)]
NAMES = [name for name in TEXT_FIELDS if not name.endswith("_url") and name != "stopped_channel"]
# Stricter than a phone, which also looks the last label up among the top-level domains.
TAPPED = re.compile(r"://|\S\.(?:[A-Za-z][A-Za-z0-9-]|中国|公司|网络)|[!-~]。[A-Za-z]\w|\d+(?:\.\d+){3}")
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


def poisoned(values: Variables, text: str) -> Variables:
    """Return the values with `text` in every text from outside, those of the purposes too."""
    assert values.meeting
    assert values.complaint
    assert values.feedback
    assert values.agreement
    texts: dict[str, Any] = {name: text for name in NAMES if name != "voice_name"}
    return dataclasses.replace(
        values,
        **texts,
        regulator=dataclasses.replace(values.regulator, name=text, phone=text, hours=text, post=text),
        meeting=Meeting(values.meeting.at, values.meeting.mode, text, text),
        complaint=ComplaintNews(
            text, values.complaint.received_on, values.complaint.decide_by, text, text, (text,), "UPHELD"
        ),
        feedback=Feedback(text, values.feedback.received_at),
        agreement=dataclasses.replace(values.agreement, reference=text, digest=text),
    )


def sms(template: Template, values: Variables) -> Message:
    """Return an SMS of these values."""
    profile, step, channel, language = template
    return compose(profile=profile, step=step, channel=channel, language=language, variables=values)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(NAMES), st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=40)))
def test_hostile_value_changes_no_structure(name: str, value: str) -> None:
    hostile, usual = having(**{name: f"A{value}B"}), having(**{name: "AB"})
    for step, channel, language in EVERY_CN:
        message = composed(step, channel, language, hostile)
        plainly = composed(step, channel, language, usual)
        for part in (message.subject, message.text):
            assert not [c for c in part if unicodedata.category(c) in HIDDEN and c != "\n"]
        assert "\n" not in message.subject
        assert len(message.text.splitlines()) == len(plainly.text.splitlines())
        assert [block.kind for block in message.blocks] == [block.kind for block in plainly.blocks]
        assert Seen.of(message.html).tags == Seen.of(plainly.html).tags
        if channel == "SMS":
            assert message.text.count("【") == 1


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(EVERY_SMS),
    st.one_of(st.text(min_size=1, max_size=30), st.sampled_from(HOSTILE + LINKS)),
    st.one_of(st.just(""), st.sampled_from(LINKS)),
)
@example(EVERY_SMS[0], "http://evil.example", "")
@example(EVERY_SMS[0], "\u3164\u2800", "x")
def test_an_sms_is_one_visible_line_with_one_signature_and_one_link(
    template: Template, text: str, more: str
) -> None:
    values = poisoned(sample(template[0], template[3]), f"A{text}{more}")
    said = sms(template, values).text
    assert not [c for c in said if unicodedata.category(c) in HIDDEN]
    assert not set("\u034f\u115f\u1160\u2800\u3164\uffa0\ufe0f") & set(said)
    assert said == " ".join(said.split())
    assert said.count("【") == said.count("】") == (1 if template[0] == "CN" else 0)
    assert said.count(values.feedback_url) == (0 if template[1] in ("access_code", "signing_code") else 1)
    assert not TAPPED.search(said.replace(values.feedback_url, "-"))


@pytest.mark.parametrize("text", LINKS)
def test_a_borrower_named_like_a_link_still_gets_his_notice(text: str) -> None:
    message = composed("first_notice", "SMS", "zh-CN", having(recipient_name=text, creditor_name=text))
    assert message.text.count("://") == 1
    assert not TAPPED.search(sms_plain(text))
    assert TAPPED.search(unicodedata.normalize("NFKC", plain(text))), "or this test proves nothing"


def test_a_value_of_nothing_visible_blocks_the_sms() -> None:
    with pytest.raises(MissingVariables, match="masked_name"):
        composed("first_notice", "SMS", "zh-CN", having(recipient_name="\u3164\u2800\u200b\ufe0f"))


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
        ("a\u3164\u115f\u2800b\u034f\ufe0f\U000e0101", "ab"),
    ],
)
def test_plain(value: str, expected: str) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ｄｅｍｏ　𝐁ank【假】ﬁ", "Demo Bank(假)fi"),
        ("O’Brien “Bank” – x", 'O\'Brien "Bank" - x'),
        ("http://evil.example/x", "http evil. example/x"),
        ("www.evil.com", "www. evil. com"),
        ("192.0.2.1", "192. 0. 2. 1"),
        ("A.B. Co. Ltd.", "A.B. Co. Ltd."),
        ("400.000.0000", "400.000.0000"),
        ("9.5%, 12.30", "9.5%, 12.30"),
        ("工作日。周末。A", "工作日。周末。A"),
        ("evil。com 例子.中国", "evil。 com 例子. 中国"),
    ],
)
def test_sms_values_are_folded_and_their_links_broken(value: str, expected: str) -> None:
    assert sms_plain(value) == expected


def test_an_email_keeps_full_width_letters_and_a_lenders_address() -> None:
    assert plain("Ｄｅｍｏ www.demo.example") == "Ｄｅｍｏ www.demo.example"


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
