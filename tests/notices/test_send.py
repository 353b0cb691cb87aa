"""One send: claimed and counted before it goes, kept, recorded after, and left claimed when nobody knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from chalicelib import profiles
from chalicelib.channels import Refused, Result, Unsure
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, ContactState, FactKind, Outcome, Stage
from chalicelib.domain.contact_rules import Decision, Verdict
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.notices.compose import Message
from chalicelib.notices.outcome import Sending
from chalicelib.notices.plan import Ground, claim_key
from chalicelib.notices.send import LEASE, Notice, claim_value, claimed_at, lease_over
from chalicelib.store import cases, claims, facts, persons
from chalicelib.store.archive import Archive
from chalicelib.store.case_rows import to_row
from chalicelib.store.rows import PersonRow
from tests import told
from tests.fakes import client_error
from tests.road import NOON
from tests.samples import CASE_ID, amount
from tests.scene import Scene

CN = profiles.of_version("CN", "CN@1")
STEP = CN.step(Stage.NOTIFY)
MESSAGE = Message(
    channel="SMS",
    language="zh-CN",
    subject="",
    text="text",
    html="",
    template="cn/first_notice/SMS/zh-CN@1",
    digest="ab" * 32,
)
ALLOWED = Decision(Verdict.ALLOW, "CN.contact_window", "CN@1")
LINK = "https://accord.example/n/t"
NOTICE = Notice("0f" * 12, "first_notice", ChannelName.SMS, MESSAGE, ALLOWED, LINK)
KEPT = f"cases/{CASE_ID}/notices/{NOTICE.id}.json"


@pytest.fixture(autouse=True)
def _opened(scene: Scene) -> None:
    scene.accept()


def _ground(scene: Scene, case: Case | None = None) -> Ground:
    case, now = case or scene.case, scene.road.clock.now
    return Ground(case, persons.get(case.borrower.person), CN, STEP, now, now)


def _send(scene: Scene, attempt: str = "attempt-1", notice: Notice = NOTICE) -> Sending:
    return scene.wiring._sender.send(_ground(scene), notice, attempt).sending


def _contacts(scene: Scene) -> dict[str, ContactState]:
    person = persons.get(scene.case.borrower.person)
    return {name.rpartition("#")[2]: contact.state for name, contact in person.contacts.items()}


def test_an_accepted_message_is_claimed_and_on_record(scene: Scene) -> None:
    assert _send(scene) == Sending.SENT
    assert scene.case.claims == {"first_notice#SMS": f"attempt-@{int(NOON.timestamp())}"}
    assert scene.facts(FactKind.SENT)[0].detail == {
        "notice_id": "0f" * 12,
        "template": "cn/first_notice/SMS/zh-CN@1",
        "digest": "ab" * 32,
        "rule": "CN.contact_window",
        "profile_version": "CN@1",
        "provider": "",
        "provider_message_id": "sms-1",
    }


def test_claim_and_contact_are_on_record_while_the_message_is_on_its_way(scene: Scene) -> None:
    seen: list[tuple[set[str], dict[str, ContactState]]] = []
    scene.sms.meanwhile = lambda: seen.append((set(scene.case.claims), _contacts(scene)))
    _send(scene)
    assert seen == [({"first_notice#SMS"}, {"SMS": ContactState.PENDING})]


def test_the_message_is_kept_as_it_is_before_it_leaves(scene: Scene) -> None:
    message = replace(MESSAGE, channel="EMAIL", subject="关于您的贷款", html="<p>“贷款”</p>")
    notice = replace(NOTICE, id="1e" * 12, channel=ChannelName.EMAIL, message=message)
    seen: list[dict[str, str]] = []
    key = f"cases/{CASE_ID}/notices/{notice.id}-{message.digest[:16]}.json"
    scene.mail.meanwhile = lambda: seen.append(json.loads(scene.wiring.archive.get(key)))
    _send(scene, notice=notice)
    assert seen == [
        {
            "notice_id": "1e" * 12,
            "step": "first_notice",
            "channel": "EMAIL",
            "language": "zh-CN",
            "template": "cn/first_notice/SMS/zh-CN@1",
            "digest": "ab" * 32,
            "subject": "关于您的贷款",
            "text": "text",
            "html": "<p>“贷款”</p>",
            "rule": "CN.contact_window",
            "profile_version": "CN@1",
            "at": "2026-11-23T04:00:00Z",
        }
    ]


class _Full(Archive):
    """An archive that takes nothing."""

    def __init__(self) -> None:
        pass

    def put(self, key: str, body: bytes, kind: str = "application/json") -> None:
        raise client_error("SlowDown", "PutObject", 503)


def test_what_cannot_be_kept_is_not_sent_and_its_claim_is_given_back(scene: Scene) -> None:
    sender = replace(scene.wiring._sender, archive=_Full())
    with pytest.raises(ClientError):
        sender.send(_ground(scene), NOTICE, "attempt-1")
    assert scene.sms.sent == []
    assert (scene.case.claims, _contacts(scene)) == ({}, {})
    assert _send(scene, "attempt-2") == Sending.SENT


@pytest.mark.parametrize(
    ("answer", "became", "claimed", "contacts", "kinds"),
    [
        (Refused("ThrottlingException", again=True), Sending.AGAIN, False, {}, []),
        (
            Refused("ValidationException", again=False),
            Sending.FAILED,
            True,
            {"SMS": ContactState.FAILED},
            [FactKind.FAILED],
        ),
        (Unsure("ReadTimeoutError"), Sending.UNSURE, True, {"SMS": ContactState.PENDING}, []),
    ],
)
def test_what_the_provider_says_decides(
    scene: Scene,
    answer: Result,
    became: Sending,
    claimed: bool,
    contacts: dict[str, ContactState],
    kinds: list[FactKind],
) -> None:
    scene.sms.answers = [answer]
    assert _send(scene) == became
    assert bool(scene.case.claims) is claimed
    assert _contacts(scene) == contacts
    assert [fact.kind for fact in scene.facts()] == kinds


def _settle(scene: Scene) -> None:
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", NOON)


def _restate(scene: Scene) -> None:
    told.restate(CASE_ID, amount(5), NOON)


def _silence(scene: Scene) -> None:
    persons.opt_out(scene.case.borrower.person, ChannelName.SMS)


def _bounce(scene: Scene) -> None:
    who = scene.case.borrower
    persons.suppress(who.person, who.address_key(ChannelName.SMS), "TEXT_INVALID")


def _rival(scene: Scene) -> None:
    assert _send(scene, "rival") == Sending.SENT


def _elsewhere(scene: Scene) -> None:
    """Another lender writes to the same person about another loan: his daily SMS is used up."""
    assert (
        scene.wiring._sender.send(_ground(scene, _other_case(scene)), NOTICE, "other").sending == Sending.SENT
    )


def _evening(scene: Scene) -> None:
    scene.road.clock.now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai


def _other_case(scene: Scene, n: int = 1, lender: str = "") -> Case:
    """Store a case of the same person about another loan, of another lender unless one is named."""
    lender, loan = lender or f"bank-{n}", f"LN-{n}"
    other = replace(scene.case, id=CaseId(loan_key(lender, loan), 1), lender=lender, loan=loan, claims={})
    to_row(other).save()
    return other


@pytest.mark.parametrize("before", [_settle, _restate, _silence, _bounce, _rival, _elsewhere, _evening])
def test_a_send_loses_to_what_came_after_its_case_was_read(
    scene: Scene, before: Callable[[Scene], None]
) -> None:
    read = _ground(scene)
    before(scene)
    sent, contacts = len(scene.sms.sent), _contacts(scene)
    assert scene.wiring._sender.send(read, NOTICE, "attempt-1").sending == Sending.LOST
    assert len(scene.sms.sent) == sent
    assert _contacts(scene) == contacts


def test_a_person_heard_from_over_another_channel_does_not_keep_this_one(scene: Scene) -> None:
    read = _ground(scene)
    persons.opt_out(scene.case.borrower.person, ChannelName.EMAIL)
    assert scene.wiring._sender.send(read, NOTICE, "attempt-1").sending == Sending.SENT


def test_a_person_who_never_rests_is_given_up_for_now(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    read, ground = persons.get, _ground(scene)

    def moving(key: str) -> object:
        found = read(key)
        persons.row_of(key).update([PersonRow.revision.add(1)])
        return found

    monkeypatch.setattr(persons, "get", moving)
    persons.row_of(ground.person.key).update([PersonRow.revision.add(1)])
    assert scene.wiring._sender.send(ground, NOTICE, "attempt-1").sending == Sending.LOST
    assert (scene.sms.sent, scene.case.claims) == ([], {})


@pytest.mark.parametrize("senders", [2, 3, 7])
def test_however_many_read_the_same_person_no_cap_is_overshot(scene: Scene, senders: int) -> None:
    """One SMS in 24 hours for a person, over all loans and lenders, however stale each sender's reading."""
    stale = [_ground(scene, _other_case(scene, n)) for n in range(senders)]
    results = [scene.wiring._sender.send(each, NOTICE, f"sender-{n}").sending for n, each in enumerate(stale)]
    assert results == [Sending.SENT] + [Sending.LOST] * (senders - 1)
    assert len(scene.sms.sent) == 1


