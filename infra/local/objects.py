"""What the product keeps in its buckets: letters for the print house, and every message byte for byte."""

from __future__ import annotations

import importlib
import json
from typing import Any

from botocore.exceptions import ClientError

from infra.local.clients import client
from infra.local.outbox import Message

_OUTBOX = "outbox/"


class NoObject(Exception):
    """There is no such object."""


class Buckets:
    """The two buckets of the stack, by name."""

    def __init__(self, records: str, prints: str) -> None:
        self.prints = prints
        self._names = {"records": records, "print": prints}
        self._letters: dict[str, Message] = {}

    def letters(self) -> list[Message]:
        """Return the letters that wait for the print house, oldest first (docs/print-house.md)."""
        manifests = [key for key in self._keys("print", _OUTBOX) if key.endswith(".json")]
        for key in manifests:  # written once, so read once
            if key not in self._letters:
                self._letters[key] = self._letter(key)
        return sorted((self._letters[key] for key in manifests), key=lambda letter: letter.sent_at)

    def get(self, bucket: str, key: str) -> tuple[bytes, str]:
        """Return an object of `records` or `print` and its media type; raises NoObject."""
        if bucket not in self._names or not key:
            raise NoObject
        try:
            found = client("s3").get_object(Bucket=self._names[bucket], Key=key)
        except ClientError as error:
            raise NoObject from error
        return found["Body"].read(), str(found["ContentType"])

    def _letter(self, key: str) -> Message:
        manifest: dict[str, Any] = json.loads(self.get("print", key)[0])
        kept = self._kept(manifest)
        return Message(
            channel="LETTER",
            to=_recipient(manifest["case_id"]),
            subject=kept.get("subject"),
            text=str(kept.get("text", "")),
            html=None,
            sent_at=manifest["created_at"],
            provider_message_id=manifest["notice_id"],
            segments=None,
            sender="",
            tags={name: manifest[name] for name in ("case_id", "step", "notice_id")},
            headers={name: str(manifest[name]) for name in ("pages", "paper", "postage", "sha256")},
            pdf=f"/_local/objects/print/{manifest['pdf']}",
        )

    def _kept(self, manifest: dict[str, Any]) -> dict[str, Any]:
        """Return the letter's words as the records keep them; the manifest itself names nobody."""
        prefix = f"cases/{manifest['case_id']}/notices/{manifest['notice_id']}"
        for key in self._keys("records", prefix):
            kept: dict[str, Any] = json.loads(self.get("records", key)[0])
            return kept
        return {}

    def _keys(self, bucket: str, prefix: str) -> list[str]:
        pages = client("s3").get_paginator("list_objects_v2")
        pages = pages.paginate(Bucket=self._names[bucket], Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]


def _recipient(case_id: str) -> str:
    """Return who stands in a letter's window: his name and his postal lines."""
    keys = importlib.import_module("chalicelib.domain.keys")
    case = importlib.import_module("chalicelib.store.cases").get(keys.CaseId.parse(case_id))
    return "\n".join((case.borrower.name, *case.borrower.postal))
