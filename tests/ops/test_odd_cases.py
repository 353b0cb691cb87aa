"""Cases whose evidence is not whole, and borrowers with strange names."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from moto import mock_aws
from pynamodb.expressions.operand import Path
from pypdf import PdfReader

from chalicelib import profiles
from chalicelib.channels.sandbox_receipts import reply_body
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.keys import notice_id
from chalicelib.notices.evidence import told
from chalicelib.notices.evidence.container import unpack
from chalicelib.notices.evidence.seal import SUMMARY
from chalicelib.notices.evidence.told import Teller
from chalicelib.notices.state import LATTICE
from chalicelib.store import facts
from chalicelib.store.facts import Fact
from chalicelib.store.rows import CaseRow, EventRow, LenderRow
from chalicelib.texts import load_words
from tests.ops.lived import MADE_AT, MORNING, Lived, honour_digests, live, made, read
from tests.road import RECORDS
from tests.samples import CASE_ID, NOON, case

SMS = notice_id(CASE_ID, "first_notice", "SMS")
LETTER = notice_id(CASE_ID, "first_notice", "LETTER")
STRANGE = '<img src="file:///etc/hostname"/> 𠮷 & {0}'


@dataclass(frozen=True)
class Told:
    """As much of a dossier as the tables are read off."""

    case: Case
    timeline: tuple[tuple[int, Fact], ...]

    def each(self, kind: str) -> Iterator[Any]:
        return iter(())


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    with mock_aws(), honour_digests():
        yield


def gaps(lived: Lived) -> dict[str, str]:
    return {record.what: record.detail["why"] for record in lived.kinds("GAP")}


def put(lived: Lived, name: str, body: bytes) -> None:
    lived.archive.put(f"cases/{CASE_ID}/{name}", body)


def drop(lived: Lived, name: str) -> None:
    boto3.client("s3").delete_object(Bucket=RECORDS, Key=f"cases/{CASE_ID}/{name}")


def message(text: str) -> bytes:
    """Return a message that holds the digest of its own words, as it is kept."""
    digest = hashlib.sha256(f"\0{text}\0\0".encode()).hexdigest()
    return json.dumps({"subject": "", "text": text, "html": "", "digest": digest}).encode()


def keep(lived: Lived, ident: str, text: str) -> str:
    """Keep a message under a notice's id and its own digest, which is returned."""
    body = message(text)
    digest = str(json.loads(body)["digest"])
    put(lived, f"notices/{ident}-{digest[:16]}.json", body)
    return digest


def claim(key: str) -> None:
    """Claim a send and get no further."""
    row = CaseRow.get(f"LOAN#{CASE_ID.loan_key}", "CASE")
    row.update(actions=[Path(["claims", key]).set("00000009@1795482000")])


def test_what_is_missing_or_differs_is_said_in_the_bundle_and_its_summary() -> None:
    lived = live()
    sms, mail = lived.name("SMS"), lived.name("EMAIL")
    (receipt, other) = (record.path.removeprefix("files/") for record in lived.kinds("RECEIPT_BODY"))
    (event,) = lived.kinds("EVENT")
    put(lived, receipt, b"{}")
    drop(lived, other)
    put(lived, sms, b'{"subject": "", "text": "forged", "html": "", "digest": "0"}')
    put(lived, mail, b"[not json")
    EventRow.get(f"EVENT#{event.what}", "EVENT").delete()
    LenderRow.get("LENDER", "demo-bank").delete()
    letter = {"notice_id": LETTER, "digest": "d" * 64, "template": "cn/first_notice/LETTER/zh-CN@9"}
    facts.append(Fact(CASE_ID, FactKind.SENT, MADE_AT, ("first_notice", ChannelName.LETTER), letter))
    assert gaps(lived) == {
        receipt: "DIGEST_DIFFERS",
        other: "NOT_KEPT",
        sms: "DIGEST_DIFFERS",
        mail: "DIGEST_DIFFERS",
        f"event {event.what}": "NOT_KEPT",
        "lender demo-bank": "NOT_KEPT",
        "template cn/first_notice/LETTER/zh-CN@9": "NOT_KEPT",
        f"notices/{LETTER}-dddddddddddddddd.json": "NOT_KEPT",
        f"letters/{LETTER}-*.pdf": "NOT_KEPT",
    }
    said = read(unpack(made(lived)))
    assert sms in said
    assert "".join(load_words("evidence/words.zh-CN")["gaps"]["DIGEST_DIFFERS"].split()) in said


