"""The console's pages as they come: both languages, every act's words, every field labelled, all escaped."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.api.staff.form import Form
from chalicelib.complaints.standing import SYSTEM
from chalicelib.domain.audit import Audited
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.complaint import ComplaintStatus
from chalicelib.domain.complaint_clock import Clock
from chalicelib.domain.directory import Reason
from chalicelib.forms.fields import Choice, Choices, Given
from chalicelib.mediation import standing
from chalicelib.staff import wording
from chalicelib.staff.act import Act, On
from chalicelib.staff.acts import ACTS, Result
from chalicelib.store import audit, cases, directory, printed, proposals, talks
from chalicelib.store.case_rows import to_row
from chalicelib.store.facts import Fact
from tests.api.staff.member import Member, hidden, sign_in
from tests.api.test_pages import Seen
from tests.complaints.desk import Desk
from tests.samples import CASE_ID, NOON
from tests.scene import Scene
from tests.staff.office import ANNA, BOSS, BOSS_TOO, CLERK, MEDIATOR, do

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
TEXTS = Path(__file__).parents[3] / "chalicelib" / "texts" / "staff"
LANGUAGES = ("zh-CN", "en")
COMPLAINTS = TEXTS.parents[1] / "complaints"
MOST_BYTES = 24_000
"""A page of the desk with a day's work on it; its style is half of what a borrower's page may weigh."""


def _words(language: str, name: str) -> Any:
    return json.loads((TEXTS / language / f"{name}.json").read_text(encoding="utf-8"))


def _shape(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: _shape(value) for key, value in words.items()}
    return [_shape(each) for each in words] if isinstance(words, list) else type(words).__name__


@pytest.mark.parametrize("name", ["acts", "codes", "common", "pages"])
def test_both_languages_say_the_same_things(name: str) -> None:
    assert _shape(_words("zh-CN", name)) == _shape(_words("en", name))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_every_act_has_words_for_its_form_and_each_of_its_faults(act: Act, language: str) -> None:
    chosen = [field for field in act.fields if isinstance(field, Choice | Choices) and not field.codes]
    offers = {field.name: {"ACCEPTED": ""} if field.name == "accepted" else {"/": ""} for field in chosen}
    form = Form(act, Given(NOON.date(), "CNY", offers), language)
    assert len(form.drawn()) == len(act.fields)
    assert form.words["title"]
    for drawn in form.drawn():
        assert drawn["words"]["label"]
        if isinstance(drawn["field"], Choice | Choices):
            for group in drawn["groups"]:
                for code, label, _ in group["options"]:
                    assert label != code or "/" in code or code in LANGUAGES, (
                        f"{act.name}: {code} has no words"
                    )
    for fault in ("required", "too_long", "invalid", "out_of_range", "too_early", "too_late", "too_many"):
        names = {field.name: fault for field in act.fields if fault != "too_long" or "limit" in field.limits}
        assert all("{" not in said for said in form.faults(names).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_a_page_may_show_has_words(language: str) -> None:
    values = _words(language, "codes")["values"]
    for group in (CaseStatus, ComplaintStatus, FactKind, Audited):
        assert {code.value for code in group} <= values.keys(), group
    assert {code.value for code in Clock} <= _words(language, "codes")["clocks"].keys()
    assert {result.value for result in Result} <= _words(language, "common")["results"].keys()
    assert {status.value for status in CaseStatus} <= _words(language, "codes")["next"].keys()
    acts = "".join(path.read_text(encoding="utf-8") for path in COMPLAINTS.glob("*.py"))
    steps = set(re.findall(r'Step\(\s*"([A-Z_]+)"', acts))
    assert len(steps) > 8
    assert steps | {SYSTEM} <= values.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_for_or_against_somebody_reads_in_the_readers_language(language: str) -> None:
    words = _words(language, "codes")["reasons"]
    assert words.keys() == {reason.value for reason in Reason}
    for reason, said in words.items():
        values = ["2026-11-30"] * said.count("{")
        shown = wording.read(Reason(reason).of(*values), language)
        assert reason not in shown
        assert "{" not in shown
        assert len(shown) > 2
    assert wording.read("AWAY: my own words", language) == "AWAY: my own words"
    assert wording.read("LAPSED", language) == "LAPSED", "somebody's own word is no reason without its values"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_says_why_somebody_may_not_act_in_its_readers_language(office: Scene, language: str) -> None:
    directory.put(replace(directory.get("m-1"), records=(), conflicts=("demo-bank",)))
    member = sign_in(office, BOSS, language)
    said = {"zh-CN": "没有培训记录", "en": "Training: none on record"}
    other = said["en" if language == "zh-CN" else "zh-CN"]
    for path in ("/staff/people", "/staff/people/m-1"):
        page = member.get(path).text
        assert said[language] in page
        assert other not in page
    to_row(replace(cases.get(CASE_ID), status=CaseStatus.ACCEPTED, mediator=None)).save()
    refused = member.act("case", str(CASE_ID), "override", mediator="m-1", reason="x")
    assert refused.status == 409
    assert said[language] in refused.text
    assert '<p class="said">' in refused.text


@pytest.mark.parametrize("act", [one for one in ACTS.values() if one.on == On.CASE], ids=lambda one: one.name)
def test_what_the_moment_offers_reads_in_one_language(office: Scene, act: Act) -> None:
    if act.name == "answer_question":
        return  # it offers the borrower's own words
    to_row(replace(cases.get(CASE_ID), status=CaseStatus.ADJOURNED, mediator="m-1")).save()
    labels = [one for found in act.offered(str(CASE_ID), NOON, "en").values() for one in found.values()]
    assert not [one for one in labels if re.search("[\\u4e00-\\u9fff]", one)]


def _paths(filed: Desk) -> list[str]:
    (talk,) = talks.every()
    case, complaint = f"/staff/case/{CASE_ID}", f"/staff/complaint/{filed.reference}"
    return [
        "/staff", "/staff/find?reference=x", case, f"{case}/timeline", complaint, "/staff/approvals",
        "/staff/people", "/staff/people/m-1", "/staff/talks", f"/staff/talks/{talk.id}", "/staff/report",
        "/staff/audit", "/staff/do/new/person/enter_person", "/staff/do/m-1/person/prove",
        "/staff/do/new/talk/announce_talk", f"/staff/do/{CASE_ID}/case/answer_question", "/staff/people/x",
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_small_and_labelled(office: Scene, filed: Desk, language: str) -> None:
    member = sign_in(office, BOSS, language)
    for path in _paths(filed):
        page = member.get(path)
        assert page.status in (200, 404), f"{path}: {page.status}"
        assert len(page.text.encode()) < MOST_BYTES, path
        seen = Seen(page.text)
        labelled = {each.get("for") for each in seen.all("label")} - {None}
        for each in seen.all("input", "select", "textarea"):
            if each.get("type") not in ("hidden", "radio", "checkbox"):
                assert each.get("id") in labelled or _is_wrapped(page.text, each), f"{path}: {each}"
        assert [each for each in seen.all("a") if "lang=" in each.get("href", "")]
        assert not seen.all("script", "img", "link")


def _is_wrapped(html: str, element: dict[str, str]) -> bool:
    """Whether a control stands inside its label."""
    before = html[: html.index(f'name="{element["name"]}"')]
    return before.rindex("<label") > before.rfind("</label>")


def test_what_people_wrote_stays_words(office: Scene, filed: Desk) -> None:
    hostile = "{{7*7}}<b>\"'&"
    member = sign_in(office, CLERK)
    member.act("case", str(CASE_ID), "answer_question", question="Q-1", text=hostile)
    shown = member.get(f"/staff/case/{CASE_ID}").text
    assert "{{7*7}}&lt;b&gt;" in shown
    assert '<b>"' not in shown
    again = member.post("/staff/do/new/talk/announce_talk", {"key": "abcdefghijkl", "title_en": hostile})
    assert (again.status, "{{7*7}}&lt;b&gt;" in again.text) == (400, True)


def test_what_a_form_gets_wrong_is_said_beside_its_field_and_nothing_is_lost(office: Scene) -> None:
    member = sign_in(office, BOSS)
    path = "/staff/do/m-1/person/prove"
    asked = member.get(path)
    wrong = member.post(path, {"key": hidden(asked, "key"), "what": "Refresher", "passed_on-year": "26"})
    assert wrong.status == 400
    assert wrong.text.count('class="err"') >= 3
    assert 'value="Refresher"' in wrong.text
    assert hidden(wrong, "key") == hidden(asked, "key")
    lines = [(line.what, line.detail["status"]) for line in audit.on(office.road.clock.now.date())]
    assert (Audited.ACTED, "400") in lines, "a form with faults is no denial"


def test_a_form_sent_twice_acts_once(office: Scene, filed: Desk) -> None:
    clerk, path = sign_in(office, CLERK), f"/staff/do/{CASE_ID}/case/answer_question"
    form = {"key": hidden(clerk.get(path), "key"), "question": "Q-1", "text": "Tomorrow."}
    results = [clerk.post(path, form).headers["location"][0] for _ in range(2)]
    assert [result.rsplit("=", 1)[1] for result in results] == ["done", "done_before"]
    said = clerk.get(f"/staff/case/{CASE_ID}?done=answer_question&result=done_before").text
    assert "nothing was done twice" in said


def test_a_proposal_is_approved_by_a_second_person_and_never_by_the_first(office: Scene, filed: Desk) -> None:
    (proposal,) = proposals.waiting()
    path = f"/staff/approvals/{proposal.id}"
    anna, boss = sign_in(office, ANNA), sign_in(office, BOSS)
    assert "Approve" not in anna.get("/staff/approvals").text
    assert anna.post(path, {"decision": "approve"}).status == 403
    assert "The records are in an archive." in boss.get("/staff/approvals").text
    assert boss.post(path, {"decision": "approve"}).place == "/staff/approvals"
    assert filed.stands.status == ComplaintStatus.EXTENDED
    assert sign_in(office, BOSS_TOO).post(path, {"decision": "turn_down"}).status == 409


def test_a_mediator_is_offered_what_fits_where_his_case_stands(filed: Desk) -> None:
    mediator, clerk = sign_in(filed.scene, MEDIATOR), sign_in(filed.scene, CLERK)
    mine, theirs = (each.get(f"/staff/case/{CASE_ID}").text for each in (mediator, clerk))
    assert "Offer times to meet" in mine
    assert "Make a note" in mine
    assert "Make a note" not in theirs
    assert "Answer a question" in theirs
    assert "Answer a dispute" not in theirs, "nothing is disputed, so there is nothing to choose"
    assert "Open the session" not in mine
    assert "He is afraid." in mine
    assert "He is afraid." not in theirs


def test_a_form_says_that_a_second_person_is_needed_only_where_one_always_is(filed: Desk) -> None:
    mediator, anna = sign_in(filed.scene, MEDIATOR), sign_in(filed.scene, ANNA)
    told = "once a second person has approved it"
    anna.act("complaint", filed.reference, "acknowledge")
    anna.act("complaint", filed.reference, "take_up")
    assert told in anna.get(f"/staff/do/{filed.reference}/complaint/extend_complaint").text
    case, now = cases.get(CASE_ID), filed.now
    session = Fact(CASE_ID, FactKind.SESSION, now, ("1",))
    standing.move(case, standing.at(case, CaseStatus.IN_SESSION, now), session)
    asked = mediator.get(f"/staff/do/{CASE_ID}/case/draft")
    assert (asked.status, told in asked.text) == (200, False)


def test_filters_are_kept_until_they_are_changed(office: Scene) -> None:
    boss = sign_in(office, BOSS)
    assert CASE_ID.reference in boss.get("/staff").text
    assert CASE_ID.reference not in boss.get("/staff?filter=1&kind=complaint").text
    assert CASE_ID.reference not in boss.get("/staff").text
    assert CASE_ID.reference in boss.get("/staff?filter=1").text


def test_a_reference_leads_to_its_page(office: Scene, filed: Desk) -> None:
    boss = sign_in(office, BOSS)
    printed.reference_row(CASE_ID, timedelta(days=1), office.road.clock.now).save()
    assert boss.get(f"/staff/find?reference={CASE_ID.reference.lower()}").place == f"/staff/case/{CASE_ID}"
    assert boss.get(f"/staff/find?reference={filed.reference}").place == f"/staff/complaint/{filed.reference}"
    assert "There is no" in sign_in(office, MEDIATOR).get(f"/staff/find?reference={filed.reference}").text


def test_tables_are_files_without_anything_to_reckon_with(office: Scene, filed: Desk) -> None:
    do(office, ANNA, "name_person", filed.reference, person="=cmd()")
    boss = sign_in(office, BOSS)
    for path in ("/staff/worklist.csv", "/staff/report.csv"):
        answer = boss.get(path)
        assert answer.headers["content-type"] == ["text/csv; charset=utf-8"]
        assert answer.headers["content-disposition"][0].startswith("attachment;")
        assert answer.text.startswith("\ufeff")
    assert CASE_ID.reference in boss.get("/staff/worklist.csv").text


def test_a_file_comes_as_it_is(filed: Desk) -> None:
    """A PDF goes through API Gateway in base 64; the signed bytes must not change on the way."""
    from base64 import b64decode

    from chalicelib.mediation.agreement.freeze import PDF, archive_key
    from chalicelib.store import facts

    body, digest = b"%PDF-1.7 \xff\x00", "d" * 64
    filed.scene.wiring.archive.put(archive_key(CASE_ID, digest), body, PDF)
    facts.append(Fact(CASE_ID, FactKind.SEAL, filed.now, ("x",), {"certificate": digest}))
    answer = sign_in(filed.scene, BOSS).get(f"/staff/case/{CASE_ID}/agreement/{digest}")
    assert answer.headers["content-type"] == ["application/pdf"]
    assert b64decode(answer.text) == body


def test_a_page_in_the_other_language_is_one_tap_away(office: Scene) -> None:
    page = sign_in(office, BOSS).get("/staff/audit?day=2026-11-23")
    assert "/staff/audit?day=2026-11-23&amp;lang=zh-CN" in page.text
    assert Member("zh-CN").get("/staff/signed-out").text.count("您已退出登录")


@pytest.mark.parametrize(("language", "said"), [("en", "Write by hand"), ("zh-CN", "请人工告知")])
def test_the_desk_says_plainly_which_letter_is_left_to_it(
    office: Scene, filed: Desk, language: str, said: str
) -> None:
    reference = filed.complain(stranger=True, contact="0101234567")
    filed.start(reference)
    anna = sign_in(office, ANNA)
    assert said not in anna.get(f"/staff/complaint/{reference}?lang={language}").text
    assert anna.act("complaint", reference, "acknowledge").status == 303
    page = anna.get(f"/staff/complaint/{reference}?lang={language}").text
    assert said in page
    assert "0101234567" in page
