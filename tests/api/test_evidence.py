"""Documents: a place, a form for the bucket, the check of what arrived, and the way back to it."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
import requests

from chalicelib.domain.codes import FactKind
from chalicelib.domain.documents import MOST_BYTES, MOST_DOCUMENTS
from chalicelib.store import documents, uploads
from tests.api.browser import Browser, goes_to, text
from tests.api.inside import inside
from tests.handed_in import PDF, jpeg
from tests.road import RECORDS, UPLOADS
from tests.samples import CASE_ID
from tests.scene import Scene

__all__ = ["inside"]

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")


@pytest.fixture(autouse=True)
def empty(scene: Scene) -> None:
    """Begin with nothing in the bucket."""
    for key in left():
        boto3.client("s3").delete_object(Bucket=UPLOADS, Key=key)


def begun(browser: Browser, name: str = "诊断证明") -> str:
    """Name a document and return its path."""
    path = goes_to(browser.post("/my/evidence/add", {"name": name}))
    assert path.endswith("/file")
    return path.removesuffix("/file")


def put(path: str, body: bytes) -> str:
    """Put a file where the form would, and return its id."""
    evidence_id = path.rpartition("/")[2]
    boto3.client("s3").put_object(Bucket=UPLOADS, Key=f"uploads/{evidence_id}", Body=body)
    return evidence_id


def checked(scene: Scene, evidence_id: str) -> None:
    """Tell the product of the file, as EventBridge does."""
    detail = {"bucket": {"name": UPLOADS}, "object": {"key": f"uploads/{evidence_id}", "size": 1}}
    scene.wiring.take_evidence(json.dumps({"source": "aws.s3", "detail": detail}))


def handed_in(scene: Scene, browser: Browser, body: bytes, name: str = "诊断证明") -> str:
    path = begun(browser, name)
    checked(scene, put(path, body))
    return path


def left() -> list[str]:
    """Return what lies unchecked in the bucket."""
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=UPLOADS).get("Contents", ())]


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """Return where a page's form goes, and its hidden fields."""
    found = re.search(r'<form method="post" action="([^"]+)" enctype="multipart/form-data">', page)
    assert found
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    return found[1], {name: value.replace("&amp;", "&") for name, value in fields.items()}


def policy_of(fields: dict[str, str]) -> dict[str, Any]:
    import base64

    policy: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return policy


def test_the_form_goes_straight_to_the_bucket_with_a_key_and_limits_of_ours(inside: Browser) -> None:
    path = begun(inside)
    page = inside.get(f"{path}/file")
    url, fields = form_of(text(page))
    origin = f"https://{urlsplit(url).netloc}"
    assert f"form-action 'self' {origin};" in page.headers["Content-Security-Policy"]
    assert fields["key"] == f"uploads/{path.rpartition('/')[2]}"
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert {"csrf", "file"} & fields.keys() == set(), "nothing of the session leaves with the file"
    conditions = policy_of(fields)["conditions"]
    assert ["content-length-range", 1, uploads.MOST_SENT] in conditions
    assert {"Content-Type": "application/octet-stream"} in conditions
    back = urlsplit(fields["success_action_redirect"])
    assert back.geturl().startswith(f"https://accord.example{path}/state?")
    assert str(CASE_ID) not in text(page)


def test_only_that_page_lets_a_form_leave(inside: Browser) -> None:
    assert "amazonaws" not in inside.get("/my/evidence").headers["Content-Security-Policy"]


def test_a_browser_without_script_sends_a_file_and_sees_it_received(scene: Scene, inside: Browser) -> None:
    path = begun(inside)
    url, fields = form_of(text(inside.get(f"{path}/file")))
    sent = requests.post(
        url, data=fields, files={"file": ("C:\\me\\x.pdf", PDF)}, timeout=5, allow_redirects=False
    )
    assert sent.status_code < 400
    assert "正在检查" in text(inside.get(f"{path}/state?sent=1"))
    checked(scene, path.rpartition("/")[2])
    assert "已经存档" in text(inside.get(f"{path}/state"))
    assert "诊断证明" in text(inside.get("/my/evidence"))


