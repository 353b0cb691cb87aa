"""The borrower's agreement on his phone: read, commented on, signed or not, kept."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.mediation.agreement.confirm import join
from chalicelib.notices.evidence.chain import sha256
from chalicelib.store import agreement_drafts, agreements, facts
from chalicelib.store.case_rows import to_row
from tests.api.browser import Browser, text
from tests.api.inside import enter, send
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.signing import Table

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")

MOST = 14 * 1024


@pytest.fixture
def inside(scene: Scene) -> Browser:
    browser = enter(scene)
    browser.language = "en"
    return browser


@pytest.fixture
def seat(inside: Browser, scene: Scene) -> Table:
    """The case of the browser inside, adjourned after a session."""
    before = scene.case
    made = Table(scene.wiring)
    reader = replace(before.borrower, language="en")
    to_row(replace(before, status=CaseStatus.ADJOURNED, mediator="m-1", borrower=reader)).save()
    return made


def digest() -> str:
    found = agreements.get(CASE_ID)
    assert found
    return found.digest


def test_a_draft_is_shown_in_short_and_whole(inside: Browser, seat: Table) -> None:
    seat.draft()
    page = text(inside.get("/my/agreement"))
    assert "Draft 1 of 23 November 2026" in page
    assert "/my/agreement/text" in page
    assert "/my/agreement/sign" not in page
    first = text(inside.get("/my/agreement/text"))
    assert "Draft: it binds nobody." in first
    assert "Part 1 of" in first
    seen = "".join(text(inside.get(f"/my/agreement/text?part={part}")) for part in range(1, 9))
    assert "Payment 12, 10 November 2027" in seen
    assert "Text and signing" in seen


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("count", [12, 120])
def test_every_page_of_an_agreement_is_light(inside: Browser, seat: Table, language: str, count: int) -> None:
    seat.draft(arrangement=seat.arrangement(count))
    paths = ["", "/text", *(f"/text?part={part}" for part in range(2, 12))]
    inside.language = language
    shown = [text(inside.get(f"/my/agreement{path}")) for path in paths]
    seat.freeze()
    shown += [text(inside.get(f"/my/agreement{path}")) for path in ("", "/sign?sent=1")]
    assert max(len(each.encode()) for each in shown) <= MOST
    assert not any("<script" in each for each in shown)


def test_a_comment_goes_to_the_record_once_and_is_shown(inside: Browser, seat: Table) -> None:
    seat.draft()
    send(inside, "comment", (("text", {"text": "首期太早 <b>"}),))
    inside.post("/my/form/comment/check", {})
    comments = agreement_drafts.comments(CASE_ID, 1)
    assert [(each.party, each.text) for each in comments.said] == [(Party.BORROWER, "首期太早 <b>")]
    assert "首期太早 &lt;b&gt;" in text(inside.get("/my/agreement"))
    assert comments.said[0].reference in text(inside.get("/my/sent"))


def test_without_a_draft_there_is_nothing_to_comment_on(inside: Browser, seat: Table) -> None:
    assert "no draft to comment on now" in text(inside.get("/my/form/comment"))


def test_he_signs_with_the_code_that_was_sent_for_this_text(inside: Browser, seat: Table) -> None:
    seat.frozen()
    page = text(inside.get("/my/agreement/sign"))
    assert digest()[:16].upper() in page
    assert 'name="code"' not in page
    inside.post("/my/agreement/sign/send", {"digest": digest()})
    assert 'name="code"' in text(inside.get("/my/agreement/sign?sent=1"))
    code = seat.known_code()
    answer = inside.post("/my/agreement/sign", {"digest": digest(), "code": f" {code[:3]} {code[3:]}"})
    assert answer.status_code == 303
    (fact,) = facts.of(CASE_ID, FactKind.SIGNATURE)
    assert fact.which == (digest(), "BORROWER")
    shown = text(inside.get("/my/agreement"))
    assert "/my/agreement/sign?" not in shown
    assert inside.get("/my/agreement/sign").status_code == 303


@pytest.mark.parametrize(("code", "status", "said"), [("12", 400, "Enter the 6 digits"), ("1", 400, "Enter")])
def test_what_is_no_code_uses_no_try(inside: Browser, seat: Table, code: str, status: int, said: str) -> None:
    seat.frozen()
    answer = inside.post("/my/agreement/sign", {"digest": digest(), "code": code})
    assert answer.status_code == status
    assert said in text(answer)


def test_a_wrong_code_says_how_many_tries_are_left(inside: Browser, seat: Table) -> None:
    seat.frozen()
    inside.post("/my/agreement/sign/send", {"digest": digest()})
    wrong = f"{(int(seat.known_code()) + 1) % 10**6:06d}"
    answers = [inside.post("/my/agreement/sign", {"digest": digest(), "code": wrong}) for _ in range(5)]
    assert "Tries left: 4" in text(answers[0])
    assert [each.status_code for each in answers] == [400, 400, 400, 400, 429]
    assert facts.of(CASE_ID, FactKind.SIGNATURE) == []


def test_invariant_15_a_page_that_showed_another_text_signs_nothing(inside: Browser, seat: Table) -> None:
    seat.frozen()
    inside.post("/my/agreement/sign/send", {"digest": digest()})
    code = seat.known_code()
    answer = inside.post("/my/agreement/sign", {"digest": "00" * 32, "code": code})
    assert answer.status_code == 303
    assert facts.of(CASE_ID, FactKind.SIGNATURE) == []


def test_he_need_not_sign(inside: Browser, seat: Table) -> None:
    seat.frozen()
    send(inside, "decline", (("sure", {"sure": "UNDERSTOOD"}), ("why", {"why": "太贵"})))
    (fact,) = facts.of(CASE_ID, FactKind.UNSIGNED)
    assert (fact.detail["who"], fact.detail["why"]) == ("BORROWER", "太贵")
    assert seat.case.status == CaseStatus.ADJOURNED
    assert "was not signed and binds nobody" in text(inside.get("/my/agreement"))
    assert "no agreement waits" in text(inside.get("/my/form/decline?again=1")).lower()


def test_the_signed_text_and_the_certificate_are_his_to_keep(inside: Browser, seat: Table) -> None:
    seat.all_sign(seat.frozen())
    page = text(inside.get("/my/agreement"))
    assert "In force since 23 November 2026" in page
    kept = inside.get("/my/agreement/file", accept="application/pdf")
    assert kept.headers["Content-Type"] == "application/pdf"
    assert sha256(bytes(kept.body)) == digest()
    certificate = inside.get("/my/agreement/certificate", accept="application/pdf")
    assert bytes(certificate.body).startswith(b"%PDF-")
    assert "certificate.pdf" in str(certificate.headers["Content-Disposition"])


def test_there_is_no_certificate_before_the_seal(inside: Browser, seat: Table) -> None:
    assert inside.get("/my/agreement/file").status_code == 404
    seat.frozen()
    assert inside.get("/my/agreement/certificate").status_code == 404


def test_invariant_17_he_joins_the_application_to_the_court(inside: Browser, seat: Table) -> None:
    seat.all_sign(seat.frozen())
    page = text(inside.get("/my/agreement"))
    assert "until 23 December 2026" in page
    inside.post("/my/agreement/court", {})
    inside.post("/my/agreement/court", {})
    assert [fact.which[1] for fact in facts.of(CASE_ID, FactKind.CONFIRMATION)] == ["BORROWER"]
    assert re.search(r"The creditor applies</th><td>Not yet", text(inside.get("/my/agreement")))
    assert join(CASE_ID, Party.CREDITOR, seat.now, seat.woken.append).is_joint
    assert "/my/agreement/court" not in text(inside.get("/my/agreement"))


def test_invariant_17_after_the_term_nobody_applies(scene: Scene, inside: Browser, seat: Table) -> None:
    seat.all_sign(seat.frozen())
    scene.road.clock.advance(days=31)
    inside.enter(re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)[1])  # type: ignore[index]
    inside.post("/my/agreement/court", {})
    assert facts.of(CASE_ID, FactKind.CONFIRMATION) == []
