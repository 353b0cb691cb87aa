"""A case that has lived: night, notices, receipts, a payment, a silenced channel, an answer, a close."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import boto3
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from pypdf import PdfReader

from chalicelib.borrower.feedback import GiveFeedback
from chalicelib.borrower.preferences import stop_channel
from chalicelib.channels import Outgoing
from chalicelib.channels.sandbox_receipts import receipt_body
from chalicelib.domain.codes import ChannelName, FactKind, Stage
from chalicelib.forms.journey import Submission
from chalicelib.notices.evidence.chain import Record
from chalicelib.notices.evidence.collect import Dossier, collect
from chalicelib.notices.evidence.seal import SUMMARY
from chalicelib.store import facts
from chalicelib.store.archive import Archive
from chalicelib.store.facts import Fact
from chalicelib.wiring import install
from infra.ops.bundle import make
from infra.ops.signing import KmsSigner
from tests import told
from tests.fakes import FakeChannel, FakeStepFunctions
from tests.road import Road
from tests.samples import CASE_ID, NIGHT
from tests.scene import Scene

ALIAS = "alias/accord-test-evidence"
MADE_AT = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@dataclass
class Lived:
    """The case's scene, its archive and the key that signs for it."""

    scene: Scene
    archive: Archive
    signer: KmsSigner

    def dossier(self) -> Dossier:
        return collect(CASE_ID, self.archive)

    def name(self, channel: str) -> str:
        """Return the name under which the message of the first notice that left is kept."""
        sent = next(fact for fact in facts.of(CASE_ID, FactKind.SENT) if fact.which[1] == channel)
        return f"notices/{sent.detail['notice_id']}-{sent.detail['digest'][:16]}.json"

    def kinds(self, kind: str) -> list[Record]:
        return [record for record in self.dossier().records if record.kind == kind]


def made(lived: Lived, language: str = "") -> bytes:
    """Return the case's bundle, made at one moment."""
    return make(lived.dossier(), lived.signer, MADE_AT, language)


def read(members: Mapping[str, bytes]) -> str:
    """Return a summary's text, all white space removed: lines break where they may."""
    pages = PdfReader(io.BytesIO(members[SUMMARY])).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def honour_digests() -> Any:
    """Let moto sign a digest as AWS does (MessageType DIGEST); it would hash it once more."""

    def sign(self: Any, message: bytes, signing_algorithm: str) -> bytes:
        assert (len(message), signing_algorithm) == (32, "ECDSA_SHA_256")
        signed: bytes = self.private_key.sign(message, ec.ECDSA(utils.Prehashed(SHA256())))
        return signed

    return patch("moto.kms.utils.ECDSAPrivateKey.sign", sign)


def make_key(spec: str = "ECC_NIST_P256", alias: str = ALIAS) -> str:
    """Make a key that signs, under an alias; returns its id."""
    kms = boto3.client("kms")
    key: str = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    return key


def live(language: str = "zh-CN", name: str = "张伟") -> Lived:
    """Let the example case live through everything its evidence tells; call it inside `mock_aws`."""
    scene = Scene(
        Road(),
        FakeStepFunctions(),
        FakeChannel("sms"),
        FakeChannel("mail"),
        FakeChannel("voice"),
        FakeChannel("letter"),
    )
    install(scene.wiring)
    scene.restart()
    archive = scene.wiring.archive
    make_key()
    _overdue(scene, language, name)
    _notices(scene, archive)
    _later(scene)
    return Lived(scene, archive, KmsSigner(boto3.client("kms"), ALIAS))


def _overdue(scene: Scene, language: str, name: str) -> None:
    event = json.loads(scene.road.event())
    event["data"]["borrower"] |= {"language": language, "name": name}
    scene.road.clock.now = NIGHT
    scene.accept(data=event["data"])
    scene.run(Stage.NOTIFY)  # deferred: it is 23:30 in Shanghai


def _notices(scene: Scene, archive: Archive) -> None:
    scene.road.clock.now = MORNING
    scene.run(Stage.NOTIFY)
    _receipt(scene, scene.sms.sent[0], "TEXT_DELIVERED", "sms-1")
    _receipt(scene, scene.mail.sent[0], "Bounce/Transient", "mail-1")
    # Another case's papers must not slip in: its id merely starts alike.
    archive.put(f"cases/{CASE_ID}0/notices/foreign.json", b"{}")


def _receipt(scene: Scene, message: Outgoing, word: str, message_id: str) -> None:
    """Let a provider report on a message, in its own words."""
    scene.road.clock.advance(minutes=2)
    now, channel = scene.road.clock.now, message.tags["channel"]
    scene.wiring.take_receipt(receipt_body(channel, word, message.tags, message_id, now))


def _later(scene: Scene) -> None:
    clock = scene.road.clock
    clock.advance(hours=3)
    scene.accept("payment", time="2026-11-24T02:00:00Z")
    stop_channel(scene.case, ChannelName.SMS, clock.now)
    clock.advance(days=3)
    scene.run(Stage.REMIND)  # denied: SMS is silent now
    clock.advance(hours=1)
    facts.append(Fact(CASE_ID, FactKind.VERIFIED, clock.now, ("link", "1")))
    clock.advance(minutes=5)
    answers = {"reason": "UNEMPLOYMENT", "text": "我失业了", "wish": "YES", "mode": "TELEPHONE"}
    GiveFeedback(scene.wiring.timers)(CASE_ID, Submission("a1", "feedback", "F-A1", answers, clock.now))
    closed_at = clock.now + timedelta(days=2)
    told.settle(CASE_ID, "loan.settled.v1 evt-9", closed_at, closed_at)
