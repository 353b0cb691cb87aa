"""Deliver: the next channel when a message did not arrive, none when it did, and never two for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from chalicelib.channels import Refused, Unsure
from chalicelib.channels.sandbox_receipts import receipt_body, reply_body
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Purpose, Stage
from chalicelib.domain.errors import MissingVariables, TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import stamp
from chalicelib.domain.person import Contact
from chalicelib.notices.compose import Message
from chalicelib.notices.plan import OUT_OF_TIME, PROVIDER_BUSY
from chalicelib.store import cases, claims, facts, persons, watches
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from chalicelib.workflow import write_notice
from tests import told
from tests.answered import answer
from tests.fakes import FakeChannel
from tests.road import NOON
from tests.samples import CASE_ID
from tests.scene import Scene

FIRST, REMINDER, CONFIRMATION = "first_notice", "reminder_1", "opt_out_confirmation"
SMS, EMAIL, VOICE, LETTER = ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE, ChannelName.LETTER
OTHER = CaseId("k" * 20, 1)
HALF_HOUR = timedelta(minutes=30)
BOUNCE = {SMS: "TEXT_UNREACHABLE", EMAIL: "Bounce/Transient", VOICE: "VOICE_NO_ANSWER", LETTER: "RETURNED"}
ARRIVE = {SMS: "TEXT_DELIVERED", EMAIL: "Delivery", VOICE: "VOICE_ANSWERED", LETTER: "DELIVERED"}


def _written(*, profile: str, step: str, channel: str, language: str, variables: Any) -> Message:
    """The words of messages are tested elsewhere; here each says its step and its link."""
    text = f"{step} {variables.feedback_url}"
    template = f"{profile.lower()}/{step}/{channel}/{language}@1"
    return Message(channel, language, "", text, "", template, hashlib.sha256(text.encode()).hexdigest())


@pytest.fixture(autouse=True)
def _opened(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the example's case with every address."""
    monkeypatch.setattr(write_notice, "compose", _written)
    _open(scene)


def _open(scene: Scene, **borrower: Any) -> None:
    data = json.loads(scene.road.event())["data"]
    data["borrower"] |= {"postal": ["张伟", "上海市世纪大道1号"]} | borrower
    scene.accept(data=data)


def _deliver(scene: Scene, token: str = "", step: str = FIRST, at: datetime = NOON) -> tuple[str, Any] | None:
    """Run Deliver once; returns the signal its wait was ended by, or None when it waits."""
    token = token or f"deliver-{len(scene.machine.dead)}-{scene.runs}"
    scene.run(Stage.DELIVER, token, step=step, at=stamp(at))
    return next(((kind, what) for name, kind, what in scene.machine.signals if name == token), None)


def _see_delivered(scene: Scene, step: str = FIRST, at: datetime = NOON) -> str:
    """Run a step's delivery to its end as infra/machines/delivery.asl.json does; returns where it ends."""
    for _ in range(40):
        ended = _deliver(scene, step=step, at=at)
        match ended:
            case None:
                scene.road.clock.now += HALF_HOUR
            case ("Deferred", cause):
                seconds = json.loads(cause)["seconds"]
                scene.run(Stage.PAUSE, step=step, seconds=seconds)
                scene.road.clock.advance(seconds=seconds)
            case ("Exhausted", _):
                return "Unreached"
            case ("success", _):
                return "Delivered"
    raise AssertionError("the delivery does not come to an end")


def _receipt(scene: Scene, channel: ChannelName, word: str, step: str = FIRST) -> None:
    tags = {"case_id": str(CASE_ID), "step": step, "channel": channel, "notice_id": "x", "attempt": "y"}
    scene.wiring.take_receipt(receipt_body(channel, word, tags, "m1", scene.road.clock.now))


def _fail(scene: Scene, *channels: ChannelName, step: str = FIRST) -> None:
    for channel in channels:
        _receipt(scene, channel, BOUNCE[channel], step)


def _sent(scene: Scene) -> dict[str, int]:
    """Return how many messages each channel was given."""
    providers = (scene.sms, scene.mail, scene.voice, scene.letter)
    return {each.name: len(each.sent) for each in providers if each.sent}


