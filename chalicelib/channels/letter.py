"""Letters by a print house that polls an outbox in a bucket of ours (docs/print-house.md)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.channels import Accepted, Outgoing, Refused, Result, Unsure, result_of
from chalicelib.domain.moments import stamp

SCHEMA = "accord.letter.v1"
_PAPERS = {595: "A4", 612: "LETTER"}  # by width in points
_PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
_WIDTH = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+(\d+)")


class PrintOutbox:
    """Puts a letter's PDF, then its manifest, under `prefix`; the print house polls for manifests.

    `clock` returns the aware moment of now; `postage` and `duplex` hold for every letter.
    """

    def __init__(
        self, client: Any, bucket: str, clock: Callable[[], datetime], *, prefix: str = "outbox/",
        postage: str = "STANDARD", duplex: bool = True,
    ) -> None:  # fmt: skip
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._prefix = prefix
        self._postage = postage
        self._duplex = duplex

    def send(self, message: Outgoing) -> Result:
        """Hand the letter over; see Channel.send. A repeat, even with other bytes, prints nothing more."""
        notice_id = message.tags["notice_id"]
        sheets = _sheets(message.pdf)
        if sheets is None:
            return Refused("NotALetter", again=False)
        digest = hashlib.sha256(message.pdf).hexdigest()
        # The PDF's key holds its hash: a repeat that was rendered anew cannot change what a manifest names.
        pages = f"{self._prefix}{notice_id}-{digest[:16]}.pdf"
        manifest = self._manifest(message, pages, digest) | sheets
        try:
            self._put(pages, message.pdf, "application/pdf")
            self._put(f"{self._prefix}{notice_id}.json", _json(manifest), "application/json", IfNoneMatch="*")
        except (ClientError, BotoCoreError) as error:
            return _outcome(error, notice_id)
        return Accepted(notice_id, "letter")

    def _manifest(self, message: Outgoing, pages: str, digest: str) -> dict[str, Any]:
        """Ids and what a machine needs to print; the address is in the PDF alone."""
        return {
            "schema": SCHEMA,
            **{name: message.tags[name] for name in ("notice_id", "case_id", "step")},
            "pdf": pages,
            "sha256": digest,
            "duplex": self._duplex,
            "postage": self._postage,
            "language": message.language,
            "created_at": stamp(self._clock()),
        }

    def _put(self, key: str, body: bytes, kind: str, **condition: str) -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=kind, **condition)


def _outcome(error: ClientError | BotoCoreError, notice_id: str) -> Result:
    """What a failed put means. The manifest's key is the notice's and is only ever written once, so

    - a manifest that is there already is this letter, handed over by a try whose answer was lost;
    - after a 5xx or a lost answer a repeat cannot print a second letter: unlike a send by SMS or e-mail it is
      not in doubt but to be tried again.
    """
    result = result_of(error)
    if isinstance(result, Refused) and result.code == "PreconditionFailed":
        return Accepted(notice_id, "letter")
    if isinstance(result, Unsure) or result.code == "ConditionalRequestConflict":
        return Refused(result.code, again=True)
    return result


def _sheets(pdf: bytes) -> dict[str, Any] | None:
    """Return the number of pages and the paper of a PDF of ours, or None when it is none."""
    width = _WIDTH.search(pdf)
    paper = _PAPERS.get(int(width[1])) if width else None
    return {"pages": len(_PAGE.findall(pdf)), "paper": paper} if paper else None


def _json(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True).encode()
