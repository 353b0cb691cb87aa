"""What each purpose adds to a notice, and that a notice without it is blocked by name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.purposes import ComplaintNews, Meeting
from tests.notices.reading import composed, having, made

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("step", "purpose", "name"),
    [
        ("feedback_receipt", "feedback", "feedback_reference"),
        ("meeting_invitation", "meeting", "meeting_at"),
        ("meeting_reminder", "meeting", "meeting_mode"),
        ("agreement_to_sign", "agreement", "agreement_sign_by"),
        ("court_reminder", "court", "court_last_day"),
        ("instalment_reminder", "instalment", "instalment_amount"),
        ("complaint_acknowledgement", "complaint", "complaint_decide_by"),
        ("complaint_extension", "complaint", "complaint_decide_by"),
        ("complaint_decision", "complaint", "complaint_reference"),
        ("opt_out_confirmation", "stopped_channel", "stopped_channel"),
        ("access_code", "access_code", "access_code"),
        ("signing_code", "access_code", "access_code"),
    ],
)
@pytest.mark.parametrize("channel", ["SMS", "EMAIL"])
def test_a_purpose_without_its_values_is_blocked(step: str, purpose: str, name: str, channel: str) -> None:
    nothing: Any = "" if purpose in ("stopped_channel", "access_code") else None
    with pytest.raises(MissingVariables) as caught:
        composed(step, channel, "zh-CN", having(**{purpose: nothing}))
    assert name in caught.value.names


def test_a_decision_without_reasons_is_blocked() -> None:
    news = ComplaintNews("CP-1", date(2026, 11, 24), reasons="\n \u200b\n", outcome="NOT_UPHELD")
    with pytest.raises(MissingVariables) as caught:
        composed("complaint_decision", "LETTER", "zh-CN", having(complaint=news))
    assert caught.value.names == ("complaint_reasons",)


def test_reasons_are_told_line_by_line_and_cannot_start_a_block() -> None:
    news = ComplaintNews(
        "CP-1", date(2026, 11, 24), reasons="# One\n=> https://evil.example x", outcome="NOT_UPHELD"
    )
    blocks = composed("complaint_decision", "EMAIL", "en", having(complaint=news)).blocks
    assert ("# One",) in [line for block in blocks if block.kind == "list" for line in block.lines]
    assert not [block for block in blocks if block.kind == "link" and "evil" in block.lines[0][1]]


def test_a_decision_tells_its_own_routes_or_the_profiles() -> None:
    own = ComplaintNews("CP-1", date(2026, 11, 24), reasons="y", routes=("Ask the board.",), outcome="UPHELD")
    assert "- Ask the board." in composed("complaint_decision", "EMAIL", "en", having(complaint=own)).text
    assert "people's court" in composed("complaint_decision", "EMAIL", "en").text


def test_a_meeting_is_told_with_weekday_clock_and_zone() -> None:
    assert "2026年12月9日（星期三）14:30（北京时间）" in composed("meeting_invitation", "SMS", "zh-CN").text
    assert "Wed 9 Dec 2026, 14:30 Beijing time" in composed("meeting_invitation", "SMS", "en").text
    assert "Wed, Dec 9, 2026, 2:30 PM EST, by telephone" in made(
        ("US", "meeting_reminder", "EMAIL", "en")
    ).text.replace("\nHow: ", ", ")
    assert "14:30 UK time" in made(("GB", "meeting_reminder", "SMS", "en")).text
    nameless = Meeting(
        datetime(2026, 12, 9, 14, 30, tzinfo=ZoneInfo("America/Sao_Paulo")), "TELEPHONE", "L", "1"
    )
    assert "14:30 UTC-03" in composed("meeting_reminder", "SMS", "en", having(meeting=nameless)).text


def test_an_online_meeting_is_joined_by_its_link() -> None:
    online = Meeting(
        datetime(2026, 12, 9, 6, 30, tzinfo=UTC), "ONLINE_VIDEO", "李静", link="https://m.example/1"
    )
    message = composed("meeting_invitation", "EMAIL", "zh-CN", having(meeting=online))
    links = [block.lines[0] for block in message.blocks if block.kind == "link"]
    assert ("届时由此参加", "https://m.example/1") in links
    assert "网上参加" in message.text
    nowhere = Meeting(datetime(2026, 12, 9, 6, 30, tzinfo=UTC), "ONLINE_VIDEO", "李静")
    with pytest.raises(MissingVariables) as caught:
        composed("meeting_invitation", "EMAIL", "zh-CN", having(meeting=nowhere))
    assert caught.value.names == ("meeting_place",)
    unsafe = Meeting(online.at, "ONLINE_VIDEO", "李静", link="javascript:1")
    with pytest.raises(ValueError, match="link"):
        composed("meeting_invitation", "EMAIL", "zh-CN", having(meeting=unsafe))


def test_a_meeting_in_an_unknown_zone_is_refused() -> None:
    naive = Meeting(datetime(2026, 12, 9, 14, 30), "TELEPHONE", "李静", "1")  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        composed("meeting_invitation", "SMS", "en", having(meeting=naive))


def test_an_agreement_shows_the_code_of_the_one_document_all_sign() -> None:
    text = composed("agreement_to_sign", "EMAIL", "en").text
    assert "Document code: 9F86D0819F86D081" in text
    assert "To be paid in all: CNY 12,000.00" in text
    assert "You need not sign." in text


def test_an_instalment_is_counted() -> None:
    assert "第3期（共12期）人民币1,000.00元" in composed("instalment_reminder", "SMS", "zh-CN").text
    assert "installment 3 of 12" in made(("US", "instalment_reminder", "SMS", "en")).text


def test_an_opt_out_is_confirmed_for_its_channel() -> None:
    assert "no more text messages" in composed("opt_out_confirmation", "SMS", "en").text
    by_mail = having(stopped_channel="EMAIL")
    assert "不再就此事通过电子邮件联系您" in composed("opt_out_confirmation", "EMAIL", "zh-CN", by_mail).text
