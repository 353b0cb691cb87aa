"""The send task: what may go goes once, what must wait waits, and the wait is known before the first send."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import links
from chalicelib.channels import Accepted, Refused, Unsure
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.errors import MissingVariables, TryAgain
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.domain.person import Person
from chalicelib.notices.plan import OUT_OF_TIME, PROVIDER_BUSY
from chalicelib.store import cases, events, facts, lenders, persons, waits
from chalicelib.store import links as link_rows
from chalicelib.store.events import TakenEvent
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from tests import told
from tests.answered import answer
from tests.road import DEMO_BANK, NOON
from tests.samples import CASE_ID, KEY, NIGHT, amount
from tests.scene import Scene

MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
OTHER = CaseId(loan_key("other-bank", "LN-OTHER"), 1)
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
    answer(CASE_ID, status, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def _silence(channel: ChannelName) -> None:
    persons.opt_out(cases.get(CASE_ID).borrower.person, channel)


def _settle() -> None:
    told.settle(CASE_ID, "paid", NOON, NOON)


def _second_case(scene: Scene) -> CaseId:
    """Open a case of the same borrower at another lender; returns its id."""
    lenders.put(replace(DEMO_BANK, id="other-bank"))
    overdue = json.loads(scene.road.event(id="evt-other", source="other-bank", subject="LN-OTHER"))
    body = json.dumps(overdue).encode()
    taken = TakenEvent(
        "o" * 26, "other-bank", "evt-other", "loan.overdue.v1", OTHER.loan_key, body.decode(), "ab" * 32, NOON
    )
    events.take(taken, expires=int(NOON.timestamp()) + DAY)
    scene.carry_out(taken.reference)
    return OTHER


def _seconds_deferred(scene: Scene) -> int:
    seconds: int = json.loads(scene.machine.signals[-1][2])["seconds"]
    return seconds


def _forget_to_name(scene: Scene, setting: str) -> None:
    settings = {name: text for name, text in DEMO_BANK.settings.items() if name != setting}
    lenders.put(replace(DEMO_BANK, settings=settings))
    scene.restart()


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
        version = {"SMS": 2, "EMAIL": 3}[fact.which[1]]
        assert fact.detail["template"] == f"cn/first_notice/{fact.which[1]}/zh-CN@{version}"
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
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    assert [fact.detail["template"] for fact in scene.facts(FactKind.SENT)] == ["cn/first_notice/SMS/zh-CN@2"]


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
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)
    assert "10,000.00" in scene.mail.sent[0].text


def test_a_case_that_never_rests_gives_its_message_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The balance moves between each plan and its claim; the queue brings the message again."""
    moments = (NOON + timedelta(seconds=n) for n in range(1, 20))
    read = persons.get

    def moving(key: str) -> Person:
        told.restate(CASE_ID, amount(5), next(moments))
        return read(key)

    monkeypatch.setattr(persons, "get", moving)
    with pytest.raises(TryAgain):
        scene.run(Stage.NOTIFY, "token-1")
    assert (scene.sms.sent, scene.mail.sent, scene.machine.signals) == ([], [], [])
    monkeypatch.undo()
    scene.run(Stage.NOTIFY, "token-1")
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)


def test_a_channel_silenced_while_the_other_was_sent_over_is_denied(scene: Scene) -> None:
    scene.sms.meanwhile = lambda: _silence(ChannelName.EMAIL)
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
    _silence(ChannelName.SMS)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (0, 1)
    denied = scene.facts(FactKind.DENIED)
    assert [fact.which for fact in denied] == [("first_notice", "SMS", "CN.opt_out")]
    assert denied[0].detail == {"rule": "CN.opt_out", "profile_version": "CN@1"}


def test_with_every_channel_silenced_the_case_waits_all_the_same(scene: Scene) -> None:
    for channel in ChannelName:
        _silence(channel)
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
    scene.run(Stage.NOTIFY, "token-1")
    assert set(scene.case.claims) == {"first_notice#EMAIL"}
    assert [signal[:2] for signal in scene.machine.signals] == [("token-1", "Deferred")]
    scene.road.clock.advance(seconds=_seconds_deferred(scene))
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (2, 1)
    assert {fact.which[1] for fact in scene.facts(FactKind.SENT)} == {"SMS", "EMAIL"}


def test_a_busy_provider_is_on_record_with_its_rule_and_when_to_come_back(scene: Scene) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    scene.run(Stage.NOTIFY)
    (deferred,) = scene.facts(FactKind.DEFERRED)
    seconds = _seconds_deferred(scene)
    assert deferred.which[:2] == ("first_notice", "SMS")
    assert deferred.detail["rule"] == PROVIDER_BUSY
    assert from_stamp(deferred.detail["not_before"]) == NOON + timedelta(seconds=seconds - 1)
    assert 30 <= seconds <= 91


