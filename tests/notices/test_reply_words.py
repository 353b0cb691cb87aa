"""What people mean by a text: every way to say stop is a STOP, and a question is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import profiles
from chalicelib.notices.reply_words import Meaning, meaning_of

STOPS = [
    "STOP", "stop", "Stop.", "ＳＴＯＰ！", " stop \n", "STOP ALL", "stopall", "“Stop”", "Stop please",
    "please stop", "Stop texting me", "stop texts", "Stop messaging me!!", "stop sending me this",
    "STOP CONTACTING ME", "stop calling", "stop it", "Stop these messages", "quit", "END", "revoke",
    "I revoke my consent", "cancel", "Unsubscribe", "please unsubscribe me", "unsubscribed?", "opt out",
    "Opt-out", "optout", "I want to opt out of this", "please opt me out", "remove me",
    "Remove my number from your list", "take me off your list", "leave me alone", "Do not text me",
    "don't text me again", "Don’t message me", "DONT CONTACT ME", "please do not message me",
    "do not contact me", "no more texts", "No more messages please", "no", "N", "r", "R", "Ｒ", "t",
    "T", "TD", "td", "回复td退订", "退订", "退订。", "我要退订", "拒收", "停止", "停", "取消",
    "不要再发了", "别再发了", "别发了！", "不要发短信给我", "不要给我发短信", "别给我发信息了",
    "请停止发送", "停止发送短信", "请不要再联系我", "别联系我", "不要打扰我", "请勿打扰", "勿扰",
    "勿再发", "我不想收到这种短信", "不需要", "请unsubscribe我",
]  # fmt: skip
WRONG = [
    "Wrong number", "wrong number!", "You have the wrong number", "you have the wrong guy",
    "wrong person", "Not me", "That's not me.", "I don't know him", "I don’t know her",
    "this is not my loan", "There is no one by that name here", "打错了", "你打错电话了", "发错了",
    "发错人了", "不是我", "不是本人", "我不是本人", "我不认识这个人", "号码换人了", "这个号码换主人了",
    "你找错人了", "我不是他", "机主不是他", "Wrong number, please stop texting", "打错了，不要再发",
]  # fmt: skip
OTHERS = [
    "", "   ", "?", "ok", "Yes", "Y", "1", "好的", "谢谢", "Who do I call?", "I paid yesterday",
    "昨天已经还了", "我会还的", "When is it due?", "请问怎么还款", "I will end up paying next month",
    "Can I cancel the direct debit?", "The stop at Main Street is closed", "I noticed",
    "It was not meant like that", "not mentioned anywhere", "我想申请调解", "no problem",
    "td bank account", "可以取消罚息吗", "这是不是他们银行的", "removed the hold", "stopwatch",
    "nonstop", "unstoppable", "I do not understand",
]  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_any_way_to_say_stop_is_a_stop(text: str) -> None:
    assert meaning_of(text) == Meaning.STOP


@pytest.mark.parametrize("text", WRONG)
def test_who_is_not_the_borrower_is_heard_first(text: str) -> None:
    assert meaning_of(text) == Meaning.WRONG_PERSON


@pytest.mark.parametrize("text", OTHERS)
def test_anything_else_is_for_a_person_to_read(text: str) -> None:
    assert meaning_of(text) == Meaning.OTHER


@pytest.mark.parametrize("jurisdiction", ["CN", "US", "GB", "EU"])
def test_every_word_a_profile_names_is_a_stop(jurisdiction: str) -> None:
    words = profiles.of_version(jurisdiction, f"{jurisdiction}@1").opt_out.words
    assert words
    assert {word: meaning_of(word) for word in words} == dict.fromkeys(words, Meaning.STOP)


@pytest.mark.parametrize("word", ["stop", "退订", "wrong number"])
@given(case=st.sampled_from([str.upper, str.title, str.lower]), marks=st.text(" .!！。,，\n\t…?", max_size=4))
def test_case_width_and_marks_change_no_meaning(word: str, case: object, marks: str) -> None:
    assert callable(case)
    wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in word)
    assert len({meaning_of(marks + case(each) + marks) for each in (word, wide)} | {meaning_of(word)}) == 1


@given(st.text(max_size=200))
def test_whatever_is_sent_has_a_meaning(text: str) -> None:
    assert meaning_of(text) in Meaning
