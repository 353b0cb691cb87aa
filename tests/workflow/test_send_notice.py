"""The send task: what may go goes once, what must wait waits, and the wait is known before the first send."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import links
from chalicelib.channels import Accepted, Refused, Unsure
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.errors import MissingVariables, TryAgain
from chalicelib.store import answers, cases, lenders, waits
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact
from chalicelib.store.lenders import Lender
from chalicelib.store.rows import CaseRow
from tests.road import DEMO_BANK, NOON
from tests.samples import CASE_ID, KEY, NIGHT
from tests.scene import Scene

MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
DAY = 86_400


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def _borrower(scene: Scene, **changes: Any) -> None:
    """Make the case another borrower's: reopen it from an event with other contact data."""
    data = json.loads(scene.road.event())["data"]
    data["borrower"] |= changes
    cases.close(CASE_ID, Outcome.TERMINATED, "test", scene.road.clock.now)
    CaseRow(f"LOAN#{KEY}", "CASE").delete()
    scene.machine.statuses.clear()
    scene.accept(id="evt-other", data=data)


def _answer(status: CaseStatus = CaseStatus.FEEDBACK) -> None:
    answers.answer(CASE_ID, status, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def _silence(channel: ChannelName) -> None:
    cases.opt_out(CASE_ID, channel)


def _settle() -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON, balance_at=NOON)


def _token_in(text: str) -> str:
    found = re.search(r"https://accord\.example/n/([A-Za-z0-9_-]{22})", text)
    assert found
    return found.group(1)


def test_the_first_notice_goes_over_both_channels_and_waits_three_days(scene: Scene) -> None:
    scene.run(Stage.NOTIFY, "token-1")
    assert [message.to for message in scene.sms.sent] == ["+8613800138000"]
    assert [message.to for message in scene.mail.sent] == ["zhangwei@example.com"]
    assert "12,345.67" in scene.mail.sent[0].text
    assert scene.case.status == CaseStatus.NOTICED
    wait = waits.get(CASE_ID)
    assert wait is not None
    assert (wait.stage, wait.resume, wait.token) == (Stage.NOTIFY, Stage.REMIND, "token-1")
    assert wait.deadline == NOON + timedelta(days=3)
    assert scene.machine.signals == [], "the machine waits out its own timer"


