"""The bundle of a case that has lived: what is in it, what its summary says, how it is checked by hand."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import notice_id
from chalicelib.notices.evidence.check import verify
from chalicelib.notices.evidence.container import unpack
from chalicelib.notices.evidence.seal import HOW, SIGNATURE, SUMMARY
from chalicelib.store import timeline
from chalicelib.texts import load_words
from infra.ops.command import Refusal
from infra.ops.signing import verifies
from tests.ops.lived import MORNING, Lived, made, read
from tests.samples import CASE_ID

SMS = notice_id(CASE_ID, "first_notice", "SMS")
EMAIL = notice_id(CASE_ID, "first_notice", "EMAIL")


# --- what is in it ------------------------------------------------------------------------------------


def test_it_holds_the_whole_timeline_each_decision_and_each_document(lived: Lived) -> None:
    dossier = lived.dossier()
    facts_told = [(fact.kind, fact.which, fact.at) for _, fact in dossier.timeline]
    kept = timeline.of(dossier.case)
    assert facts_told == [(fact.kind, fact.which, fact.at) for fact in kept]
    for index, fact in dossier.timeline:
        record = dossier.records[index]
        assert (record.kind, record.detail, record.at) == (fact.kind.value, fact.detail, fact.at)
    assert {fact.kind for fact in kept} >= {
        FactKind.OPENED, FactKind.DEFERRED, FactKind.SENT, FactKind.RECEIPT, FactKind.BALANCE,
        FactKind.DENIED, FactKind.VERIFIED, FactKind.FEEDBACK, FactKind.PREFERENCE, FactKind.CLOSED,
    }  # fmt: skip
    for index, fact in dossier.timeline:
        if fact.kind in (FactKind.SENT, FactKind.DEFERRED, FactKind.DENIED):
            assert dossier.records[index].detail["rule"].startswith("CN.")
            assert dossier.records[index].detail["profile_version"] == "CN@1"
    assert not dossier.each("GAP")


def test_it_holds_the_messages_as_they_were_sent(lived: Lived) -> None:
    notices = {record.path: json.loads(record.body) for record in lived.kinds("NOTICE")}
    sms, mail = f"files/{lived.name('SMS')}", f"files/{lived.name('EMAIL')}"
    assert notices.keys() == {sms, mail}
    assert notices[sms]["text"] == lived.scene.sms.sent[0].text
    assert notices[mail]["html"] == lived.scene.mail.sent[0].html
    assert all(record.at == MORNING for record in lived.kinds("NOTICE"))
    assert [record.what for record in lived.kinds("ATTEMPT")] == ["first_notice EMAIL", "first_notice SMS"]
    assert lived.kinds("ATTEMPT")[0].detail["claim"].startswith("0000000")


def test_it_holds_receipts_events_rules_and_templates(lived: Lived) -> None:
    for receipt in lived.kinds("RECEIPT_BODY"):
        assert receipt.what == hashlib.sha256(receipt.body).hexdigest()
        assert receipt.at is not None
    assert len(lived.kinds("RECEIPT_BODY")) == 2
    (event,) = lived.kinds("EVENT")
    assert json.loads(event.body)["type"] == "loan.payment.v1"
    (profile,) = lived.kinds("PROFILE")
    assert json.loads(profile.body)["contact_window"]["rule"] == "CN.contact_window"
    templates = {record.what: record.detail["source_sha256"] for record in lived.kinds("TEMPLATE")}
    known = load_words("cn/versions")["first_notice/SMS/zh-CN"]
    assert templates[f"cn/first_notice/SMS/zh-CN@{known['version']}"] == known["sha256"]
    assert len(templates) == 2


def test_it_holds_who_owes_and_no_secret(lived: Lived) -> None:
    (case,) = lived.kinds("CASE")
    assert case.detail["borrower"]["phone"] == "+8613800138000"
    assert case.detail["amount"]["total"] == 1_000_000
    (lender,) = lived.kinds("LENDER")
    assert lender.detail["settings"]["creditor_name"]["en"] == "Demo Bank"
    assert lender.detail["live"] is True
    factor = lived.dossier().case.borrower.factor
    assert factor
    assert all(factor.encode() not in body for body in unpack(made(lived)).values())


def test_another_case_whose_id_starts_alike_stays_out(lived: Lived) -> None:
    assert all("foreign" not in record.path for record in lived.dossier().records)


def test_a_real_signature_by_kms_verifies_and_the_rest_is_reproducible(lived: Lived) -> None:
    one, two = unpack(made(lived)), unpack(made(lived))
    assert verify(made(lived), verifies, lived.signer.public_key()).ok
    assert one.pop(SIGNATURE) != two.pop(SIGNATURE)  # ECDSA is randomised
    assert one == two


# --- the summary --------------------------------------------------------------------------------------


def test_a_clerk_reads_who_what_when_how_and_by_whose_word(lived: Lived) -> None:
    members = unpack(made(lived))
    said = read(members)
    assert 1 <= len(PdfReader(io.BytesIO(members[SUMMARY])).pages) <= 3
    for fact in (
        "张伟", "示范银行", "****6688", "人民币10,000.00元", "AC-6KVK-TDBG-1",
        "首次通知短信2026年11月24日09:00", "2026-11-24T01:00:00Z", "已送达依据服务商回执", "服务商编号sms-1",
        "未送达依据服务商回执", "推迟至2026年11月24日08:00", "不得发送", "CN.opt_out", "GB/T45251",
        "停收一种方式的通知：短信", "提交答复：失业；愿意调解(电话)", "已结清", SMS, EMAIL, "Asia/Shanghai",
    ):  # fmt: skip
        assert "".join(fact.split()) in said, fact
    assert json.loads(members["manifest.json"])["head"] in said
    sent = [fact.detail["digest"] for _, fact in lived.dossier().timeline if fact.kind == FactKind.SENT]
    assert len(sent) == 2
    assert all(digest in said for digest in sent)
    assert "LN-2026-000001" not in said
    assert "我失业了" not in said  # his own words are in the entry, not in the summary


def test_the_summary_speaks_the_language_asked_for(lived: Lived) -> None:
    assert "Deliveredbytheprovider'sreceiptof24November2026,09:02" in read(unpack(made(lived, "en")))
    with pytest.raises(Refusal, match="choose one of zh-CN, en"):
        made(lived, "fr")


def test_each_fact_names_its_entry(lived: Lived) -> None:
    dossier, said = lived.dossier(), read(unpack(made(lived)))
    for index, fact in dossier.timeline:
        if fact.kind in (FactKind.SENT, FactKind.RECEIPT, FactKind.DENIED, FactKind.FEEDBACK):
            assert f"#{index}" in said


def test_the_summaries_have_the_same_words() -> None:
    chinese, english = (load_words(f"evidence/words.{language}") for language in ("zh-CN", "en"))
    assert _shape(chinese) == _shape(english)


def _shape(words: Any) -> Any:
    """Keys, and the names each text is filled with."""
    if isinstance(words, dict):
        return {key: _shape(value) for key, value in words.items()}
    if isinstance(words, list):
        return [_shape(value) for value in words]
    return sorted(set(re.findall(r"\{\w+\}", words)))


# --- by hand ------------------------------------------------------------------------------------------


def _commands(folder: Path) -> dict[str, str]:
    """Run what VERIFY.txt says, step by step; returns what each step printed."""
    text = (folder / HOW).read_text(encoding="utf-8")
    steps = re.split(r"^\d\. ", text, flags=re.MULTILINE)[1:]
    commands = [
        "\n".join(line for line in step.splitlines() if re.match(r"(openssl|sed|grep|previous=)", line))
        for step in steps
    ]
    ran = [
        subprocess.run(["bash", "-c", each], cwd=folder, capture_output=True, text=True, check=False)
        for each in commands
    ]
    names = ("key", "signature", "members", "files", "chain")
    return {name: run.stdout + run.stderr for name, run in zip(names, ran, strict=True)}


@pytest.fixture
def unpacked(lived: Lived, tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(made(lived))) as opened:
        opened.extractall(tmp_path)
    return tmp_path


needs_tools = pytest.mark.skipif(
    not (shutil.which("openssl") and shutil.which("sha256sum")), reason="needs openssl and sha256sum"
)


@needs_tools
def test_the_commands_in_the_bundle_work(lived: Lived, unpacked: Path) -> None:
    said = _commands(unpacked)
    fingerprint = hashlib.sha256(lived.signer.public_key()).hexdigest()
    assert said["key"].split()[0] == fingerprint
    assert f"本证据包: {fingerprint}" in (unpacked / HOW).read_text(encoding="utf-8")
    assert said["signature"] == "Verified OK\n"
    assert sorted(said["members"].splitlines()) == [
        "VERIFY.txt: OK", "entries.jsonl: OK", "key.pem: OK", "summary.pdf: OK",
    ]  # fmt: skip
    *files, told, found = said["files"].split("\n")[:-1]
    assert all(line.endswith(": OK") for line in files)
    assert len(files) == 6
    assert int(told) == int(found) == 6
    assert said["chain"] == "chain OK\n"


@needs_tools
@pytest.mark.parametrize(
    ("name", "step", "good"),
    [
        ("manifest.json", "signature", "Verified OK"),
        ("signature.json", "signature", "Verified OK"),
        ("summary.pdf", "members", "summary.pdf: OK"),
        (f"files/notices/{SMS}-*.json", "files", "{name}: OK"),
        ("entries.jsonl", "chain", "chain OK"),
    ],
)
def test_the_commands_in_the_bundle_find_what_was_altered(
    unpacked: Path, name: str, step: str, good: str
) -> None:
    (path,) = unpacked.glob(name)
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))
    good = good.format(name=path.relative_to(unpacked))
    assert good not in _commands(unpacked)[step]