def test_an_outage_of_hours_ends_with_one_message_and_no_storm(scene: Scene) -> None:
    _borrower(scene, email=None)
    scene.sms.answers = [Refused("EndpointConnectionError", again=True)] * 40
    start = scene.road.clock.now
    while scene.road.clock.now < start + timedelta(hours=8):
        scene.run(Stage.NOTIFY)
        scene.road.clock.advance(seconds=_seconds_deferred(scene))
    asked = len(scene.sms.sent)
    assert asked <= 25, "the waits grow"
    scene.sms.answers = []
    scene.run(Stage.NOTIFY)
    assert len(scene.sms.sent) == asked + 1
    assert [fact.which for fact in scene.facts(FactKind.SENT)] == [("first_notice", "SMS")]


def test_while_one_channel_waits_the_other_is_seen_delivered(scene: Scene) -> None:
    scene.mail.answers = [Refused("TooManyRequestsException", again=True)]
    scene.run(Stage.NOTIFY)
    assert f"{CASE_ID}-first_notice" in scene.machine.statuses
    assert scene.machine.signals[-1][1] == "Deferred"


def test_before_anything_is_sent_there_is_nothing_to_be_seen_delivered(scene: Scene) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    scene.mail.answers = [Refused("ThrottlingException", again=True)]
    scene.run(Stage.NOTIFY)
    assert list(scene.machine.statuses) == [str(CASE_ID)]


def test_each_step_is_handed_to_its_own_delivery_with_when_it_fell_due(scene: Scene) -> None:
    scene.road.clock.now = NIGHT
    scene.run(Stage.NOTIFY)
    scene.road.clock.now = MORNING
    scene.run(Stage.NOTIFY)
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    first, reminder = (scene.machine.inputs[f"{CASE_ID}-{step}"] for step in ("first_notice", "reminder_1"))
    assert first == {"case_id": str(CASE_ID), "step": "first_notice", "patience": 1800, "at": stamp(NIGHT)}
    assert (reminder["step"], reminder["at"]) == ("reminder_1", stamp(scene.road.clock.now))


def test_what_could_not_leave_while_it_was_of_use_is_cancelled_with_its_rule(scene: Scene) -> None:
    scene.road.clock.now = NIGHT
    scene.run(Stage.NOTIFY)
    scene.road.clock.now = NIGHT + timedelta(days=14, hours=12, seconds=1)  # 14 days are of use
    scene.run(Stage.NOTIFY, "token-late")
    assert scene.sms.sent == scene.mail.sent == []
    which = [("first_notice", channel, OUT_OF_TIME) for channel in ("EMAIL", "SMS")]
    assert [fact.which for fact in scene.facts(FactKind.DENIED)] == which
    assert scene.facts(FactKind.DENIED)[0].detail["profile_version"] == "CN@1"
    wait = waits.get(CASE_ID)
    assert wait is not None
    assert wait.token == "token-late", "the case goes on to its reminder"


@pytest.mark.parametrize(("seconds", "sent"), [(0, 2), (1, 1)])
def test_to_the_last_second_of_its_useful_time_a_notice_goes(scene: Scene, seconds: int, sent: int) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    scene.run(Stage.NOTIFY)
    scene.road.clock.advance(days=14, seconds=seconds)
    scene.run(Stage.NOTIFY)
    assert len(scene.sms.sent) == sent


def test_what_was_permitted_when_planned_and_is_not_when_it_leaves_waits(scene: Scene) -> None:
    """The window closes at 22:00, while the first of the two messages is being handed over."""
    scene.road.clock.now = datetime(2026, 11, 23, 13, 59, 59, tzinfo=UTC)
    scene.sms.meanwhile = lambda: scene.road.clock.advance(seconds=2)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    (deferred,) = scene.facts(FactKind.DEFERRED)
    assert (deferred.which[1], deferred.detail["not_before"]) == ("EMAIL", "2026-11-24T00:00:00Z")


def test_no_message_may_be_handed_over_after_the_window(scene: Scene) -> None:
    scene.road.clock.now = datetime(2026, 11, 23, 13, 50, tzinfo=UTC)
    scene.run(Stage.NOTIFY)
    assert scene.sms.sent[0].ttl == 600


def test_after_one_channel_throttles_the_case_is_noticed_by_the_other(scene: Scene) -> None:
    scene.mail.answers = [Refused("TooManyRequestsException", again=True)]
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
    _forget_to_name(scene, "complaint_contact")
    with pytest.raises(MissingVariables, match="complaint_contact"):
        scene.run(Stage.NOTIFY)
    assert scene.sms.sent == scene.mail.sent == []
    assert scene.case.claims == {}