@pytest.mark.parametrize("kind", [FactKind.SENT, FactKind.FAILED])
def test_a_send_without_a_digest_on_record_needs_its_message_all_the_same(kind: FactKind) -> None:
    lived = live()
    ident = notice_id(CASE_ID, "reminder_1", "SMS")
    facts.append(Fact(CASE_ID, kind, MADE_AT, ("reminder_1", ChannelName.SMS), {"notice_id": ident}))
    assert gaps(lived) == {f"notices/{ident}-*.json": "NOT_KEPT"}
    keep(lived, ident, "words")
    assert gaps(lived) == {}


def test_a_message_in_doubt_was_kept_before_it_could_leave() -> None:
    """A claim without any fact of its outcome: the message may have left, so it must be there."""
    lived = live()
    claim("reminder_2#EMAIL")
    ident = notice_id(CASE_ID, "reminder_2", "EMAIL")
    assert gaps(lived) == {f"notices/{ident}-*.json": "NOT_KEPT"}
    first, second = keep(lived, ident, "one"), keep(lived, ident, "two")
    assert gaps(lived) == {}
    said = read(unpack(made(lived)))
    assert first in said
    assert second in said


def test_a_message_written_and_not_sent_is_enclosed_beside_the_one_that_was() -> None:
    lived = live()
    digest = keep(lived, SMS, "never sent")
    assert gaps(lived) == {}
    one, other = (record for record in lived.kinds("NOTICE") if record.what == "first_notice SMS")
    moments = {record.path.removeprefix("files/"): record.at for record in (one, other)}
    assert moments == {lived.name("SMS"): MORNING, f"notices/{SMS}-{digest[:16]}.json": None}
    assert digest not in read(unpack(made(lived))), "the summary tells of what left"


def test_letters_and_whatever_else_is_kept_are_enclosed() -> None:
    lived = live()
    pages = hashlib.sha256(b"%PDF letter").hexdigest()[:16]
    put(lived, f"letters/{SMS}-{pages}.pdf", b"%PDF letter")
    put(lived, "recordings/a-1.txt", b"later")
    (letter,), (other,) = lived.kinds("LETTER"), lived.kinds("DOCUMENT")
    assert (letter.what, letter.body) == ("first_notice SMS", b"%PDF letter")
    assert unpack(made(lived))[other.path] == b"later"
    assert gaps(lived) == {}
    put(lived, f"letters/{SMS}-{pages}.pdf", b"%PDF other")
    assert gaps(lived) == {f"letters/{SMS}-{pages}.pdf": "DIGEST_DIFFERS"}


def test_a_name_that_says_less_of_its_content_than_it_should_is_no_proof() -> None:
    lived = live()
    digest = keep(lived, SMS, "short")
    body = lived.archive.get(f"cases/{CASE_ID}/notices/{SMS}-{digest[:16]}.json")
    drop(lived, f"notices/{SMS}-{digest[:16]}.json")
    names = [
        f"notices/{SMS}-{digest[:4]}.json",
        f"letters/{SMS}-.pdf",
        f"receipts/{hashlib.sha256(body).hexdigest()[:4]}.json",
    ]
    for name in names:
        put(lived, name, body)
    assert gaps(lived) == dict.fromkeys(names, "DIGEST_DIFFERS")


