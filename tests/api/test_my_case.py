"""My case: what has happened, what comes next and by when, and every record of it, his own alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import boto3
import pytest

from chalicelib.borrower import my_case as my_cases
from chalicelib.domain.agreement import Agreement, Party, Signature
from chalicelib.domain.codes import FactKind, HoldKind, Mode, Outcome, Stage
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.meeting import Meeting
from chalicelib.domain.repayment_plan import monthly
from chalicelib.store import agreements, cases, facts, heads, meetings, plans, waits
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow
from chalicelib.store.waits import Wait
from tests.api.browser import Browser, goes_to, text
from tests.api.inside import Road, send
from tests.road import NOON, RECORDS
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

PAGES = ("", "/messages", "/documents", "/sent", "/meeting", "/agreement", "/plan")
ROAD: Road = (
    ("reason", {"reason": "UNEMPLOYMENT"}),
    ("income", {}),
    ("pay", {}),
    ("words", {"text": "公司裁员 <b>"}),
    ("mediation", {"wish": "YES"}),
    ("mode", {"mode": "TELEPHONE"}),
    ("more", {}),
)
MEETING = Meeting(
    at=NOON + timedelta(days=9, hours=2),
    mode=Mode.ONLINE_VIDEO,
    mediator="李静",
    organisation="示范市人民调解委员会",
    qualifications="人民调解员，执业八年",
    link="https://meet.example/abc",
    dial_in="400-000-0009",
    parties=("示范银行代表",),
)
AGREEMENT = Agreement(
    reference="AG-1",
    sign_by=date(2026, 12, 10),
    currency="CNY",
    total=1_000_001,
    instalments=3,
    first_due=date(2027, 1, 10),
    digest="ab" * 32,
)


def _link(scene: Scene) -> str:
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    return found.group(1)


@pytest.fixture
def inside(scene: Scene) -> Browser:
    """A browser past the second factor, its case noticed."""
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    browser = Browser(language="en")
    browser.enter(_link(scene))
    return browser


@pytest.fixture
def applied(inside: Browser) -> Browser:
    """The same browser with its reply sent, which wishes for mediation."""
    send(inside, "feedback", ROAD)
    return inside


def _now(page: str) -> list[str]:
    return re.findall(r'aria-current="step">([^<]+)<', page)


def test_a_case_unanswered_asks_for_the_reply_by_its_day(inside: Browser) -> None:
    page = text(inside.get("/my"))
    assert _now(page) == ["You reply"]
    assert "Please reply by 7 December 2026" in page
    assert "(14 days left)" in page
    assert '<a class="button" href="/my/form/feedback?lang=en">Reply now</a>' in page
    assert "/my/form/withdraw" not in page
    assert "12378" in page


def test_days_are_left_by_the_borrowers_own_clock(scene: Scene, inside: Browser) -> None:
    scene.road.clock.advance(hours=11, minutes=59)  # 23:59 in Shanghai
    inside.enter(_link(scene))
    assert "(14 days left)" in text(inside.get("/my"))
    scene.road.clock.advance(minutes=2)
    assert "(13 days left)" in text(inside.get("/my"))


def test_who_applied_hears_by_the_profiles_term(applied: Browser) -> None:
    page = text(applied.get("/my"))
    assert _now(page) == ["The mediation body accepts"]
    assert "You hear from it by 26 November 2026" in page
    assert "/my/form/withdraw" in page
    assert "/my/form/apply" not in page
    assert "/my/form/reschedule" not in page


def test_once_the_term_for_acceptance_is_over_no_past_day_is_promised(scene: Scene, applied: Browser) -> None:
    scene.road.clock.advance(days=5)
    applied.enter(_link(scene))
    page = text(applied.get("/my"))
    assert "26 November" not in page
    assert "arranging a mediator" in page
    ends = scene.road.clock.now + timedelta(days=25)
    waits.put(Wait(CASE_ID, Stage.ANSWERED, Stage.LIMIT_PASSED, "token-2", ends))
    assert "Mediation is to end by 23 December 2026" in text(applied.get("/my"))


def test_who_withdrew_is_not_on_the_way_to_mediation(scene: Scene, applied: Browser) -> None:
    facts.append(Fact(CASE_ID, FactKind.WITHDRAWN, NOON + timedelta(hours=1), ("w",), {}))
    heads.update(CASE_ID, [CaseRow.status.set("FEEDBACK")], heads.is_open())
    page = text(applied.get("/my"))
    assert _now(page) == []
    assert "Apply for mediation</a>" in page
    assert "Only if you want mediation" in page


def test_a_hold_says_that_nobody_contacts_him_about_payment(scene: Scene, applied: Browser) -> None:
    heads.update(CASE_ID, [CaseRow.holds.set({HoldKind.DISPUTE.value})], heads.is_open())
    page = text(applied.get("/my"))
    assert "nobody contacts you about payment" in page
    assert "Nobody will contact you about payment until then" in page


def test_a_hold_nobody_knows_still_says_so(inside: Browser) -> None:
    heads.update(CASE_ID, [CaseRow.holds.set({"NEW"})], heads.is_open())
    assert "This case is on hold" in text(inside.get("/my"))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [(Outcome.SETTLED_OUTSIDE, "has been paid"), (Outcome.TERMINATED, "This case is closed")],
)
def test_a_closed_case_is_shown_and_a_complaint_stays_possible(
    scene: Scene, applied: Browser, outcome: Outcome, said: str
) -> None:
    cases.close(CASE_ID, outcome, "x", scene.road.clock.now)
    page = text(applied.get("/my"))
    assert said in page
    assert _now(page) == []
    assert "/my/form/complain" in page
    assert "/my/form/withdraw" not in page
    assert "A mediator is named" not in page


def test_a_complaint_has_the_day_of_its_decision(applied: Browser) -> None:
    facts.append(Fact(CASE_ID, FactKind.COMPLAINT, NOON, ("c",), {"reference": "C-AAAA-BBBB"}))
    page = text(applied.get("/my"))
    assert "Complaint C-AAAA-BBBB: you get a decision by 8 December 2026 (15 days left)" in page


def _step(number: int, step: str, **detail: str) -> None:
    which = ("c", f"{number:04d}")
    facts.append(Fact(CASE_ID, FactKind.HANDLING, NOON, which, {"step": step, "by": "h", **detail}))


def test_a_complaint_has_the_day_it_was_extended_to_and_none_once_it_is_decided(applied: Browser) -> None:
    facts.append(Fact(CASE_ID, FactKind.COMPLAINT, NOON, ("c",), {"reference": "C-AAAA-BBBB"}))
    _step(1, "ACKNOWLEDGED")
    _step(2, "EXTENDED", decide_by="2027-01-22", reason="x")
    page = text(applied.get("/my"))
    assert "you get a decision by 22 January 2027 (60 days left)" in page
    assert "8 December" not in page
    _step(3, "DECIDED", outcome="UPHELD")
    page = text(applied.get("/my"))
    assert "Complaint C-AAAA-BBBB: it is decided</li>" in page
    _step(4, "REVIEW_ASKED", review_by="2027-02-01")
    assert "the review is answered by 1 February 2027" in text(applied.get("/my"))
    _step(5, "WITHDRAWN")
    assert "C-AAAA-BBBB: closed</li>" in text(applied.get("/my"))


def test_a_meeting_is_shown_with_weekday_and_zone_and_ends_the_wait(applied: Browser) -> None:
    meetings.append(CASE_ID, MEETING, NOON + timedelta(hours=1))
    page = text(applied.get("/my"))
    assert _now(page) == ["Mediation meeting"]
    assert "Meeting on 2 December 2026" in page
    assert "/my/form/reschedule" in page
    page = text(applied.get("/my/meeting"))
    for said in (
        "Wed 2 Dec 2026, 14:00 Beijing time",
        "李静",
        "人民调解员，执业八年",
        "400-000-0009",
        "示范银行代表",
    ):
        assert said in page, said


def test_the_latest_word_about_a_meeting_stands(scene: Scene, applied: Browser) -> None:
    later = replace(MEETING, at=MEETING.at + timedelta(days=1), sequence=1)
    meetings.append(CASE_ID, later, NOON + timedelta(hours=1))
    meetings.append(CASE_ID, MEETING, NOON + timedelta(hours=2))  # written late, said before
    assert meetings.get(CASE_ID) == later
    meetings.append(CASE_ID, replace(later, sequence=2, cancelled=True), NOON + timedelta(hours=3))
    assert "called off" in text(applied.get("/my/meeting"))
    assert "arranging a mediator" in text(applied.get("/my"))
    assert "STATUS:CANCELLED" in text(applied.get("/my/meeting.ics"))


def test_the_calendars_file_tells_of_no_debt_and_keeps_its_name(applied: Browser) -> None:
    assert applied.get("/my/meeting.ics").status_code == 404
    meetings.append(CASE_ID, MEETING, NOON)
    answer = applied.get("/my/meeting.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    file = text(answer)
    assert "DTSTART:20261202T060000Z" in file
    for word in ("示范银行", "loan", "debt", "Demo", "mediat", "张伟", str(CASE_ID)):
        assert word.lower() not in file.lower().replace("prodid:-//accord//mediation", ""), word
    uid = re.findall(r"UID:(\S+)", file)
    meetings.append(CASE_ID, replace(MEETING, sequence=1), NOON + timedelta(hours=1))
    again = text(applied.get("/my/meeting.ics"))
    assert re.findall(r"UID:(\S+)", again) == uid
    assert "SEQUENCE:1" in again


def test_an_agreement_waits_for_signatures_and_then_is_in_force(applied: Browser) -> None:
    agreements.append(CASE_ID, AGREEMENT, NOON + timedelta(hours=1))
    assert "You can sign until 10 December 2026" in text(applied.get("/my"))
    page = text(applied.get("/my/agreement"))
    assert "Draft, not in force yet" in page
    assert "CNY 10,000.01" in page
    signed = tuple(Signature(party, AGREEMENT.digest, NOON + timedelta(days=1)) for party in Party)
    agreements.append(CASE_ID, replace(AGREEMENT, signatures=signed, sequence=1), NOON + timedelta(days=1))
    assert "In force since 24 November 2026" in text(applied.get("/my/agreement"))


def test_a_plan_shows_every_payment_and_its_sums(scene: Scene, applied: Browser) -> None:
    plan = monthly("CNY", 1_000_001, 3, date(2026, 11, 10))
    first, *rest = plan.instalments
    half = replace(rest[0], paid=100_000)
    plan = replace(plan, instalments=(replace(first, paid=first.amount), half, rest[1]))
    plans.append(CASE_ID, plan, NOON)
    page = text(applied.get("/my/plan"))
    for said in ("CNY 3,333.33", "CNY 3,333.35", "Paid", "CNY 10,000.01", "CNY 5,666.68"):
        assert said in page, said
    assert "CNY 2,333.33 of it open" in page
    assert "Next payment by 10 December 2026" in text(applied.get("/my"))
    scene.road.clock.advance(days=18)
    applied.enter(_link(scene))
    assert "Overdue" in text(applied.get("/my/plan"))


@pytest.mark.parametrize("path", ["/my/meeting", "/my/agreement", "/my/plan"])
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_what_is_not_there_yet_has_a_page_that_says_so(inside: Browser, path: str, language: str) -> None:
    page = inside.get(f"{path}?lang={language}")
    assert page.status_code == 200
    assert ("There is no" in text(page) or "No meeting" in text(page)) == (language == "en")


def test_messages_are_listed_and_read_as_they_left(scene: Scene, inside: Browser) -> None:
    page = text(inside.get("/my/messages"))
    ids = re.findall(r"/my/messages/([0-9a-f]{24})", page)
    assert len(set(ids)) == 2
    assert "Sent; no delivery report yet" in page
    facts.append(Fact(CASE_ID, FactKind.RECEIPT, NOON, ("first_notice", "SMS", "DELIVERED", "x"), {}))
    assert "Delivered" in text(inside.get("/my/messages"))
    shown = [text(inside.get(f"/my/messages/{each}")) for each in dict.fromkeys(ids)]
    assert any("【示范银行】" in each for each in shown)
    assert all("/n/…" in each for each in shown), "a link shown could be used by whoever looks on"
    assert not any(re.search(r"/n/[A-Za-z0-9_-]{22}", each) for each in shown)
    assert max(len(each.encode()) for each in shown) <= 14 * 1024


def test_a_message_of_another_case_is_not_found_and_unknown_ones_look_alike(inside: Browser) -> None:
    found = text(inside.get("/my/messages"))
    own = re.findall(r"/my/messages/([0-9a-f]{24})", found)[0]
    body = boto3.client("s3").list_objects_v2(Bucket=RECORDS)["Contents"][0]["Key"]
    foreign = "ab" * 12
    boto3.client("s3").put_object(Bucket=RECORDS, Key=body.replace(own, foreign), Body=b"{}")
    answers = [
        inside.get(f"/my/{kind}/{name}")
        for kind in ("messages", "letters", "sent")
        for name in (foreign, "..%2Fx", "nothing")
    ]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r"/my/[^\"?]+", "", text(answer)) for answer in answers}
    assert len(bodies) == 1
    assert inside.get(f"/my/letters/{own}").status_code == 404


def test_a_letter_is_handed_out_as_it_was_printed(scene: Scene, inside: Browser) -> None:
    detail = {"digest": "d" * 64, "pages": "e" * 64}
    facts.append(Fact(CASE_ID, FactKind.SENT, NOON, ("first_notice", "LETTER"), detail))
    page = text(inside.get("/my/documents"))
    (name,) = set(re.findall(r"/my/letters/([0-9a-f]{24})", page))
    key = f"cases/{CASE_ID}/letters/{name}-{'e' * 16}.pdf"
    boto3.client("s3").put_object(Bucket=RECORDS, Key=key, Body=b"%PDF-1.4 x")
    answer = inside.get(f"/my/letters/{name}", accept="text/html,application/pdf,*/*;q=0.8")
    assert (answer.status_code, answer.body) == (200, b"%PDF-1.4 x")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_he_sent_is_kept_in_his_own_words_and_escaped(applied: Browser) -> None:
    page = text(applied.get("/my/sent"))
    (reference,) = set(re.findall(r"/my/sent/(F-[A-Z2-7]{4}-[A-Z2-7]{4})", page))
    page = text(applied.get(f"/my/sent/{reference}"))
    for said in (
        "I lost my job",
        "公司裁员 &lt;b&gt;",
        "Yes, I want mediation",
        "By telephone",
        "23 November 2026",
    ):
        assert said in page, said


def test_verification_leads_to_my_case_once_he_has_answered(scene: Scene, inside: Browser) -> None:
    assert goes_to(inside.enter(_link(scene))) == "/my/info"
    send(inside, "feedback", ROAD)
    assert goes_to(inside.enter(_link(scene))) == "/my"


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_case_without_having_shown_that_it_is_his(scene: Scene, path: str) -> None:
    assert Browser().get(f"/my{path}").status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_the_head_and_one_query(
    applied: Browser, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: Counter[str] = Counter()
    applied.get("/my")  # the lender is remembered from here on
    for model in ("FactRow", "DossierRow", "CaseRow", "WaitRow"):
        _count(monkeypatch, model, reads)
    assert applied.get(f"/my{path}").status_code == 200
    assert reads == {"CaseRow.get": 1, "DossierRow.query": 1}


def _count(monkeypatch: pytest.MonkeyPatch, name: str, reads: Counter[str]) -> None:
    from chalicelib.store import rows

    model = getattr(rows, name)
    for act in ("get", "query"):
        real = getattr(model, act)

        def counted(
            *args: object, _real: object = real, _as: str = f"{name}.{act}", **more: object
        ) -> object:
            reads[_as] += 1
            return _real(*args, **more)  # type: ignore[operator]

        monkeypatch.setattr(model, act, counted)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("path", PAGES)
def test_a_full_page_stays_small(scene: Scene, applied: Browser, path: str, language: str) -> None:
    meetings.append(CASE_ID, MEETING, NOON)
    agreements.append(CASE_ID, AGREEMENT, NOON)
    plans.append(CASE_ID, monthly("CNY", 1_000_001, 12, date(2027, 1, 10)), NOON)
    heads.update(CASE_ID, [CaseRow.holds.set({kind.value for kind in HoldKind})], heads.is_open())
    page = applied.get(f"/my{path}?lang={language}")
    assert page.status_code == 200
    assert len(page.body) <= 14 * 1024


def test_the_dossier_is_the_whole_timeline_of_this_case_alone(scene: Scene, applied: Browser) -> None:
    other = CaseId(loan_key("demo-bank", "x"), 1)
    facts.append(Fact(other, FactKind.QUESTION, NOON, ("q",), {}))
    facts.append(Fact(CaseId(CASE_ID.loan_key, 2), FactKind.QUESTION, NOON, ("q",), {}))
    mine = my_cases.read(scene.case, NOON)
    assert list(mine.facts) == facts.of(CASE_ID)
    assert mine.stand.limit_at is None, "the timer of an earlier stage binds nobody"
    waits.put(Wait(CASE_ID, Stage.ANSWERED, Stage.LIMIT_PASSED, "token-2", NOON))
    assert my_cases.read(scene.case, NOON).stand.limit_at == NOON