def test_every_send_is_on_record_with_the_rule_that_allowed_it(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    for fact in scene.facts(FactKind.SENT):
        assert fact.detail["rule"] == "CN.contact_window"
        assert fact.detail["profile_version"] == "CN@1"
        assert fact.detail["template"] == f"cn/first_notice/{fact.which[1]}/zh-CN@1"
        assert len(fact.detail["digest"]) == 64
    ids = {fact.which[1]: fact.detail["provider_message_id"] for fact in scene.facts(FactKind.SENT)}
    assert ids == {"SMS": "sms-1", "EMAIL": "mail-1"}


def test_tags_say_which_notice_it_is_and_nothing_about_the_person(scene: Scene) -> None:
    scene.run(Stage.NOTIFY, attempt="req-1")
    tags = scene.sms.sent[0].tags
    assert tags.pop("notice_id") == scene.facts(FactKind.SENT)[1].detail["notice_id"]
    assert tags == {"case_id": str(CASE_ID), "step": "first_notice", "channel": "SMS", "attempt": "req-1"}


def test_link_and_wait_are_known_before_the_first_message_leaves(scene: Scene) -> None:
    def read() -> None:
        token = _token_in(scene.sms.sent[0].text)
        link = link_rows.find(links.digest(token, scene.wiring.pepper()), scene.road.clock.now)
        wait = waits.get(CASE_ID)
        seen.append(
            (link is not None and link.case_id == CASE_ID, wait is not None and wait.token == "token-1")
        )

    seen: list[tuple[bool, bool]] = []
    scene.sms.meanwhile = read
    scene.run(Stage.NOTIFY, "token-1")
    assert seen == [(True, True)]


def test_the_token_is_kept_nowhere(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    assert _token_in(scene.sms.sent[0].text) not in str(scene.rows())


def test_the_link_lives_as_long_as_an_answer_is_possible(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    digest = links.digest(_token_in(scene.sms.sent[0].text), scene.wiring.pepper())
    assert link_rows.find(digest, NOON + timedelta(days=14 + 30) - timedelta(seconds=1))
    assert link_rows.find(digest, NOON + timedelta(days=14 + 30)) is None


def test_at_night_nothing_goes_and_the_machine_is_told_when_to_come_back(scene: Scene) -> None:
    scene.road.clock.now = NIGHT
    scene.run(Stage.NOTIFY, "token-1")
    assert (scene.sms.sent, scene.mail.sent) == ([], [])
    (token, error, cause) = scene.machine.signals[0]
    assert (token, error) == ("token-1", "Deferred")
    assert json.loads(cause) == {"stage": "Notify", "seconds": int((MORNING - NIGHT).total_seconds())}
    deferred = scene.facts(FactKind.DEFERRED)
    assert [fact.which[:2] for fact in deferred] == [("first_notice", "EMAIL"), ("first_notice", "SMS")]
    assert deferred[0].detail == {
        "rule": "CN.contact_window",
        "profile_version": "CN@1",
        "not_before": "2026-11-24T00:00:00Z",
    }


def test_after_the_deferral_the_notice_goes(scene: Scene) -> None:
    scene.road.clock.now = NIGHT
    scene.run(Stage.NOTIFY)
    scene.road.clock.now = MORNING
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)


def test_no_fraction_of_a_second_is_sent_too_early(scene: Scene) -> None:
    scene.road.clock.now = MORNING - timedelta(milliseconds=1500)
    scene.run(Stage.NOTIFY)
    assert json.loads(scene.machine.signals[0][2])["seconds"] == 2


def test_reminders_name_what_was_sent_before_and_wait_their_days(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    for days, stage, resume, wait_days in [
        (3, Stage.REMIND, Stage.REMIND_AGAIN, 4),
        (7, Stage.REMIND_AGAIN, Stage.NO_RESPONSE, 7),
    ]:
        scene.road.clock.now = NOON + timedelta(days=days)
        scene.run(stage)
        wait = waits.get(CASE_ID)
        assert wait is not None
        assert (wait.resume, wait.deadline) == (resume, scene.road.clock.now + timedelta(days=wait_days))
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (3, 2)
    assert "11月23日" in scene.mail.sent[1].text
    assert {fact.detail["template"].split("/")[1] for fact in scene.facts(FactKind.SENT)} == {
        "first_notice",
        "reminder_1",
        "reminder_2",
    }


def test_a_reminder_of_nothing_is_the_first_notice(scene: Scene) -> None:
    scene.sms.answers = [Refused("InvalidParameter", again=False)]
    scene.mail.answers = [Refused("MessageRejected", again=False)]
    scene.run(Stage.NOTIFY)
    scene.run(Stage.REMIND)
    assert [fact.detail["template"] for fact in scene.facts(FactKind.SENT)] == ["cn/first_notice/SMS/zh-CN@1"]


@pytest.mark.parametrize("stage", [Stage.NOTIFY, Stage.REMIND, Stage.REMIND_AGAIN])
def test_a_settled_case_sends_nothing_and_ends_its_execution(scene: Scene, stage: Stage) -> None:
    _settle()
    scene.run(stage, "token-1")
    assert scene.sms.sent == scene.mail.sent == []
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Settled")]


@pytest.mark.parametrize("stage", [Stage.NOTIFY, Stage.REMIND, Stage.REMIND_AGAIN])
def test_an_answered_case_sends_nothing_and_goes_on_as_answered(scene: Scene, stage: Stage) -> None:
    _answer()
    scene.run(stage, "token-1")
    assert scene.sms.sent == scene.mail.sent == []
    assert scene.machine.signals == [("token-1", "success", {"signal": "Answered"})]


def test_a_payment_between_two_channels_stops_the_second(scene: Scene) -> None:
    scene.sms.meanwhile = _settle
    scene.run(Stage.NOTIFY, "token-1")
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Settled")]


def test_an_answer_between_two_channels_stops_the_second(scene: Scene) -> None:
    scene.sms.meanwhile = _answer
    scene.run(Stage.NOTIFY, "token-1")
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    assert scene.machine.signals[0][1] == "success"


def test_a_balance_that_moves_between_two_channels_is_written_anew(scene: Scene) -> None:
    def pay() -> None:
        scene.accept("payment")

    scene.sms.meanwhile = pay
    with pytest.raises(TryAgain):
        scene.run(Stage.NOTIFY)
    assert scene.mail.sent == []
    scene.sms.meanwhile = lambda: None
    scene.run(Stage.NOTIFY)
    assert len(scene.sms.sent) == 1
    assert "10,000.00" in scene.mail.sent[0].text


def test_a_channel_silenced_while_the_other_was_sent_over_is_denied_on_the_next_try(scene: Scene) -> None:
    scene.sms.meanwhile = lambda: _silence(ChannelName.EMAIL)
    with pytest.raises(TryAgain):
        scene.run(Stage.NOTIFY)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    assert [fact.which[2] for fact in scene.facts(FactKind.DENIED)] == ["CN.opt_out"]


def test_a_claim_lost_to_another_attempt_leaves_nothing_to_try_again(scene: Scene) -> None:
    def rival() -> None:
        scene.sms.meanwhile = lambda: None
        scene.run(Stage.NOTIFY, "token-1")

    scene.sms.meanwhile = rival
    scene.run(Stage.NOTIFY, "token-1")
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)
    assert scene.machine.signals == []


def test_a_silenced_channel_is_denied_with_its_rule_and_the_other_goes(scene: Scene) -> None:
    cases.opt_out(CASE_ID, ChannelName.SMS)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (0, 1)
    denied = scene.facts(FactKind.DENIED)
    assert [fact.which for fact in denied] == [("first_notice", "SMS", "CN.opt_out")]
    assert denied[0].detail == {"rule": "CN.opt_out", "profile_version": "CN@1"}


def test_with_every_channel_silenced_the_case_waits_all_the_same(scene: Scene) -> None:
    for channel in ChannelName:
        cases.opt_out(CASE_ID, channel)
    scene.run(Stage.NOTIFY, "token-1")
    assert scene.sms.sent == scene.mail.sent == []
    assert len(scene.facts(FactKind.DENIED)) == 2
    wait = waits.get(CASE_ID)
    assert wait is not None
    assert wait.token == "token-1"
    assert scene.case.status == CaseStatus.RECEIVED


def test_a_borrower_with_one_address_gets_one_message(scene: Scene) -> None:
    _borrower(scene, email=None)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    assert scene.facts(FactKind.DENIED)[0].which == ("first_notice", "EMAIL", "person.no_address")


def test_a_throttled_channel_is_tried_again_and_the_other_is_not(scene: Scene) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    with pytest.raises(TryAgain):
        scene.run(Stage.NOTIFY)
    assert set(scene.case.claims) == {"first_notice#EMAIL"}
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (2, 1)
    assert {fact.which[1] for fact in scene.facts(FactKind.SENT)} == {"SMS", "EMAIL"}


def test_after_one_channel_throttles_the_case_is_noticed_by_the_other(scene: Scene) -> None:
    scene.mail.answers = [Refused("TooManyRequestsException", again=True)]
    with pytest.raises(TryAgain):
        scene.run(Stage.NOTIFY)
    assert (scene.case.status, scene.case.noticed_at) == (CaseStatus.NOTICED, NOON)


def test_a_refused_message_is_a_failure_on_record_and_is_not_sent_again(scene: Scene) -> None:
    scene.sms.answers = [Refused("ValidationException", again=False)]
    scene.run(Stage.NOTIFY)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)
    assert scene.facts(FactKind.FAILED)[0].detail["code"] == "ValidationException"


def test_a_message_of_unknown_fate_is_left_claimed_and_not_sent_again(scene: Scene) -> None:
    scene.sms.answers = [Unsure("ReadTimeoutError")]
    scene.run(Stage.NOTIFY)
    scene.run(Stage.NOTIFY)
    assert len(scene.sms.sent) == 1
    assert "first_notice#SMS" in scene.case.claims
    assert [fact.which[1] for fact in scene.facts(FactKind.SENT)] == ["EMAIL"]


def test_a_missing_mandatory_variable_blocks_every_channel_before_anything_is_sent(scene: Scene) -> None:
    settings = {name: text for name, text in DEMO_BANK.settings.items() if name != "complaint_contact"}
    lenders.put(Lender("demo-bank", "CN", settings))
    scene.restart()
    with pytest.raises(MissingVariables, match="complaint_contact"):
        scene.run(Stage.NOTIFY)
    assert scene.sms.sent == scene.mail.sent == []
    assert scene.case.claims == {}


def test_an_english_borrower_reads_english(scene: Scene) -> None:
    _borrower(scene, language="en-GB")
    scene.run(Stage.NOTIFY)
    assert "CNY 12,345.67" in scene.mail.sent[0].text
    assert {fact.detail["template"][-4:] for fact in scene.facts(FactKind.SENT)} == {"en@1"}


@pytest.mark.parametrize(
    ("stage", "days", "resume", "left"),
    [(Stage.REMIND, 2, Stage.REMIND_AGAIN, 2), (Stage.REMIND, 9, Stage.REMIND_AGAIN, None)],
    ids=["in the middle of a wait", "after its end"],
)
def test_an_execution_started_anew_waits_out_what_is_left(
    scene: Scene, stage: Stage, days: int, resume: Stage, left: int | None
) -> None:
    """The sweeper starts at Notify again; the timeline knows how far the case was."""
    scene.run(Stage.NOTIFY)
    scene.run(stage)
    scene.road.clock.advance(days=days)
    scene.run(Stage.NOTIFY, "token-anew")
    (token, error, cause) = scene.machine.signals[-1]
    assert (token, error) == ("token-anew", "Deferred")
    assert json.loads(cause) == {"stage": resume.value, "seconds": left * DAY if left else 1}
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (2, 1)


def test_an_execution_started_anew_goes_on_though_one_channel_was_never_possible(scene: Scene) -> None:
    """A borrower without e-mail: the restart must not begin the waits from the start."""
    _borrower(scene, email=None)
    scene.run(Stage.NOTIFY)
    scene.run(Stage.REMIND)
    scene.road.clock.advance(days=1)
    scene.run(Stage.NOTIFY, "token-anew")
    (token, error, cause) = scene.machine.signals[-1]
    assert (token, error) == ("token-anew", "Deferred")
    assert json.loads(cause) == {"stage": "RemindAgain", "seconds": 3 * DAY}


def test_an_execution_started_anew_never_goes_round_in_circles(scene: Scene) -> None:
    """Whatever the wait on record says, a stage is deferred only to a later one."""
    _borrower(scene, email=None)
    scene.run(Stage.NOTIFY)
    scene.run(Stage.REMIND)
    scene.run(Stage.NOTIFY, "token-anew")
    scene.road.clock.advance(days=8)
    scene.run(Stage.REMIND, "token-anew-2")
    deferred = [
        json.loads(cause)["stage"] for _, error, cause in scene.machine.signals if error == "Deferred"
    ]
    assert "Remind" not in deferred


def test_a_retry_of_the_same_step_after_it_was_sent_keeps_its_timer(scene: Scene) -> None:
    """Lambda died after the sends; Step Functions tries again with another token."""
    scene.run(Stage.NOTIFY, "token-1")
    scene.road.clock.advance(minutes=1)
    scene.run(Stage.NOTIFY, "token-2")
    assert json.loads(scene.machine.signals[-1][2]) == {"stage": "Remind", "seconds": 3 * DAY - 60}
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)


def test_the_same_task_again_changes_nothing(scene: Scene) -> None:
    scene.run(Stage.NOTIFY, "token-1")
    facts, wait = scene.facts(), waits.get(CASE_ID)
    scene.run(Stage.NOTIFY, "token-1")
    assert (scene.facts(), waits.get(CASE_ID)) == (facts, wait)
    assert scene.machine.signals == []


def test_two_providers_two_ids(scene: Scene) -> None:
    scene.sms.answers = [Accepted("provider-7")]
    scene.run(Stage.NOTIFY)
    by_channel = {fact.which[1]: fact.detail["provider_message_id"] for fact in scene.facts(FactKind.SENT)}
    assert by_channel == {"SMS": "provider-7", "EMAIL": "mail-1"}


def test_a_payment_that_wins_the_race_leaves_its_rule_on_record(scene: Scene) -> None:
    scene.sms.meanwhile = _settle
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    denied = scene.facts(FactKind.DENIED)
    assert [fact.which for fact in denied] == [("first_notice", "EMAIL", "case.closed")]
    assert denied[0].detail["profile_version"] == "CN@1"
