"""Every template of every profile, channel and language: complete, on record, in budget, sayable aloud."""

from __future__ import annotations

import json
import re
from string import Template as Form
from typing import Any

import pytest
from jinja2.meta import find_undeclared_variables

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.compose import compose, registered_form
from chalicelib.notices.lawful import debt_words
from chalicelib.notices.segments import count_segments
from chalicelib.texts import FOLDER, environment, load_words
from chalicelib.texts.catalogue import PROFILES, mandatory, source_name, template_version
from infra.ops.notice_samples import sample
from infra.ops.notice_versions import Template, digest_of, every_template, sources_of
from tests.notices.reading import (
    EVERY,
    EVERY_EMAIL,
    EVERY_SMS,
    SHORT_LINK,
    Seen,
    composed,
    having,
    longest,
    made,
)

LANGUAGES = ("zh-CN", "en")
CODES = ("access_code", "signing_code")
WITHOUT_MORE = ("opt_out_confirmation", *CODES)
CHECKED_ELSEWHERE = {
    "channel", "agent", "default_date",  # conditions, which may be false
    "meeting_link",  # one of place and link is needed, and meeting_place says so
    "subject", "sender", "blocks",  # what email.html is given
    "regulator_line", "regulator_title", "hotline_title",  # words, or made of mandatory parts
}  # fmt: skip


def test_there_is_a_template_for_every_purpose_profile_channel_and_language() -> None:
    assert len(EVERY) == 4 * 2 * (20 * 5 + 3 * 2) + 2 * 2  # and the British summary by e-mail and letter
    for template in EVERY:
        message = made(template)
        assert message.text
        assert message.template.startswith(f"{template[0].lower()}/{'/'.join(template[1:])}@")


@pytest.mark.parametrize("template", EVERY, ids="/".join)
def test_a_template_says_nothing_that_may_be_missing(template: Template) -> None:
    profile, step, channel, _ = template
    conditions = {"agent": True, "default_date": "a day"}
    known = set(mandatory(profile, step, channel, conditions))
    if channel == "EMAIL":  # one source: a block may be the letter's alone, or replaced
        known |= {"opt_out_text", *mandatory(profile, step, "LETTER", conditions)}
    used: set[str] = set()
    for source in sources_of(template):
        used |= find_undeclared_variables(environment().parse((FOLDER / source).read_text(encoding="utf-8")))
    asked = known | CHECKED_ELSEWHERE | {f"{name}{form}" for name in known for form in ("_short", "_day")}
    assert used <= asked | (set() if profile == "US" else {"disclosure"})


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_mandatory_exists(profile: str) -> None:
    for language in LANGUAGES:
        known = _names(profile, language)
        for template in EVERY:
            if template[0] == profile:
                asked = mandatory(*template[:3], {"agent": True, "default_date": "a day"})
                assert set(asked) <= known, template


def _names(profile: str, language: str) -> set[str]:
    from chalicelib.notices.variables import local_values

    return set(local_values(sample(profile, language), profile=profile, language=language)) | {"opt_out_text"}


# --- versions and budgets -----------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_every_template_has_its_version_on_record(profile: str) -> None:
    """A version names its words for good: a changed word is a new version."""
    records = load_words(f"{profile.lower()}/versions")
    templates = [each for each in every_template() if each[0] == profile]
    assert list(records) == ["/".join(each[1:]) for each in templates]
    changed = [
        key for key, each in zip(records, templates, strict=True) if records[key]["sha256"] != digest_of(each)
    ]
    assert not changed, f"new words: run python -m infra.ops notice versions, which records {changed}"


def test_a_word_of_a_page_alone_is_no_new_version_of_a_notice() -> None:
    template = ("CN", "first_notice", "SMS", "en")
    before = digest_of(template)
    words = load_words("cn/legal.en")
    kept = words["info"]["lead"]
    try:
        words["info"]["lead"] = "other"
        assert digest_of(template) == before
    finally:
        words["info"]["lead"] = kept