def test_words_altered_under_the_digest_of_the_true_ones_are_told() -> None:
    lived = live()
    kept = json.loads(lived.archive.get(f"cases/{CASE_ID}/{lived.name('SMS')}"))
    put(lived, lived.name("SMS"), json.dumps(kept | {"text": "forged"}).encode())
    assert gaps(lived) == {lived.name("SMS"): "DIGEST_DIFFERS"}


def test_a_forged_message_with_a_matching_digest_of_its_own_is_told_from_the_one_that_was_sent() -> None:
    lived = live()
    put(lived, lived.name("SMS"), message("forged"))
    assert gaps(lived) == {lived.name("SMS"): "DIGEST_DIFFERS"}


def test_the_whole_digest_counts_and_not_only_what_the_name_shows() -> None:
    lived = live()
    kept = hashlib.sha256(b"\0forged\0\0").hexdigest()
    ident, sent = notice_id(CASE_ID, "reminder_1", "SMS"), kept[:16] + "0" * 48
    detail = {"notice_id": ident, "digest": sent}
    facts.append(Fact(CASE_ID, FactKind.SENT, MADE_AT, ("reminder_1", ChannelName.SMS), detail))
    keep(lived, ident, "forged")
    assert gaps(lived) == {f"notices/{ident}-{kept[:16]}.json": "DIGEST_DIFFERS"}


def test_a_text_sent_back_is_an_act_whose_words_stay_in_the_entry() -> None:
    lived = live()
    lived.scene.wiring.take_receipt(reply_body("+8613800138000", "昨天已经还了", "m1"))
    (reply,) = lived.kinds("REPLY")
    assert reply.detail["text"] == "昨天已经还了"
    said = read(unpack(made(lived)))
    assert "回复短信" in said
    assert "昨天已经还了" not in said


def test_the_summary_has_a_word_for_every_state_and_step() -> None:
    words = load_words("evidence/words.en")
    assert words["states"].keys() == set(LATTICE)
    versions = ("CN@1", "US@1", "GB@1", "EU@1")
    known = [profiles.of_version(version[:2], version) for version in versions]
    assert words["steps"].keys() == {step.name for each in known for step in (*each.steps, *each.notices)}


def test_a_strange_name_is_shown_and_never_read_as_markup() -> None:
    lived = live("en", STRANGE)
    members = unpack(made(lived))
    assert lived.dossier().case.borrower.name == STRANGE
    # The font has no 𠮷: its code point is shown, nothing is dropped.
    assert '<imgsrc="file:///etc/hostname"/>[U+20BB7]&{0}' in read(members)
    images = [image for page in PdfReader(io.BytesIO(members[SUMMARY])).pages for image in page.images]
    assert images == []


def test_a_simulated_send_and_a_refusal_say_so_in_the_summary() -> None:
    """A test lender's notice reached nobody; an outage is told with the provider's code."""
    detail = {"rule": "provider.busy", "not_before": "2026-11-23T04:05:00Z", "code": "ThrottlingException"}
    tried = Fact(CASE_ID, FactKind.DEFERRED, NOON, ("first_notice", "SMS", "x"), detail)
    sent = Fact(CASE_ID, FactKind.SENT, NOON, ("first_notice", "SMS"), {"provider": "sandbox"})
    real = Fact(CASE_ID, FactKind.SENT, NOON, ("first_notice", "EMAIL"), {"provider": "ses"})
    claims = {f"first_notice#{channel}": "a@1" for channel in ("SMS", "EMAIL")}
    dossier = Told(case(claims=claims), tuple(enumerate((tried, sent, real))))
    for language, simulated in (("en", "SIMULATED"), ("zh-CN", "模拟发送")):
        teller = Teller(language, ZoneInfo("Asia/Shanghai"))
        sms, email = (row[2] for row in told.notices(dossier, teller))  # type: ignore[arg-type]
        assert (sms.startswith(simulated), simulated in email) == (True, False)
        (said,) = (row[2] for row in told.decisions(dossier, teller))  # type: ignore[arg-type]
        assert "ThrottlingException" in said