def _silence(scene: Scene, *channels: ChannelName) -> None:
    for channel in channels:
        persons.opt_out(scene.case.borrower.person, channel)


def _answer(_: Scene) -> None:
    answer(CASE_ID, CaseStatus.FEEDBACK, Fact(CASE_ID, FactKind.FEEDBACK, NOON, ("a1",)))


def _settle(_: Scene) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)


def _arrive(scene: Scene) -> None:
    _receipt(scene, EMAIL, ARRIVE[EMAIL])


FIRST_ROUND = {"sms": 1, "mail": 1}


def test_it_waits_while_a_receipt_may_come(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    assert _deliver(scene, "token-1") is None
    assert _sent(scene) == FIRST_ROUND
    watch = watches.get(CASE_ID, FIRST)
    assert watch is not None
    assert (watch.token, watch.deadline) == ("token-1", NOON + HALF_HOUR)


def test_without_a_word_it_goes_on_to_the_next_channel_once_its_patience_is_over(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.now = NOON + HALF_HOUR - timedelta(seconds=1)
    assert _deliver(scene) is None
    assert _sent(scene) == FIRST_ROUND
    scene.road.clock.now = NOON + HALF_HOUR
    assert _deliver(scene) is None
    assert _sent(scene) == FIRST_ROUND | {"voice": 1}


def test_what_surely_failed_is_followed_at_once(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _deliver(scene, "token-1")
    _fail(scene, SMS, EMAIL)
    assert ("token-1", "Undelivered") in [signal[:2] for signal in scene.machine.signals]
    _deliver(scene)
    assert _sent(scene) == FIRST_ROUND | {"voice": 1}


def test_while_one_may_still_arrive_nothing_more_is_sent(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS)
    assert _deliver(scene) is None
    assert _sent(scene) == FIRST_ROUND


def test_each_next_channel_has_a_patience_of_its_own(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    seen = []
    for _ in range(4):
        seen.append(_sent(scene))
        _deliver(scene)
        scene.road.clock.now += HALF_HOUR
    assert seen == [
        FIRST_ROUND,
        FIRST_ROUND,
        FIRST_ROUND | {"voice": 1},
        FIRST_ROUND | {"voice": 1, "letter": 1},
    ]


def test_what_is_refused_for_good_is_followed_at_once(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    scene.voice.answers = [Refused("no_voice", again=False)]
    ended = _deliver(scene)
    assert ended is not None
    assert ended[0] == "Undelivered"
    _deliver(scene)
    assert _sent(scene) == FIRST_ROUND | {"voice": 1, "letter": 1}
    assert [fact.which for fact in scene.facts(FactKind.FAILED)] == [(FIRST, "VOICE")]


def test_a_fallback_is_on_record_like_any_send(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    _deliver(scene)
    fact = next(fact for fact in scene.facts(FactKind.SENT) if fact.which == (FIRST, "VOICE"))
    assert (fact.detail["rule"], fact.detail["profile_version"]) == ("CN.contact_window", "CN@1")
    assert fact.detail["template"] == "cn/first_notice/VOICE/zh-CN@1"
    name = f"{fact.detail['notice_id']}-{fact.detail['digest'][:16]}"
    assert scene.wiring.archive.get(f"cases/{CASE_ID}/notices/{name}.json")


@pytest.mark.parametrize("end", [_answer, _settle, _arrive])
def test_it_ends_when_nothing_more_is_needed(scene: Scene, end: Callable[[Scene], None]) -> None:
    scene.run(Stage.NOTIFY)
    end(scene)
    scene.road.clock.now += HALF_HOUR
    ended = _deliver(scene)
    assert ended == ("success", {})
    assert _sent(scene) == FIRST_ROUND
    assert scene.facts(FactKind.UNREACHED) == []


@pytest.mark.parametrize("end", [_answer, _settle, _arrive])
def test_what_happens_between_look_and_claim_wins(
    scene: Scene, end: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case was read, nothing had arrived, the fallback is written; then it does arrive."""
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR
    happened: list[bool] = []

    def meanwhile(**kwargs: Any) -> Message:
        if not happened:
            happened.append(True)
            end(scene)
        return _written(**kwargs)

    monkeypatch.setattr(write_notice, "compose", meanwhile)
    assert _deliver(scene) == ("success", {})
    assert _sent(scene) == FIRST_ROUND


def test_a_receipt_that_came_before_anybody_waited_is_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came after the case was read and before the watch was stored: nobody was woken by it."""
    scene.run(Stage.NOTIFY)
    _before_watch(scene, monkeypatch, lambda: _arrive(scene))
    assert _deliver(scene) == ("success", {})


def test_a_failure_that_came_before_anybody_waited_is_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run(Stage.NOTIFY)
    _before_watch(scene, monkeypatch, lambda: _fail(scene, SMS, EMAIL))
    ended = _deliver(scene)
    assert ended is not None
    assert ended[0] == "Undelivered"


def _before_watch(scene: Scene, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    put = watches.put

    def late(watch: watches.Watch) -> None:
        act()
        put(watch)

    monkeypatch.setattr(watches, "put", late)


def test_a_receipt_while_the_fallback_is_on_its_way_ends_the_wait_for_it(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR
    scene.voice.meanwhile = lambda: _arrive(scene)
    assert _deliver(scene) == ("success", {})
    assert _sent(scene) == FIRST_ROUND | {"voice": 1}


@pytest.mark.parametrize("words", [BOUNCE, ARRIVE], ids=["failed", "arrived"])
@pytest.mark.parametrize("order", list(permutations([SMS, EMAIL, VOICE])))
def test_late_receipts_in_any_order_never_cause_a_second_contact(
    scene: Scene, words: dict[ChannelName, str], order: tuple[ChannelName, ...]
) -> None:
    """The call is out when late receipts of all come in; whatever they say, each channel is used once."""
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR
    _deliver(scene)
    for channel in order * 2:
        _receipt(scene, channel, words[channel])
        _deliver(scene)
    _see_delivered(scene)
    used = FIRST_ROUND | {"voice": 1}
    assert _sent(scene) == (used if words is ARRIVE else used | {"letter": 1})


def test_a_silenced_and_a_dead_channel_are_passed_over_with_their_rules_on_record(scene: Scene) -> None:
    persons.suppress(scene.case.borrower.person, scene.case.borrower.address_key(VOICE), "wrong_person")
    _silence(scene, SMS)
    scene.run(Stage.NOTIFY)
    _fail(scene, EMAIL)
    _deliver(scene)
    assert _sent(scene) == {"mail": 1, "letter": 1}
    rules = {fact.which[1:] for fact in scene.facts(FactKind.DENIED)}
    assert rules == {("SMS", "CN.opt_out"), ("VOICE", "person.address_dead")}


def test_a_channel_without_an_address_is_passed_over(scene: Scene) -> None:
    told.settle(CASE_ID, "paid", NOON, NOON)
    scene.road.clock.advance(days=1)
    data = json.loads(scene.road.event())["data"]
    del data["borrower"]["email"]
    scene.accept(id="evt-2", time="2026-11-24T01:00:00Z", data=data)
    case_id = f"{CASE_ID.loan_key}-2"
    at = stamp(scene.road.clock.now)
    scene.run(Stage.NOTIFY, case_id=case_id)
    scene.road.clock.now += HALF_HOUR
    scene.run(Stage.DELIVER, "token-1", case_id=case_id, step=FIRST, at=at)
    scene.road.clock.now += HALF_HOUR
    scene.run(Stage.DELIVER, "token-2", case_id=case_id, step=FIRST, at=at)
    assert _sent(scene) == {"sms": 1, "voice": 1}
    assert scene.machine.signals[-1][:2] == ("token-2", "Exhausted")


def test_outside_the_permitted_hours_it_pauses_to_the_first_permitted_moment(scene: Scene) -> None:
    scene.road.clock.now = datetime(2026, 11, 23, 13, 50, tzinfo=UTC)  # 21:50 in Shanghai
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR
    ended = _deliver(scene, at=scene.road.clock.now - HALF_HOUR)
    assert ended is not None
    assert (ended[0], json.loads(ended[1])) == ("Deferred", {"stage": "Deliver", "seconds": 9 * 3600 + 2400})
    assert _sent(scene) == FIRST_ROUND
    deferred = scene.facts(FactKind.DEFERRED)
    assert {fact.which for fact in deferred} == {
        (FIRST, each, "2026-11-24T00:00:00Z") for each in ("VOICE", "LETTER")
    }
    assert {fact.detail["rule"] for fact in deferred} == {"CN.contact_window"}
    scene.road.clock.now = datetime(2026, 11, 24, tzinfo=UTC)
    _deliver(scene, at=NOON)
    assert _sent(scene) == FIRST_ROUND | {"voice": 1}


def test_a_cap_that_is_full_pauses_it_too(scene: Scene) -> None:
    """The reminder's SMS failed, and another lender has sent today's e-mail."""
    _silence(scene, VOICE)
    scene.run(Stage.REMIND)
    _fail(scene, SMS, step=REMINDER)
    person = persons.get(scene.case.borrower.person)
    others = Contact(NOON - timedelta(hours=1), EMAIL, Purpose.COLLECTION, "other-bank", "k" * 20)
    actions, unchanged = persons.adding(person, persons.contact_name(OTHER, "reminder_1#EMAIL"), others)
    persons.row_of(person.key).update(actions, condition=unchanged)
    ended = _deliver(scene, step=REMINDER)
    assert ended is not None
    assert (ended[0], json.loads(ended[1])["seconds"]) == ("Deferred", 23 * 3600)
    assert [fact.detail["rule"] for fact in scene.facts(FactKind.DEFERRED)] == ["CN.text_email_daily"]
    scene.road.clock.advance(hours=23)
    _deliver(scene, step=REMINDER)
    assert _sent(scene) == {"sms": 1, "mail": 1}


def test_a_busy_provider_is_come_back_to(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    scene.voice.answers = [Refused("circuit_open", again=True)]
    ended = _deliver(scene)
    assert ended is not None
    assert ended[0] == "Deferred"
    assert 30 <= json.loads(ended[1])["seconds"] <= 91
    (deferred,) = scene.facts(FactKind.DEFERRED)
    assert (deferred.which[1], deferred.detail["rule"]) == ("VOICE", PROVIDER_BUSY)
    assert "first_notice#VOICE" not in scene.case.claims
    scene.road.clock.advance(seconds=91)
    assert _deliver(scene) is None
    assert _sent(scene)["voice"] == 2


def test_a_provider_busy_for_longer_than_its_patience_lets_the_next_channel_be_tried(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    scene.voice.answers = [Refused("circuit_open", again=True)] * 99
    began = scene.road.clock.now
    while not _sent(scene).get("letter"):
        ended = _deliver(scene)
        if ended and not _sent(scene).get("letter"):
            assert ended[0] == "Deferred"
            scene.road.clock.advance(seconds=json.loads(ended[1])["seconds"])
    assert HALF_HOUR <= scene.road.clock.now - began <= 2 * HALF_HOUR
    assert set(scene.case.claims) == {f"{FIRST}#{each}" for each in ("SMS", "EMAIL", "LETTER")}
    last = scene.facts(FactKind.DEFERRED)[-1]
    assert last.at == scene.road.clock.now, "the last try is on record, though it was another one's turn"
    calls = _sent(scene)["voice"]
    _receipt(scene, LETTER, ARRIVE[LETTER])
    assert _deliver(scene) == ("success", {})
    assert _sent(scene)["voice"] == calls, "what arrived is followed by nothing"


def test_what_a_busy_provider_said_is_on_record_with_each_try(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    for code, kept in (("ThrottlingException", "ThrottlingException"), ("call +8613800138000", "other")):
        scene.voice.answers = [Refused(code, again=True)]
        _deliver(scene)
        scene.road.clock.advance(seconds=91)
        assert scene.facts(FactKind.DEFERRED)[-1].detail["code"] == kept


def test_an_outage_of_days_leaves_a_line_a_day(scene: Scene) -> None:
    persons.suppress(scene.case.borrower.person, scene.case.borrower.address_key(LETTER), "moved")
    scene.mail.answers = scene.voice.answers = scene.sms.answers = [Refused("circuit_open", again=True)] * 999
    while scene.road.clock.now < NOON + timedelta(days=4):
        ended = _deliver(scene)
        assert ended is not None
        assert ended[0] == "Deferred"
        scene.road.clock.advance(seconds=json.loads(ended[1])["seconds"])
    of_sms = [fact for fact in scene.facts(FactKind.DEFERRED) if fact.which[1] == "SMS"]
    after = [fact for fact in of_sms if fact.at > NOON + timedelta(days=1)]
    busy = [fact for fact in after if fact.detail["rule"] == PROVIDER_BUSY]
    assert {fact.which[3] for fact in busy} == {"circuit_open"}
    assert len(busy) <= 4
    assert len(of_sms) < 70


def test_a_letter_counts_as_under_way_for_days_and_is_not_given_up_on(scene: Scene) -> None:
    """Its receipts come from a print house that reports once a day."""
    _letter_is_out(scene)
    ended = _deliver(scene, "token-1")
    assert ended is not None
    assert (ended[0], json.loads(ended[1])["seconds"]) == ("Deferred", 10 * 86_400)
    scene.run(Stage.PAUSE, "token-2", step=FIRST, seconds=10 * 86_400)
    scene.road.clock.advance(days=4)
    assert _deliver(scene, "token-3") is not None
    assert scene.facts(FactKind.UNREACHED) == []


@pytest.mark.parametrize(("word", "signal"), [("RETURNED", "Undelivered"), ("DELIVERED", "success")])
def test_what_the_post_tells_ends_the_pause_for_a_letter(scene: Scene, word: str, signal: str) -> None:
    _letter_is_out(scene)
    scene.run(Stage.PAUSE, "token-1", step=FIRST, seconds=10 * 86_400)
    _receipt(scene, LETTER, word)
    assert ("token-1", signal) in [each[:2] for each in scene.machine.signals]


def test_what_the_post_told_before_the_pause_was_stored_is_seen(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    _letter_is_out(scene)
    _before_watch(scene, monkeypatch, lambda: _receipt(scene, LETTER, "RETURNED"))
    scene.run(Stage.PAUSE, "token-1", step=FIRST, seconds=10 * 86_400)
    assert ("token-1", "Undelivered") in [each[:2] for each in scene.machine.signals]


def test_a_letter_back_before_its_pause_was_stored_leaves_the_wait_for_the_e_mail(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for channel in (LETTER, EMAIL):
        case = scene.case
        contact = Contact(NOON, channel, Purpose.STATUTORY, case.lender, case.id.loan_key)
        person = persons.get(case.borrower.person)
        assert claims.claim(case, person, f"{FIRST}#{channel}", f"a@{int(NOON.timestamp())}", contact)
    _before_watch(scene, monkeypatch, lambda: _receipt(scene, LETTER, "RETURNED"))
    scene.run(Stage.PAUSE, "token-1", step=FIRST, seconds=10 * 86_400)
    assert ("token-1", "Undelivered") in [each[:2] for each in scene.machine.signals]
    assert _deliver(scene, "token-2") is None
    watch = watches.get(CASE_ID, FIRST)
    assert watch is not None
    assert watch.deadline == NOON + HALF_HOUR


@pytest.mark.parametrize(
    ("words", "ends"),
    [(("DISPATCHED",), "success"), (("PRINTED",), "Exhausted"), (("DISPATCHED", "RETURNED"), "Exhausted")],
)
def test_a_posted_letter_that_did_not_come_back_has_arrived(
    scene: Scene, words: tuple[str, ...], ends: str
) -> None:
    persons.suppress(scene.case.borrower.person, scene.case.borrower.address_key(VOICE), "wrong_person")
    _letter_is_out(scene)
    for word in words:
        _receipt(scene, LETTER, word)
    scene.road.clock.advance(days=10, seconds=1)
    ended = _deliver(scene)
    assert ended is not None
    assert ended[0] == ends
    assert bool(scene.facts(FactKind.UNREACHED)) == (ends == "Exhausted")


def test_what_the_post_brings_back_after_days_leaves_time_for_another_channel(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    busy = scene.voice.answers = [Refused("circuit_open", again=True)] * 99
    while not _sent(scene).get("letter"):
        _deliver(scene)
        scene.road.clock.advance(minutes=30)
    busy.clear()
    scene.road.clock.advance(days=5)
    calls = _sent(scene)["voice"]
    _receipt(scene, LETTER, "RETURNED")
    _deliver(scene)
    assert _sent(scene)["voice"] == calls + 1


def _letter_is_out(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _fail(scene, SMS, EMAIL)
    _deliver(scene)
    if scene.voice.sent:
        _fail(scene, VOICE)
    _deliver(scene)
    assert _sent(scene)["letter"] == 1


def test_a_last_resort_that_surely_failed_is_followed_by_another(scene: Scene) -> None:
    """All is silenced, the SMS that went all the same is undeliverable: the law's notice takes the e-mail."""
    _silence(scene, *ChannelName)
    _deliver(scene)
    assert _sent(scene) == {"sms": 1}
    _fail(scene, SMS)
    _deliver(scene)
    assert _sent(scene) == {"sms": 1, "mail": 1}
    _deliver(scene)
    assert _sent(scene) == {"sms": 1, "mail": 1}, "one is on its way"
    scene.road.clock.now += HALF_HOUR
    assert _deliver(scene) == ("Exhausted", "no channel is left")
    assert _sent(scene) == {"sms": 1, "mail": 1}, "it may have arrived: his wish holds again"


def test_a_message_of_unknown_fate_is_waited_for_and_never_sent_again(scene: Scene) -> None:
    scene.sms.answers = [Unsure("ReadTimeoutError")]
    scene.run(Stage.NOTIFY)
    _fail(scene, EMAIL)
    assert _deliver(scene) is None
    assert _see_delivered(scene) == "Unreached"
    assert _sent(scene) == FIRST_ROUND | {"voice": 1, "letter": 1}


@pytest.mark.parametrize("arriving", [SMS, EMAIL, VOICE, LETTER])
def test_it_tries_one_channel_after_another_until_one_arrives(scene: Scene, arriving: ChannelName) -> None:
    """Each provider reports at once: failed, until one delivers."""
    providers = {SMS: scene.sms, EMAIL: scene.mail, VOICE: scene.voice, LETTER: scene.letter}
    late: list[ChannelName] = []

    def reporting(channel: ChannelName, provider: FakeChannel) -> None:
        provider.meanwhile = lambda: late.append(channel)

    for channel, provider in providers.items():
        reporting(channel, provider)
    scene.run(Stage.NOTIFY)
    for _ in range(10):
        while late:
            channel = late.pop(0)
            _receipt(scene, channel, (ARRIVE if channel == arriving else BOUNCE)[channel])
        ended = _deliver(scene)
        if ended and ended[0] == "success":
            break
    order = [SMS, EMAIL, VOICE, LETTER]
    least = max(2, order.index(arriving) + 1)
    assert sum(_sent(scene).values()) == least
    assert scene.case.reached == {FIRST}
    assert scene.facts(FactKind.UNREACHED) == []


def test_with_nothing_left_it_gives_up_on_record(scene: Scene, counted: dict[str, int]) -> None:
    scene.run(Stage.NOTIFY)
    assert _see_delivered(scene) == "Unreached"
    assert _sent(scene) == FIRST_ROUND | {"voice": 1, "letter": 1}
    assert [fact.which for fact in scene.facts(FactKind.UNREACHED)] == [(FIRST,)]
    assert counted["NoticeUnreached"] == 1


def test_giving_up_twice_is_counted_once(scene: Scene, counted: dict[str, int]) -> None:
    scene.run(Stage.NOTIFY)
    _see_delivered(scene)
    _see_delivered(scene)
    assert counted["NoticeUnreached"] == 1
    assert len(scene.facts(FactKind.UNREACHED)) == 1


@pytest.mark.parametrize(("seconds", "calls"), [(0, 1), (1, 0)])
def test_once_its_time_is_over_no_further_channel_is_tried(scene: Scene, seconds: int, calls: int) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.advance(hours=48, seconds=seconds)
    ended = _deliver(scene)
    assert _sent(scene) == FIRST_ROUND | ({"voice": 1} if calls else {})
    assert (ended is not None and ended[0] == "Exhausted") is (not calls)


def test_what_never_could_leave_is_cancelled_after_its_useful_time(scene: Scene) -> None:
    scene.road.clock.advance(days=14, seconds=1)
    assert _see_delivered(scene, at=NOON) == "Unreached"
    assert _sent(scene) == {}
    assert {fact.which[2] for fact in scene.facts(FactKind.DENIED)} == {OUT_OF_TIME}


def test_a_statutory_notice_reroutes_after_a_stop(scene: Scene) -> None:
    _silence(scene, SMS)
    scene.run(Stage.NOTIFY)
    assert _see_delivered(scene) == "Unreached"
    assert _sent(scene) == {"mail": 1, "voice": 1, "letter": 1}


def test_with_every_channel_silenced_the_laws_notice_goes_once_all_the_same(scene: Scene) -> None:
    _silence(scene, *ChannelName)
    scene.run(Stage.NOTIFY)
    assert _sent(scene) == {}
    assert f"{CASE_ID}-{FIRST}" in scene.machine.statuses
    assert _see_delivered(scene) == "Unreached"
    assert _sent(scene) == {"sms": 1}
    (fact,) = scene.facts(FactKind.SENT)
    assert fact.detail["rule"] == "CN.purpose_statutory"


def test_the_last_resort_waits_for_permitted_hours(scene: Scene) -> None:
    _silence(scene, *ChannelName)
    scene.road.clock.now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    ended = _deliver(scene)
    assert ended is not None
    assert ended[0] == "Deferred"
    assert _sent(scene) == {}


def test_a_reminder_to_somebody_who_silenced_everything_stays_unsent(scene: Scene) -> None:
    _silence(scene, *ChannelName)
    scene.run(Stage.REMIND)
    assert _see_delivered(scene, REMINDER) == "Unreached"
    assert _sent(scene) == {}
    assert {fact.which[2] for fact in scene.facts(FactKind.DENIED)} == {"CN.opt_out"}


def test_a_hold_stops_what_a_silence_does_not(scene: Scene) -> None:
    _silence(scene, *ChannelName)
    CaseRow(f"LOAN#{CASE_ID.loan_key}", "CASE").update([CaseRow.holds.set({"DISPUTE"})])
    assert _see_delivered(scene) == "Unreached"
    assert _sent(scene) == {}


def test_one_steps_receipts_say_nothing_of_another(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _arrive(scene)
    scene.road.clock.advance(days=3)
    due = scene.road.clock.now
    scene.run(Stage.REMIND)
    _deliver(scene, "token-1", REMINDER, due)
    _fail(scene, SMS, step=REMINDER)
    assert ("token-1", "Undelivered") in [signal[:2] for signal in scene.machine.signals]
    _deliver(scene, step=REMINDER, at=due)
    assert _sent(scene) == {"sms": 2, "mail": 2}


def test_a_message_delivered_twice_sends_once(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR
    for _ in range(2):
        _deliver(scene, "token-1")
    assert _sent(scene) == FIRST_ROUND | {"voice": 1}


def test_two_deliveries_of_one_step_send_once(scene: Scene) -> None:
    """The sweeper took one for dead that was not: while one calls, the other comes by."""
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR

    def rival() -> None:
        scene.voice.meanwhile = lambda: None
        _deliver(scene, "rival")

    scene.voice.meanwhile = rival
    _deliver(scene, "token-1")
    assert _sent(scene) == FIRST_ROUND | {"voice": 1}


def test_what_lacks_a_word_is_blocked_on_record_and_comes_back(
    scene: Scene, counted: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR

    def lacking(**kwargs: Any) -> Message:
        raise MissingVariables("cn/first_notice/VOICE/zh-CN@1", ("callback_number",))

    with monkeypatch.context() as patch:
        patch.setattr(write_notice, "compose", lacking)
        assert _deliver(scene, "token-1") is None, "it waits, and looks again later"
    blocked = scene.facts(FactKind.BLOCKED)
    assert [fact.which for fact in blocked] == [(FIRST, "LETTER"), (FIRST, "VOICE")]
    assert all(fact.detail["missing"] == ["callback_number"] for fact in blocked)
    assert counted["NoticeBlocked"] == 2
    _deliver(scene, "token-1")
    assert _sent(scene)["voice"] == 1


def test_a_case_that_never_rests_gives_its_message_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.now += HALF_HOUR
    moments = (NOON + timedelta(seconds=n) for n in range(1, 9))

    def moving(**kwargs: Any) -> Message:
        told.restate(CASE_ID, scene.case.amount, next(moments))
        return _written(**kwargs)

    monkeypatch.setattr(write_notice, "compose", moving)
    with pytest.raises(TryAgain):
        _deliver(scene)
    assert _sent(scene) == FIRST_ROUND


def test_a_stop_is_confirmed_once_and_at_once_at_any_hour(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    scene.road.clock.now = night = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    for _ in range(2):
        scene.wiring.take_receipt(reply_body("+8613800138000", "STOP", "m1"))
    given = scene.machine.inputs[f"{CASE_ID}-{CONFIRMATION}"]
    assert given["at"] == stamp(night)
    assert _see_delivered(scene, CONFIRMATION, night) == "Unreached"
    assert [message.text.split()[0] for message in scene.sms.sent] == [FIRST, CONFIRMATION]
    fact = next(fact for fact in scene.facts(FactKind.SENT) if fact.which == (CONFIRMATION, "SMS"))
    assert fact.detail["rule"] == "CN.purpose_reply"


def test_a_confirmation_that_comes_late_waits_for_permitted_hours(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    night = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    _silence(scene, SMS)
    scene.road.clock.now = night + timedelta(minutes=10)
    ended = _deliver(scene, step=CONFIRMATION, at=night)
    assert ended is not None
    assert ended[0] == "Deferred"
    assert len(scene.sms.sent) == 1


def test_a_confirmation_does_not_depend_on_the_case(scene: Scene) -> None:
    """Who answered or paid a moment ago is told all the same that his STOP is heard."""
    scene.run(Stage.NOTIFY)
    _answer(scene)
    _deliver(scene, step=CONFIRMATION, at=NOON)
    assert scene.case.status == CaseStatus.FEEDBACK
    assert [message.text.split()[0] for message in scene.sms.sent] == [FIRST, CONFIRMATION]


def test_a_confirmation_for_a_closed_case_in_doubt_is_found_by_the_sweeper(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _settle(scene)
    scene.road.clock.advance(minutes=5)
    scene.wiring.sweep()
    assert list(cases.opened_on("demo-bank", NOON)) == []
    scene.sms.answers = [Unsure("ReadTimeoutError")]
    _deliver(scene, step=CONFIRMATION, at=scene.road.clock.now)
    scene.road.clock.advance(minutes=5)
    scene.wiring.sweep()
    assert [fact.which for fact in scene.facts(FactKind.UNKNOWN)] == [(CONFIRMATION, "SMS")]
    assert list(cases.opened_on("demo-bank", NOON)) == []


def test_every_fact_of_a_delivery_is_written_once(scene: Scene) -> None:
    scene.run(Stage.NOTIFY)
    _silence(scene, VOICE)
    scene.road.clock.now += HALF_HOUR
    for _ in range(5):
        _deliver(scene)
        scene.road.clock.advance(days=3)
    kinds = [fact.kind for fact in facts.of(CASE_ID)]
    assert sorted(kinds, key=list(FactKind).index) == [FactKind.DENIED] + [FactKind.SENT] * 3 + [
        FactKind.UNREACHED
    ]