def test_a_kept_document_is_on_record_and_no_longer_in_the_open(scene: Scene, inside: Browser) -> None:
    path = handed_in(scene, inside, PDF)
    evidence_id = path.rpartition("/")[2]
    (fact,) = scene.facts(FactKind.EVIDENCE)
    assert fact.which == (evidence_id,)
    assert fact.detail == {
        "name": "诊断证明",
        "state": "KEPT",
        "kind": "PDF",
        "size": len(PDF),
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }
    kept = boto3.client("s3").get_object(Bucket=RECORDS, Key=f"cases/{CASE_ID}/evidence/{evidence_id}")
    assert kept["Body"].read() == PDF
    assert left() == []


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<html><script>alert(1)</script></html>", "不是 JPEG"),
        (b"\0" * (MOST_BYTES + 1), "超过 10 MB"),
        (jpeg(comment=b"<script>"), "不是 JPEG"),
        (PDF[:-7], "已损坏"),
    ],
)
def test_a_refused_file_is_deleted_and_its_reason_told(
    scene: Scene, inside: Browser, body: bytes, told: str
) -> None:
    path = handed_in(scene, inside, body)
    assert told in text(inside.get(f"{path}/state"))
    assert told in text(inside.get("/my/evidence"))
    assert left() == []
    assert inside.get(path).status_code == 404
    assert [fact.detail["state"] for fact in scene.facts(FactKind.EVIDENCE)] == ["REFUSED"]


def test_the_same_message_twice_does_nothing_twice(scene: Scene, inside: Browser) -> None:
    path = handed_in(scene, inside, PDF)
    rows = scene.rows()
    checked(scene, path.rpartition("/")[2])
    assert scene.rows() == rows


def test_a_second_file_under_the_same_form_changes_nothing(scene: Scene, inside: Browser) -> None:
    path = handed_in(scene, inside, PDF)
    checked(scene, put(path, jpeg()))
    (fact,) = scene.facts(FactKind.EVIDENCE)
    assert fact.detail["kind"] == "PDF"
    assert left() == []


def test_a_death_before_the_file_is_removed_is_mended_by_the_next_try(scene: Scene, inside: Browser) -> None:
    path = begun(inside)
    evidence_id = put(path, PDF)
    take = scene.wiring.take_evidence
    for broken in ("archive", "uploads"):
        kept = getattr(take.take, broken)
        object.__setattr__(take.take, broken, _Dying(kept))
        with pytest.raises(_Died):
            checked(scene, evidence_id)
        object.__setattr__(take.take, broken, kept)
    checked(scene, evidence_id)
    assert [fact.detail["state"] for fact in scene.facts(FactKind.EVIDENCE)] == ["KEPT"]
    assert left() == []


class _Died(Exception):
    pass


class _Dying:
    """Reads, and dies when it is to write."""

    def __init__(self, real: Any) -> None:
        self.get = real.get

    def put(self, *_: object) -> None:
        raise _Died

    def remove(self, _: object) -> None:
        raise _Died


def test_a_case_holds_so_many_documents_and_no_more(
    scene: Scene, inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 1)
    first, second = begun(inside), begun(inside)
    for path in (first, second):
        checked(scene, put(path, PDF))
    states = [fact.detail.get("reason", "KEPT") for fact in scene.facts(FactKind.EVIDENCE)]
    assert sorted(states) == ["KEPT", "TOO_MANY"]
    assert goes_to(inside.post("/my/evidence/add", {"name": "x"})) == "/my/evidence", "no further form"