def test_a_blocked_notice_names_what_it_lacks_is_counted_and_goes_once_it_is_there(
    scene: Scene, counted: dict[str, int]
) -> None:
    _forget_to_name(scene, "complaint_contact")
    for _ in range(2):
        with pytest.raises(MissingVariables):
            scene.run(Stage.NOTIFY)
    (blocked,) = scene.facts(FactKind.BLOCKED)
    assert blocked.which[0] == "first_notice"
    assert blocked.detail["missing"] == ["complaint_contact"]
    assert "complaint_contact" in blocked.detail["why"]
    assert counted["NoticeBlocked"] == 2, "each time its alarm rings"
    lenders.put(DEMO_BANK)
    scene.restart()
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)


def test_an_english_borrower_reads_english(scene: Scene) -> None:
    _borrower(scene, language="en-GB")
    scene.run(Stage.NOTIFY)
    assert "CNY 12,345.67" in scene.mail.sent[0].text
    assert {fact.detail["template"][-4:] for fact in scene.facts(FactKind.SENT)} == {"en@2", "en@3"}


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
    scene.road.clock.advance(days=3)
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
    scene.road.clock.advance(days=3)
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
    scene.road.clock.advance(days=3)
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


def test_the_first_to_take_a_persons_turn_keeps_it_and_the_others_wait(scene: Scene) -> None:
    """Two loans of one person at two lenders, told at the same moment: one SMS and one e-mail a day."""
    other = _second_case(scene)
    scene.run(Stage.NOTIFY)
    scene.run(Stage.NOTIFY, "token-other", case_id=str(other))
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)
    deferred = facts.of(other, FactKind.DEFERRED)
    assert {fact.detail["rule"] for fact in deferred} == {"CN.text_email_daily"}
    assert scene.machine.signals == [("token-other", "Deferred", '{"stage": "Notify", "seconds": 86400}')]
    scene.road.clock.advance(days=1)
    scene.run(Stage.NOTIFY, case_id=str(other))
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (2, 2)


def test_what_a_rival_sent_between_plan_and_claim_counts(scene: Scene) -> None:
    """Both read a person nobody has written to; the second claims while the first message is on its way."""
    other = _second_case(scene)

    def rival() -> None:
        scene.sms.meanwhile = lambda: None
        scene.run(Stage.NOTIFY, "token-other", case_id=str(other))

    scene.sms.meanwhile = rival
    scene.run(Stage.NOTIFY, "token-1")
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 1)
    assert {fact.which[1] for fact in scene.facts(FactKind.DEFERRED)} == {"EMAIL"}
    assert {fact.which[1] for fact in facts.of(other, FactKind.DEFERRED)} == {"SMS"}


def test_each_deferral_keeps_its_own_moment_and_the_machine_comes_back_for_the_first(scene: Scene) -> None:
    other = _second_case(scene)
    scene.mail.answers = [Refused("ThrottlingException", again=True)]
    scene.run(Stage.NOTIFY, case_id=str(other))  # SMS sent, e-mail given back
    scene.machine.signals.clear()
    scene.mail.answers = [Refused("ThrottlingException", again=True)]
    scene.run(Stage.NOTIFY)
    moments = {fact.which[1]: fact.detail["not_before"] for fact in scene.facts(FactKind.DEFERRED)}
    assert moments["SMS"] == stamp(NOON + timedelta(days=1))
    assert moments["EMAIL"] < stamp(NOON + timedelta(minutes=2))
    assert _seconds_deferred(scene) <= 91


def test_one_loans_silence_is_the_others(scene: Scene) -> None:
    other = _second_case(scene)
    _silence(ChannelName.SMS)
    key = scene.case.borrower.address_key(ChannelName.EMAIL)
    persons.suppress(scene.case.borrower.person, key, "Bounce/Permanent")
    scene.run(Stage.NOTIFY, case_id=str(other))
    assert scene.sms.sent == scene.mail.sent == []
    rules = {fact.which[1:] for fact in facts.of(other, FactKind.DENIED)}
    assert rules == {("SMS", "CN.opt_out"), ("EMAIL", "person.address_dead")}


def test_a_confirmation_of_a_stop_is_no_notice_a_reminder_could_name(scene: Scene) -> None:
    told = {"template": "cn/opt_out_confirmation/SMS/zh-CN@2"}
    facts.append(Fact(CASE_ID, FactKind.SENT, NOON, ("opt_out_confirmation", "SMS"), told))
    scene.road.clock.advance(days=3)
    scene.run(Stage.REMIND)
    sent = [fact.detail["template"] for fact in scene.facts(FactKind.SENT) if fact.which[0] == "reminder_1"]
    assert sent == ["cn/first_notice/SMS/zh-CN@2"]


def test_a_payment_that_wins_the_race_leaves_its_rule_on_record(scene: Scene) -> None:
    scene.sms.meanwhile = _settle
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    denied = scene.facts(FactKind.DENIED)
    assert [fact.which for fact in denied] == [("first_notice", "EMAIL", "case.closed")]
    assert denied[0].detail["profile_version"] == "CN@1"
