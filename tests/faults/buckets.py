"""S3 for the sweep: the records, and the outbox where the print house finds its letters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from pypdf import PdfReader

from tests.faults.plane import Call

_NOTHING = b""


def read_object_call(operation: str, request: AWSPreparedRequest) -> Call:
    """Return a call about an object: `what` is its folder (`notices`), in the outbox with its ending."""
    host, _, key = request.url.removeprefix("https://").partition("/")
    folder = key.split("/")[2] if key.startswith("cases/") else key.split("/")[0]
    what = f"{folder}.{key.rpartition('.')[2]}" if folder == "outbox" else folder
    once = "If-None-Match" in request.headers
    body = {"bucket": host.partition(".")[0], "key": key, "content": _content(request), "once": once}
    return Call("s3", operation, what, body)


def _content(request: AWSPreparedRequest) -> bytes:
    """The object; the SDK may frame it in chunks (aws-chunked): a length in hex, the bytes, in the end 0."""
    raw: Any = request.body
    content = raw.read() if hasattr(raw, "read") else raw or _NOTHING
    if hasattr(raw, "seek"):
        raw.seek(0)
    if b"aws-chunked" not in str(request.headers.get("Content-Encoding", "")).encode():
        return bytes(content)
    whole = _NOTHING
    while True:
        length, _, rest = content.partition(b"\r\n")
        if not int(length, 16):
            return whole
        whole += rest[: int(length, 16)]
        content = rest[int(length, 16) + 2 :]


class Buckets:
    """Objects by bucket and key; `print_letter` is told of each manifest that is put."""

    def __init__(
        self,
        objects: Callable[[], dict[str, bytes]],
        print_letter: Callable[[Mapping[str, Any], bytes], None],
    ) -> None:
        self._objects, self._print_letter = objects, print_letter

    def answer(self, call: Call, moto: Callable[[], AWSResponse]) -> AWSResponse:
        """Answer PutObject and GetObject."""
        objects, body = self._objects(), call.body
        key = f"{body['bucket']}/{body['key']}"
        if call.operation == "GetObject":
            return _found(objects[key]) if key in objects else _error("NoSuchKey", 404)
        if body["once"] and key in objects:
            return _error("PreconditionFailed", 412)
        objects[key] = body["content"]
        if call.what == "outbox.json":
            manifest = json.loads(body["content"])
            self._print_letter(manifest, objects[f"{body['bucket']}/{manifest['pdf']}"])
        return AWSResponse("", 200, {"ETag": '"e"'}, MockRawResponse(""))


def _found(content: bytes) -> AWSResponse:
    return AWSResponse("", 200, {"Content-Length": str(len(content))}, MockRawResponse(content))


def _error(code: str, status: int) -> AWSResponse:
    body = f"<Error><Code>{code}</Code><Message>planted</Message></Error>"
    return AWSResponse("", status, {"Content-Type": "application/xml"}, MockRawResponse(body))


@lru_cache(maxsize=64)
def words_of(pages: bytes) -> str:
    """Return what a letter says, without its breaks."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(pages)).pages)


def digest(pages: bytes) -> str:
    return hashlib.sha256(pages).hexdigest()
