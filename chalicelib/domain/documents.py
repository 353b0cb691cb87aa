"""What a borrower may hand in: a PDF, a JPEG or a PNG, told by its bytes and never by its name (pure)."""

from __future__ import annotations

import re
import struct

from chalicelib.domain.codes import DocumentKind, Refusal

MOST_BYTES = 10 * 1024 * 1024
"""One document (*policy*)."""
MOST_DOCUMENTS, MOST_BYTES_OF_CASE = 20, 100 * 1024 * 1024
"""All documents of one case (*policy*)."""

_PNG = b"\x89PNG\r\n\x1a\n"
_HEAD, _TAIL = 1024, 2048
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|svg|iframe|\?php|\?xml)", re.IGNORECASE)
_ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)(?![A-Za-z])")
"""What runs, opens something else or carries another file inside a PDF."""
_ZIP_END, _ZIP_END_LENGTH = b"PK\x05\x06", 22
_START_OF_SCAN = 0xDA


class Refused(Exception):
    """A file that is not kept; `reason` is what the borrower is told in plain words."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def require_size(size: int) -> None:
    """Raise Refused for a file that is empty or larger than MOST_BYTES."""
    if size == 0:
        raise Refused(Refusal.EMPTY)
    if size > MOST_BYTES:
        raise Refused(Refusal.TOO_BIG)


def kind_of(body: bytes) -> DocumentKind:
    """Return what a file is, by its own bytes; raises Refused.

    A file that is two things at once is refused: a web page or a PDF within an image, an archive behind
    either. So is a PDF that runs something, and a file that ends too early.
    """
    require_size(len(body))
    if body.startswith(b"%PDF-"):
        kind, whole = DocumentKind.PDF, b"%%EOF" in body[-_TAIL:]
    elif body.startswith(b"\xff\xd8\xff"):
        kind, whole = DocumentKind.JPEG, _is_whole_jpeg(body)
    elif body.startswith(_PNG):
        kind, whole = DocumentKind.PNG, _is_whole_png(body)
    else:
        raise Refused(Refusal.KIND)
    if _MARKUP.search(body[:_HEAD]) or b"%PDF-" in body[1:_HEAD] or _ends_as_archive(body):
        raise Refused(Refusal.KIND)
    if not whole:
        raise Refused(Refusal.DAMAGED)
    if kind == DocumentKind.PDF and _ACTIVE.search(body):
        raise Refused(Refusal.ACTIVE)
    return kind


def _is_whole_jpeg(body: bytes) -> bool:
    """Whether the segments lead to the picture and the picture ends; cameras add bytes of theirs behind."""
    at = 2
    while at + 4 <= len(body) and body[at] == 0xFF:
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
        if marker == _START_OF_SCAN:
            return b"\xff\xd9" in body[at:]
        if length < 2:
            return False
        at += 2 + length
    return False


def _is_whole_png(body: bytes) -> bool:
    """Whether the chunks lead from the header to the end of the file, and nothing lies behind it."""
    at, name = len(_PNG), b""
    while at + 12 <= len(body):
        length, name = struct.unpack(">I4s", body[at : at + 8])
        if at == len(_PNG) and name != b"IHDR":
            return False
        at += 12 + length
        if name == b"IEND":
            break
    return name == b"IEND" and at == len(body)


def _ends_as_archive(body: bytes) -> bool:
    """Whether an unpacker would take the file for an archive: its directory's end closes the file."""
    at = body.rfind(_ZIP_END)
    if at < 0 or at + _ZIP_END_LENGTH > len(body):
        return False
    comment = int.from_bytes(body[at + 20 : at + 22], "little")
    return at + _ZIP_END_LENGTH + comment == len(body)