def test_two_checked_at_once_do_not_pass_the_limit_together(
    scene: Scene, inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 1)
    monkeypatch.setattr(documents, "has_room", lambda *_: True)
    first, second = begun(inside), begun(inside)
    for path in (first, second):
        checked(scene, put(path, PDF))
    assert sum(fact.detail["state"] == "KEPT" for fact in scene.facts(FactKind.EVIDENCE)) == 1


def test_all_documents_of_a_case_together_have_a_limit(
    scene: Scene, inside: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_BYTES_OF_CASE", len(PDF) + 1)
    for _ in range(2):
        handed_in(scene, inside, PDF)
    assert sum(fact.detail["state"] == "KEPT" for fact in scene.facts(FactKind.EVIDENCE)) == 1


def test_a_document_is_fetched_as_a_file_and_for_a_minute(scene: Scene, inside: Browser) -> None:
    path = handed_in(scene, inside, PDF, name='"a";\r\nX-Bad: 1/..\\b')
    answer = inside.get(path)
    assert answer.status_code == 303
    url = urlsplit(answer.headers["Location"])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert asked["X-Amz-Expires"] == "60"
    assert asked["response-content-type"] == "application/octet-stream"
    disposition = asked["response-content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''")
    assert not re.search(r'[\r\n"\\/]', disposition)
    assert unquote(disposition).endswith(".pdf")


def test_a_document_of_another_case_is_as_unknown_as_none(scene: Scene, inside: Browser) -> None:
    path = handed_in(scene, inside, PDF, name="化验单")
    waiting = begun(inside)
    scene.accept(id="e-other", subject="LN-OTHER")
    stranger = Browser(jar=_session_of_another_case(scene))
    for page in (path, f"{path}/file", f"{path}/state", f"{waiting}/file", f"{waiting}/state"):
        foreign, unknown = stranger.get(page), stranger.get(re.sub(r"[a-z2-7]{24}", "a" * 24, page))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert re.sub(r"[a-z2-7]{24}", "", text(foreign)) == re.sub(r"[a-z2-7]{24}", "", text(unknown))
    assert "化验单" not in text(stranger.get("/my/evidence"))


def _session_of_another_case(scene: Scene) -> str:
    from chalicelib.api import session
    from chalicelib.domain.keys import CaseId, loan_key

    other = CaseId(loan_key("demo-bank", "LN-OTHER"), 1)
    value = session.start(other, scene.road.clock.now).seal(scene.wiring.session_key())
    return f"__Host-accord={value}"


def test_an_offer_that_is_over_is_gone(scene: Scene, inside: Browser) -> None:
    path = begun(inside)
    evidence_id = put(path, PDF)
    scene.road.clock.advance(days=3)
    checked(scene, evidence_id)
    assert scene.facts(FactKind.EVIDENCE) == []
    assert left() == [], "a file that belongs to nobody is not kept"


def test_a_name_is_needed_and_a_switch_keeps_it(inside: Browser) -> None:
    assert inside.post("/my/evidence/add", {"name": " "}).status_code == 400
    assert 'value="half"' in text(inside.post("/my/evidence/add?lang=en", {"name": "half", "switch": "1"}))


def test_the_way_back_to_a_journey_is_kept_and_leads_nowhere_else(inside: Browser) -> None:
    assert "/my/form/feedback?" in text(inside.get("/my/evidence?back=feedback"))
    page = inside.post("/my/evidence/add", {"name": "x", "back": "feedback"})
    assert "back=feedback" in page.headers["Location"]
    assert "evil" not in text(inside.get("/my/evidence?back=//evil.example"))


def test_a_page_without_a_file_says_so(inside: Browser) -> None:
    assert "还没有收到文件" in text(inside.get(f"{begun(inside)}/state"))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_reason_has_its_words(language: str) -> None:
    from chalicelib.domain.codes import Refusal
    from chalicelib.texts import load_words

    assert set(load_words(f"pages/{language}/evidence")["reasons"]) == set(Refusal)
    assert MOST_DOCUMENTS == 20