@pytest.mark.parametrize("lender", ["demo-bank", "other-bank"])
def test_his_other_loan_uses_up_the_same_cap_whoever_lent_it(scene: Scene, lender: str) -> None:
    other = _other_case(scene, lender=lender)
    assert scene.wiring._sender.send(_ground(scene, other), NOTICE, "other").sending == Sending.SENT
    assert _send(scene) == Sending.LOST


def test_a_cap_of_several_is_used_up_and_not_overshot(scene: Scene) -> None:
    """Three e-mails in seven days: of four senders, days apart, whose persons were read before any sent."""
    notice = replace(NOTICE, channel=ChannelName.EMAIL)
    stale = [_ground(scene, _other_case(scene, n)) for n in range(4)]
    results = []
    for n, each in enumerate(stale):
        results.append(scene.wiring._sender.send(each, notice, f"sender-{n}").sending)
        scene.road.clock.advance(days=1)
    assert results == [Sending.SENT] * 3 + [Sending.LOST]
    scene.road.clock.now = NOON + timedelta(days=7)
    assert scene.wiring._sender.send(stale[3], notice, "sender-3").sending == Sending.SENT


def test_a_fourth_call_goes_when_one_of_three_reached_nobody(scene: Scene) -> None:
    """Three calls a day that reached him: a busy line gives its place back, an answered one does not."""
    notice = replace(NOTICE, channel=ChannelName.VOICE)
    others = [_other_case(scene, n) for n in range(4)]
    grounds = [_ground(scene, each) for each in others]
    sent = [scene.wiring._sender.send(each, notice, f"call-{n}").sending for n, each in enumerate(grounds)]
    assert sent == [Sending.SENT] * 3 + [Sending.LOST]
    for other, state in zip(
        others, [ContactState.REACHED, ContactState.FAILED, ContactState.REACHED], strict=False
    ):
        name = persons.contact_name(other.id, claim_key("first_notice", ChannelName.VOICE))
        persons.settle(other.borrower.person, name, state)
    assert scene.wiring._sender.send(grounds[3], notice, "call-3").sending == Sending.SENT