@pytest.mark.parametrize("template", EVERY_SMS, ids="/".join)
def test_an_sms_keeps_its_budget_with_the_longest_values(template: Template) -> None:
    profile, step, channel, language = template
    budget = template_version(profile, f"{step}/{channel}/{language}")["segments"]
    for values in longest(profile, language):
        text = compose(profile=profile, step=step, channel=channel, language=language, variables=values).text
        cost = count_segments(text)
        assert cost.count <= budget, f"{cost} for {text}"
        assert cost.encoding == ("GSM-7" if language == "en" and profile != "CN" else "UCS-2")


def test_a_budget_is_no_wider_than_needed() -> None:
    for template in EVERY_SMS:
        profile, step, channel, language = template
        costs = [
            count_segments(
                compose(profile=profile, step=step, channel=channel, language=language, variables=values).text
            ).count
            for values in longest(profile, language)
        ]
        assert template_version(profile, f"{step}/{channel}/{language}")["segments"] == max(costs), template


# --- an SMS and its registered form -------------------------------------------------------------------


@pytest.mark.parametrize("template", EVERY_SMS, ids="/".join)
def test_the_registered_form_filled_in_is_the_sms(template: Template) -> None:
    profile, step, _, language = template
    prefix = f"{SHORT_LINK.rpartition('/')[0]}/"
    form = registered_form(profile, step, language, prefix)
    assert form.count(prefix + "${link_token}") == (0 if step in CODES else 1)
    for values in longest(profile, language):
        message = compose(profile=profile, step=step, channel="SMS", language=language, variables=values)
        filled = Form(form).substitute(message.values)
        signature = message.text.removesuffix(filled)
        assert signature != message.text
        assert values.sms_signature in signature
        assert len(signature) <= len(values.sms_signature) + len(", debt collector: ")
        assert all(message.values.values()), "a provider refuses an empty value"
        assert not any("://" in value for value in message.values.values()), "a provider refuses a link"
    assert "{{" not in form
    assert "{%" not in form
    assert "【" not in form


def test_there_is_no_registered_form_of_an_unknown_template() -> None:
    with pytest.raises(ValueError, match="no template cn/fourth/SMS/en"):
        registered_form("CN", "fourth", "en", "https://n.example.com/n/")


@pytest.mark.parametrize("template", EVERY_SMS, ids="/".join)
def test_every_sms_says_who_writes_and_how_to_stop_it(template: Template) -> None:
    profile, step, _, language = template
    text = made(template).text
    signature = sample(profile, language).sms_signature
    assert text.startswith(f"【{signature}】" if profile == "CN" else signature)
    assert text.count("【") == (1 if profile == "CN" else 0)
    ways = {"zh-CN": "拒收请回复", "en": "Reply "}[language] + {"CN": "R"}.get(profile, "STOP")
    assert (ways in text) == (step != "opt_out_confirmation")
    # A code comes without a link: nobody is to learn to follow one from a message about a code.
    assert len(re.findall("https?://", text)) == (0 if step in CODES else 1)
    assert " " in text.partition("https://")[2] or step in WITHOUT_MORE, "the link must end"


# --- other channels -----------------------------------------------------------------------------------


def test_an_in_app_message_is_the_sms_without_signature_and_opt_out() -> None:
    for language in LANGUAGES:
        sms, in_app = (composed("first_notice", channel, language) for channel in ("SMS", "IN_APP"))
        assert in_app.text in sms.text
        assert in_app.subject
        assert "【" not in in_app.text
        assert load_words(f"cn/legal.{language}")["opt_out"]["SMS"] not in in_app.text


@pytest.mark.parametrize("template", EVERY_EMAIL, ids="/".join)
def test_a_letter_and_an_email_say_the_same(template: Template) -> None:
    profile, step, _, language = template
    email = made(template)
    assert email.blocks
    seen = Seen.of(email.html)
    assert seen.open == []
    assert not {"img", "link", "script", "iframe"} & set(seen.tags)
    assert "url(" not in email.html
    assert "@import" not in email.html
    assert len(email.html.encode()) <= 18 * 1024
    for block in email.blocks:
        for line in block.lines:
            assert all(part in seen.text or part in seen.links for part in line)
    if step in WITHOUT_MORE:
        return
    letter = made((profile, step, "LETTER", language))
    assert letter.html == ""
    assert letter.subject == email.subject
    for block in letter.blocks:
        missing = [line for line in block.lines if not all(part in email.text for part in line)]
        assert not missing or _of_the_letter_alone(profile, step, missing)


