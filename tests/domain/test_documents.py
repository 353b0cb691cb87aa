"""What is kept of what borrowers hand in: whole documents, each only one thing, told by their bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.codes import DocumentKind, Refusal
from chalicelib.domain.documents import MOST_BYTES, Refused, kind_of
from tests.handed_in import PDF, archive, jpeg, png


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (PDF, DocumentKind.PDF),
        (jpeg(), DocumentKind.JPEG),
        (jpeg(behind=b"a camera's own trailer"), DocumentKind.JPEG),
        (png(), DocumentKind.PNG),
    ],
)
def test_a_whole_document_is_told_by_its_bytes(body: bytes, kind: DocumentKind) -> None:
    assert kind_of(body) == kind


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Refusal.EMPTY),
        (PDF + b" " * MOST_BYTES, Refusal.TOO_BIG),
        (b"<!doctype html><script>alert(1)</script>", Refusal.KIND),
        (b"GIF89a" + b"0" * 20, Refusal.KIND),
        (archive(), Refusal.KIND),
        (b"\n" + PDF, Refusal.KIND),
        (jpeg(comment=b"<script>alert(1)</script>"), Refusal.KIND),
        (jpeg(comment=b"<?php system(0)"), Refusal.KIND),
        (jpeg(comment=b"%PDF-1.4"), Refusal.KIND),
        (jpeg(behind=archive()), Refusal.KIND),
        (PDF + archive(), Refusal.KIND),
        (PDF[:-7], Refusal.DAMAGED),
        (jpeg()[:-2], Refusal.DAMAGED),
        (b"\xff\xd8\xff\xe0\x00\x00", Refusal.DAMAGED),
        (png()[:-4], Refusal.DAMAGED),
        (png() + b"behind", Refusal.DAMAGED),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"), Refusal.ACTIVE),
        (PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 2 0 R>>"), Refusal.ACTIVE),
        (PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/Launch>>"), Refusal.ACTIVE),
    ],
)
def test_anything_else_is_refused_for_its_reason(body: bytes, reason: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        kind_of(body)
    assert refused.value.reason == reason


@given(st.sampled_from([PDF, jpeg(), png()]), st.binary(max_size=60), st.integers(0, 400))
def test_no_bytes_break_the_check(whole: bytes, other: bytes, at: int) -> None:
    with suppress(Refused):
        assert kind_of(whole[:at] + other + whole[at + len(other) :]) in DocumentKind