def test_a_claim_given_back_gives_the_cap_back(scene: Scene) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    assert _send(scene) == Sending.AGAIN
    assert (
        scene.wiring._sender.send(_ground(scene, _other_case(scene)), NOTICE, "other").sending == Sending.SENT
    )


def test_what_was_refused_for_good_was_an_attempt(scene: Scene) -> None:
    scene.sms.answers = [Refused("ValidationException", again=False)]
    assert _send(scene) == Sending.FAILED
    assert (
        scene.wiring._sender.send(_ground(scene, _other_case(scene)), NOTICE, "other").sending == Sending.LOST
    )


def test_a_fallback_loses_to_a_receipt_that_came_meanwhile(scene: Scene) -> None:
    read = _ground(scene)
    cases.reach(CASE_ID, "first_notice")
    fallback = replace(NOTICE, fallback=True)
    assert scene.wiring._sender.send(read, fallback, "attempt-1").sending == Sending.LOST
    assert scene.sms.sent == []


def test_a_last_resort_may_be_sent_over_a_silenced_channel_and_only_as_such(scene: Scene) -> None:
    _silence(scene)
    assert _send(scene) == Sending.LOST
    assert _send(scene, notice=replace(NOTICE, last_resort=True)) == Sending.SENT


def test_two_attempts_send_once(scene: Scene) -> None:
    read = _ground(scene)
    send = scene.wiring._sender.send
    assert [send(read, NOTICE, each).sending for each in ("first", "second")] == [Sending.SENT, Sending.LOST]
    assert len(scene.sms.sent) == 1