def _of_the_letter_alone(profile: str, step: str, lines: list[Any]) -> bool:
    said = "".join("".join(line) for line in lines)
    if (profile, step) == ("GB", "first_notice"):
        return True  # the default notice, held by its own test
    own = ("scan the code", "letters", "扫描本信", "信函", "www.fca")
    return any(word in said for word in own)


def test_a_letter_shows_each_address_once_and_first_of_all() -> None:
    letter = composed("first_notice", "LETTER", "zh-CN")
    links = [number for number, block in enumerate(letter.blocks) if block.kind == "link"]
    assert len(links) == 1
    assert links[0] <= 4
    two = having(complaint_url="https://notice.example.com/c")
    blocks = composed("first_notice", "LETTER", "zh-CN", two).blocks
    assert [block.lines[0][1] for block in blocks if block.kind == "link"] == [
        two.feedback_url,
        two.complaint_url,
    ]


def test_no_message_threatens() -> None:
    threats = ("起诉您", "后果自负", "黑名单", "失信", "上门", "通讯录", "追究", "最后通牒", "法律责任",
               "严重后果", "legal action", "will sue", "blacklist", "final warning", "consequences will",
               "immediately", "failure to", "must pay")  # fmt: skip
    for template in EVERY:
        message = made(template)
        said = f"{message.subject} {message.text}".lower()
        assert not [threat for threat in threats if threat in said], template


def test_what_invites_to_mediation_says_that_it_is_voluntary() -> None:
    for template in EVERY:
        message = made(template)
        if template[1].startswith("meeting") and template[2] != "VOICE":
            assert "自愿" in message.text or "voluntary" in message.text, template


# --- voice --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", [each for each in EVERY if each[2] == "VOICE"], ids="/".join)
def test_a_voice_tells_nothing_of_a_debt_and_stays_below_half_a_minute(template: Template) -> None:
    profile, _, _, language = template
    values = sample(profile, language)
    message = made(template)
    assert not debt_words().search(message.text)
    assert not message.subject
    for secret in (values.recipient_name, values.account_last4, values.creditor_name, "12,345"):
        if secret != values.voice_name and secret not in values.callback_number:
            assert secret not in message.text or secret == values.initiator_name
    assert message.text.count(values.callback_number) == 2
    # 150 English words or 240 Chinese characters a minute; a digit is spoken like a word or a character.
    digits = len(re.findall(r"\d", message.text))
    spoken = (
        len(re.findall(r"[A-Za-z'-]+", message.text)) + digits
        if language == "en"
        else len(re.findall(r"[一-鿿]", message.text)) + digits
    )
    assert spoken <= (75 if language == "en" else 120)


@pytest.mark.parametrize(
    "said", ["Debt Recovery Ltd", "Quick Loans", "示范贷款公司", "催收中心", "Past Due Partners"]
)
def test_a_voice_name_that_tells_of_a_debt_blocks_the_call(said: str) -> None:
    for language in LANGUAGES:
        with pytest.raises(MissingVariables) as caught:
            composed("first_notice", "VOICE", language, having(voice_name=said))
        assert caught.value.names == ("voice_name",)


def test_a_us_voice_is_a_limited_content_message() -> None:
    """12 CFR 1006.2(j): business name, request to reply, a natural person, a number; and nothing else."""
    text = made(("US", "first_notice", "VOICE", "en")).text
    assert "Alex Reed calling from Northgate. Please call me back at (800) 555-0148." in text
    assert not [word for word in ("letter", "message", "e-mail", "Harbor") if word in text]
    with pytest.raises(MissingVariables, match="contact_person"):
        made(("US", "first_notice", "VOICE", "en"), contact_person="")


def test_sources_are_the_profiles_own_before_the_common() -> None:
    assert source_name("CN", "first_notice", "SMS", "en") == "cn/short/first_notice.en.txt"
    assert source_name("GB", "first_notice", "SMS", "en") == "common/short/first_notice.en.txt"
    assert source_name("GB", "first_notice", "LETTER", "en") == "gb/long/first_notice.en.txt"
    assert source_name("US", "meeting_reminder", "VOICE", "en") == "us/voice/every.en.txt"
    for path in FOLDER.glob("*/*.json"):
        assert json.loads(path.read_text(encoding="utf-8"))