def test_after_a_throttle_another_attempt_may_send(scene: Scene) -> None:
    scene.sms.answers = [Refused("ThrottlingException", again=True)]
    assert [_send(scene, "first"), _send(scene, "second")] == [Sending.AGAIN, Sending.SENT]


def test_a_lease_ends_after_any_sender_must_have_ended() -> None:
    value = claim_value("attempt-1", NOON)
    assert claimed_at(value) == NOON.timestamp()
    assert not lease_over(value, NOON + LEASE)
    assert lease_over(value, NOON + LEASE + timedelta(seconds=1))


def test_what_goes_out_says_whose_it_is_and_how_long_it_may_take(scene: Scene) -> None:
    """The lender keeps test and live apart; the time ends with the permitted hours, at 22:00."""
    _send(scene)
    (outgoing,) = scene.sms.sent
    assert (outgoing.to, outgoing.lender, outgoing.ttl) == ("+8613800138000", "demo-bank", 10 * 3600)
    assert (outgoing.template, outgoing.link) == ("cn/first_notice/SMS/zh-CN@1", LINK)


def test_the_stop_address_of_the_mail_is_the_borrowers_own_link(scene: Scene) -> None:
    _send(scene)
    assert scene.sms.sent[0].unsubscribe_url == f"{LINK}/stop"


def test_a_letters_pages_are_kept_beside_it(scene: Scene) -> None:
    postal = replace(scene.case.borrower, postal=("张伟", "上海市世纪大道1号"))
    case = replace(scene.case, borrower=postal)
    message = replace(MESSAGE, channel="LETTER", pdf=b"%PDF-1.7")
    notice = replace(NOTICE, id="2d" * 12, channel=ChannelName.LETTER, message=message)
    assert scene.wiring._sender.send(_ground(scene, case), notice, "attempt-1").sending == Sending.SENT
    pages = hashlib.sha256(b"%PDF-1.7").hexdigest()[:16]
    assert scene.wiring.archive.get(f"cases/{CASE_ID}/letters/{notice.id}-{pages}.pdf") == b"%PDF-1.7"
    assert scene.letter.sent[0].pdf == b"%PDF-1.7"
    (sent,) = scene.facts(FactKind.SENT)
    assert sent.detail["pages"].startswith(pages), "the record says which pages left"
    assert scene.letter.sent[0].to == "张伟\n上海市世纪大道1号"


def test_a_claim_that_cannot_be_written_is_no_send(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise client_error("InternalServerError", "TransactWriteItems", 500)

    monkeypatch.setattr(claims, "claim", broken)
    with pytest.raises(ClientError):
        _send(scene)
    assert scene.sms.sent == []
    assert facts.of(CASE_ID) == []
