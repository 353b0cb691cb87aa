"""Letters as they lie on the table: every word there, the address in the window, codes that open the link."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.domain.errors import LetterHeld, LetterTooFull, MissingGlyphs
from chalicelib.notices.letter import Letter, letter_pdf
from chalicelib.notices.letter.font import font, measure_in, missing_from_font
from chalicelib.notices.letter.lines import break_lines, composed
from chalicelib.notices.letter.marks import Code, Mark, Rule, Text
from chalicelib.notices.letter.pages import lay_out
from chalicelib.notices.letter.sheet import A4, MM, SHEETS, Sheet
from chalicelib.texts import FOLDER, load_words
from chalicelib.texts.blocks import Block
from tests.notices.letters import (
    IN_CHINESE,
    IN_ENGLISH,
    LINK,
    Seen,
    body_of,
    open_pages,
    squares_of,
    squeezed,
    texts_of,
)

BOTH = pytest.mark.parametrize("letter", [IN_CHINESE, IN_ENGLISH], ids=["zh-CN", "en"])
PAPERS = pytest.mark.parametrize("paper", list(SHEETS))
FILLER = "双方谈成的，签署调解协议，写明新的还款安排和各方义务。"


def having(*blocks: Block, letter: Letter = IN_CHINESE, **changes: Any) -> Letter:
    return replace(letter, blocks=blocks or letter.blocks, **changes)


def paragraph(text: str) -> Block:
    return Block("paragraph", ((text,),))


def paragraphs(count: int) -> tuple[Block, ...]:
    return tuple(paragraph(f"（{number}）{FILLER * 4}") for number in range(count))


# --- what it says -------------------------------------------------------------------------------------


@PAPERS
@BOTH
def test_every_word_of_every_block_is_on_paper(letter: Letter, paper: str) -> None:
    pages = open_pages(letter_pdf(letter, paper))
    said = squeezed("".join(seen.text for page in pages for seen in texts_of(page)))
    assert squeezed(letter.subject) in said
    for block in letter.blocks:
        for line in block.lines:
            for part in line:
                assert squeezed(part) in said
    for text in (*letter.sender, *letter.recipient, letter.date, letter.notice_id, letter.verify_code):
        assert squeezed(text) in said


def test_the_body_is_read_in_its_order() -> None:
    said = body_of(open_pages(letter_pdf(having(*paragraphs(30)))))
    expected = squeezed(IN_CHINESE.subject + "".join(block.lines[0][0] for block in paragraphs(30)))
    assert said == expected


@BOTH
def test_amounts_end_at_one_edge_and_the_total_is_outlined(letter: Letter) -> None:
    marks = lay_out(letter, A4, measure_in(letter.language))[0]
    amounts = [mark for mark in marks if isinstance(mark, Text) and re.search(r"\d\.\d\d", mark.text)]
    measure = measure_in(letter.language)
    assert {round(mark.x + measure(mark.text, mark.size), 3) for mark in amounts} == {round(190 * MM, 3)}
    assert [mark.bold for mark in amounts] == [False] * 5 + [True]


@pytest.mark.parametrize(
    ("last", "bold"), [("CNY 5.00", False), ("CNY 12.00", True), ("$12.00", True), ("1 December 2026", False)]
)
def test_only_a_last_row_that_can_be_the_total_stands_out(last: str, bold: bool) -> None:
    table = Block("table", (("Principal", "CNY 10.00"), ("Fees", "CNY 2.00"), ("Last", last)))
    marks = lay_out(having(table, letter=IN_ENGLISH), A4, measure_in("en"))[0]
    assert [mark.bold for mark in marks if isinstance(mark, Text) and mark.text == last] == [bold]


@pytest.mark.parametrize(
    ("values", "right"),
    [
        (("人民币1.00元", "1,200.00美元"), [True, True]),
        (("-£1.00", "€2,000.50", "JPY 300"), [True, True, True]),
        (("1.00 CHF", "2.00人民币"), [True, True]),
        (("Demo Bank", "$10.00", "$10.00"), [False, True, True]),
        (("$10.00", "Demo Bank"), [False, False]),
        (("CNY 12.00",), [False]),
        (("12378", "12348"), [False, False]),  # hotlines are no amounts
        (("33天", "30天"), [False, False]),
    ],
)
def test_amounts_are_told_from_other_values(values: tuple[str, ...], right: list[bool]) -> None:
    table = Block("table", tuple(("项", value) for value in values))
    marks = lay_out(having(table), A4, measure_in("zh-CN"))[0]
    found = [mark.x > 100 * MM for mark in marks if isinstance(mark, Text) and mark.text in values]
    assert found == right


def test_an_amount_leaves_its_label_all_the_room_it_does_not_need() -> None:
    label = "Less payments and credits since November 1, 2026, the itemization date"
    table = Block("table", ((label, "$10.00"), ("Total", "$10,335.67")))
    marks = lay_out(having(table, letter=IN_ENGLISH), A4, measure_in("en"))[0]
    assert label in [mark.text for mark in marks if isinstance(mark, Text)]


def test_the_file_says_what_it_is() -> None:
    reader = PdfReader(BytesIO(letter_pdf(IN_CHINESE)))
    assert reader.metadata
    assert (reader.metadata.title, reader.metadata.author) == (IN_CHINESE.subject, IN_CHINESE.sender[0])
    assert str(reader.root_object["/Lang"]) == "zh-CN"
    fonts = [entry.get_object() for page in reader.pages for entry in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    assert all("/FontFile2" in entry["/FontDescriptor"] for entry in fonts), "a print house has no fonts"
    links = [note.get_object()["/A"]["/URI"] for note in reader.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    assert links == [LINK]


def test_the_same_letter_is_the_same_bytes() -> None:
    once = letter_pdf(IN_CHINESE)
    letter_pdf(IN_ENGLISH)
    assert letter_pdf(IN_CHINESE) == once
    assert letter_pdf(replace(IN_CHINESE, verify_code="other")) != once


# --- the envelope -------------------------------------------------------------------------------------


def in_window(page_texts: list[Seen], sheet: Sheet) -> list[str]:
    box = sheet.window
    return [
        seen.text
        for seen in page_texts
        if seen.left * MM < box.left + box.width and box.top < seen.baseline * MM < box.top + box.height
    ]


@PAPERS
@BOTH
def test_the_window_shows_the_address_and_nothing_else(letter: Letter, paper: str) -> None:
    sheet, seen = SHEETS[paper], texts_of(open_pages(letter_pdf(letter, paper))[0])
    returns = [" · ".join(letter.sender[:2])] if paper == "A4" else []
    assert in_window(seen, sheet) == [*returns, *letter.recipient]
    measure = measure_in(letter.language)
    right, bottom = sheet.window.left + sheet.window.width, sheet.window.top + sheet.window.height
    for line in seen:
        if line.text in letter.recipient:
            assert sheet.window.left + 2 * MM < line.left * MM
            assert line.left * MM + measure(line.text, line.size) < right - 2 * MM
            assert sheet.window.top + 2 * MM < (line.baseline * MM) - line.size
            assert line.baseline * MM + line.size * 0.25 < bottom


def test_the_window_is_where_the_envelopes_have_it() -> None:
    """DIN 5008 form B; No. 10: 4.125 in high, window 0.5 in from its edge, around a third of 11 in."""
    assert [round(value / MM, 1) for value in (A4.window.left, A4.window.top)] == [20, 45]
    assert [round(value / MM, 1) for value in (A4.window.width, A4.window.height)] == [85, 45]
    box = SHEETS["LETTER"].window
    lowest = 11 / 3 - 0.5  # inches from the sheet's top, the sheet at the envelope's lower edge
    assert (box.top + box.height) / 72 == pytest.approx(lowest, abs=0.02)
    assert (box.height / 72, box.width / 72, box.left / 72) == pytest.approx((1.125, 3.5, 0.875), abs=0.01)


def test_a_long_address_shrinks_and_one_too_long_is_held() -> None:
    long = ("Maximiliana Wolfeschlegelsteinhausenbergerdorff-" * 2, "c/o " + "Example " * 12, "1 Street", "X")
    page = texts_of(open_pages(letter_pdf(replace(IN_ENGLISH, recipient=long)))[0])
    assert squeezed("".join(in_window(page, A4)[1:])) == squeezed("".join(long))
    assert min(seen.size for seen in page if seen.text in "".join(long)) >= 7
    with pytest.raises(LetterTooFull, match="recipient do not fit") as held:
        letter_pdf(replace(IN_ENGLISH, recipient=("line",) * 12))
    assert held.value.part == "recipient"
    with pytest.raises(LetterTooFull, match="sender do not fit"):
        letter_pdf(replace(IN_ENGLISH, sender=("Bank", "c" * 2000)))


@pytest.mark.parametrize("changes", [{"recipient": ()}, {"recipient": (" ", "")}, {"sender": ()}])
def test_nobody_writes_to_nobody(changes: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="needs a sender and a recipient"):
        letter_pdf(replace(IN_CHINESE, **changes))  # type: ignore[arg-type]


# --- codes --------------------------------------------------------------------------------------------


@PAPERS
def test_a_code_is_the_link_itself_large_and_clear(paper: str) -> None:
    page = open_pages(letter_pdf(IN_CHINESE, paper))[0]
    (square,) = squares_of(page)
    assert square.modules == tuple(bytes(row) for row in segno.make_qr(LINK, error="m").matrix)
    assert square.side == pytest.approx(25, abs=0.01)
    quiet = 4 * square.side / len(square.modules)
    around = [
        seen
        for seen in texts_of(page)
        if square.left - quiet < seen.left < square.left + square.side + quiet
        and square.top - quiet < seen.baseline < square.top + square.side + quiet + seen.size * 0.35
    ]
    assert around == []


def test_a_link_too_long_for_a_phone_is_refused() -> None:
    assert letter_pdf(having(Block("link", (("打开", "https://x.example/" + "a" * 380),))))
    with pytest.raises(ValueError, match="at most 400 characters"):
        letter_pdf(having(Block("link", (("打开", "https://x.example/" + "a" * 390),))))


# --- characters ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code"), [("王𫖧", "U+2B5A7"), ("䶮", "U+4DAE"), ("ǎ", "U+01CE"), ("\ue01c", "U+E01C")]
)
def test_a_name_the_font_cannot_write_is_held(name: str, code: str) -> None:
    with pytest.raises(MissingGlyphs, match=re.escape(code)) as held:
        letter_pdf(replace(IN_CHINESE, recipient=(name, "上海市")))
    assert held.value.code_points == (code,)
    assert isinstance(held.value, LetterHeld)
    assert "by hand" in str(held.value)
    for block in (Block("table", (("姓名", name),)), Block("link", ((name, LINK),)), paragraph(name)):
        with pytest.raises(MissingGlyphs):
            letter_pdf(having(block))


def test_every_common_han_character_and_european_letter_is_there() -> None:
    han = [chr(code) for code in range(0x4E00, 0x9FA6)]
    european = [chr(code) for code in range(0xA1, 0x180) if code != 0xAD]
    assert missing_from_font([*han, *european, "“”‘’…—·€£¥№•"], "zh-CN") == []


def test_no_character_is_mapped_to_an_empty_glyph() -> None:
    face = font("zh-CN").face
    empty = [
        chr(code)
        for code, glyph in face.charToGlyph.items()
        if face.glyphPos[glyph] == face.glyphPos[glyph + 1] and not chr(code).isspace()
    ]
    assert empty == []


def test_quotation_marks_are_wide_in_chinese_and_narrow_elsewhere() -> None:
    for mark in "‘’“”":
        assert measure_in("zh-CN")(mark, 10) == pytest.approx(10)
        assert measure_in("en")(mark, 10) < 5
    wide, narrow = (
        open_pages(letter_pdf(having(paragraph("“王”"), letter=letter)))[0]
        for letter in (IN_CHINESE, IN_ENGLISH)
    )
    for page, width in ((wide, 1000), (narrow, 430)):
        widths = [
            entry.get_object()["/Widths"]
            for entry in page["/Resources"]["/Font"].values()  # type: ignore[index]
        ]
        assert any(round(float(w), 0) == width for each in widths for w in each)


def test_accents_join_their_letters_and_names_keep_their_characters() -> None:
    assert composed("Nguye\u0302\u0303n") == "Nguyễn"
    assert composed("\uf9d1\ufa19") == "\uf9d1\ufa19", "NFC would write another character"


def test_the_font_is_the_one_its_readme_tells_of() -> None:
    folder = FOLDER / "fonts"
    digest = hashlib.sha256((folder / "wqy-microhei.ttf").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")
    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")


# --- lines --------------------------------------------------------------------------------------------


def ems(text: str, size: float) -> float:
    """Han characters are 2 wide, others 1, accents nothing."""
    return sum(2 if ord(c) > 0x2E80 else not unicodedata.combining(c) for c in text) * size


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("您可以答复。谢谢", 10, ["您可以答", "复。谢谢"]),  # no stop begins a line
        ("请看（本通知）", 6, ["请看", "（本通", "知）"]),  # no bracket ends a line
        ("共12,345.67元整", 12, ["共", "12,345.67元", "整"]),  # no number parts from its unit
        ("在11月30日前", 9, ["在11月", "30日前"]),
        ("one two  three", 7, ["one two", "three"]),
        ("https://a.example/n/Kq3vT9", 22, ["https://a.example/n/", "Kq3vT9"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("abe\u0317c", 3, ["abe\u0317", "c"]),  # no accent leaves its letter
        ("", 5, []),
        (" \n ", 5, []),
    ],
)
def test_lines_break_where_readers_expect(text: str, width: float, lines: list[str]) -> None:
    assert break_lines(text, width, 1, ems) == lines


@given(st.text(alphabet="王小明，。（）“”12元月ab.-/ é", max_size=80), st.integers(4, 30))
def test_no_line_is_too_wide_and_no_character_is_lost(text: str, width: int) -> None:
    lines = break_lines(text, width, 1, ems)
    assert squeezed("".join(lines)) == squeezed(text)
    assert all(ems(line, 1) <= width for line in lines)
    assert all(line == line.strip() != "" for line in lines)


# --- pages --------------------------------------------------------------------------------------------


def test_three_pages_are_numbered_and_named() -> None:
    for letter, counted in (
        (having(*paragraphs(28)), "第{}页，共3页"),
        (having(*paragraphs(28), letter=IN_ENGLISH), "Page {} of 3"),
    ):
        pages = open_pages(letter_pdf(letter))
        assert len(pages) == 3
        for number, page in enumerate(pages, 1):
            footer = [seen.text for seen in texts_of(page) if seen.baseline > 280]
            assert footer[0].endswith(letter.notice_id)
            assert footer[1] == counted.format(number)


def bodies(letter: Letter) -> list[list[str]]:
    """The body's lines, page by page."""
    pages = lay_out(letter, A4, measure_in(letter.language))
    return [
        [mark.text for mark in page if isinstance(mark, Text) and _in_body(mark, number)]
        for number, page in enumerate(pages)
    ]


def _in_body(mark: Mark, page: int) -> bool:
    return mark.y < A4.body.top + A4.body.height and (page > 0 or mark.y > A4.body.top)


@pytest.mark.parametrize("fill", range(14, 34))
def test_a_heading_goes_with_what_it_heads(fill: int) -> None:
    lines = tuple(paragraph(f"第{number}行") for number in range(fill))
    letter = having(*lines, Block("heading", (("标题",),)), paragraph(FILLER * 8))
    for page in bodies(letter):
        if "标题" in page:
            assert len(page) - page.index("标题") > 2, "a heading and at least two lines"


@pytest.mark.parametrize("fill", range(16, 34))
def test_no_row_of_a_table_and_no_line_of_a_paragraph_stands_alone(fill: int) -> None:
    lines = tuple(paragraph(f"第{number}行") for number in range(fill))
    rows = tuple((f"项{number}", "甲乙丙") for number in range(6))
    table, text = Block("table", rows), paragraph("长" * 44 * 5)
    for page in bodies(having(*lines, table)):
        assert len([line for line in page if line.startswith("项")]) != 1
    for page in bodies(having(*lines, text)):
        assert len([line for line in page if line.startswith("长长")]) != 1


@pytest.mark.parametrize("fill", range(16, 34))
def test_amounts_are_never_parted_from_their_total_nor_a_code_from_its_link(fill: int) -> None:
    lines = tuple(paragraph(f"第{number}行") for number in range(fill))
    amounts = next(block for block in IN_CHINESE.blocks if block.kind == "table")
    link = Block("link", (("打开", LINK),))
    assert [page for page in bodies(having(*lines, amounts)) if "本金" in page and "合计" not in page] == []
    for page in lay_out(having(*lines, link), A4, measure_in("zh-CN")):
        codes = [mark for mark in page if isinstance(mark, Code)]
        assert len(codes) == len([mark for mark in page if isinstance(mark, Text) and mark.href])
        assert all(code.y + code.side <= A4.body.top + A4.body.height for code in codes)


def test_what_is_empty_takes_no_room() -> None:
    empty = [
        Block("table", (("", " "),)),
        Block("list", ((" ",),)),
        paragraph(""),
        Block("heading", (("",),)),
    ]
    full = [paragraph(f"第{number}行") for number in range(21)]
    assert len(bodies(having(*full))) == 1
    assert bodies(having(*full, *(empty * 40))) == bodies(having(*full))


@PAPERS
@pytest.mark.parametrize("kind", ["heading", "paragraph", "list"])
def test_what_is_higher_than_a_page_goes_on_over_the_next(kind: str, paper: str) -> None:
    pages = open_pages(letter_pdf(having(Block(kind, ((FILLER * 150,),))), paper))
    assert len(pages) >= 3
    limit = (SHEETS[paper].body.top + SHEETS[paper].body.height) / MM
    assert body_of(pages, above=limit).endswith(FILLER * 150), "no line is under the footer or off the page"


# --- anything at all ----------------------------------------------------------------------------------

DRAWN = st.text(alphabet="王小明張伟。，、（）“”·—龘 ABC xyz é ł 0123456789.,-/ｗ한글あア①", max_size=60)
WORDS = st.one_of(DRAWN, DRAWN.map(lambda text: text * 40))
LINES = st.lists(WORDS.map(lambda text: (text,)), min_size=1, max_size=4).map(tuple)
ROWS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=12).map(tuple)
LINKS = st.builds(lambda label, path: ((label, f"https://x.example/{path}"),), WORDS, st.from_regex("[a-z0-9]{0,300}", fullmatch=True))  # fmt: skip  # noqa: E501
BLOCKS = st.one_of(
    st.builds(Block, st.sampled_from(["heading", "paragraph"]), WORDS.map(lambda text: ((text,),))),
    st.builds(Block, st.just("list"), LINES),
    st.builds(Block, st.just("table"), ROWS),
    st.builds(Block, st.just("link"), LINKS),
)
LETTERS = st.builds(
    having,
    st.just(paragraph("。")), BLOCKS, BLOCKS, BLOCKS,
    subject=WORDS,
    recipient=st.lists(DRAWN, max_size=5).map(lambda lines: ("王", *lines)),
    language=st.sampled_from(["zh-CN", "en"]),
)  # fmt: skip


def parts_of(letter: Letter) -> Iterator[str]:
    yield from (letter.subject, *letter.recipient)
    for block in letter.blocks:
        for line in block.lines:
            yield from line


def frame_of(letter: Letter, pages: int, *, returns: bool) -> Iterator[str]:
    """What a letter says besides its own words."""
    words = load_words(f"letter.{letter.language}")
    yield from (*letter.sender, letter.date, letter.notice_id, letter.verify_code)
    yield from (words["date"], words["notice_id"], words["verify_code"])
    yield " · ".join(letter.sender[:2]) if returns else ""
    for number in range(1, pages + 1):
        yield words["notice_id"] + letter.notice_id + words["page"].format(page=number, pages=pages)
    for block in letter.blocks:
        bullets = len([line for line in block.lines if line[0].strip()])
        yield {"link": words["scan"], "list": "•" * bullets}.get(block.kind, "")


@settings(max_examples=120, deadline=None)
@given(LETTERS, st.sampled_from(list(SHEETS)))
def test_nothing_is_lost_and_nothing_leaves_its_page(letter: Letter, paper: str) -> None:
    sheet, measure = SHEETS[paper], measure_in(letter.language)
    try:
        pages = lay_out(letter, sheet, measure)
    except LetterTooFull:
        assert len("".join(letter.recipient)) > 100, "an address of a usual length fits"
        return
    texts = [mark for page in pages for mark in page if isinstance(mark, Text)]
    drawn = Counter("".join(squeezed(mark.text) for mark in texts))
    said = "".join([*parts_of(letter), *frame_of(letter, len(pages), returns=bool(sheet.returns.height))])
    assert drawn == Counter(squeezed(composed(said)))
    for mark in texts:
        assert 0 < mark.y < sheet.height
        assert mark.x > 0
        assert mark.x + measure(mark.text, mark.size) < sheet.width - 9 * MM
    for page in pages:
        baselines = [mark.y for mark in page if isinstance(mark, Text) and mark.y < sheet.height - 20 * MM]
        assert max(baselines) <= sheet.body.top + sheet.body.height
        assert len([mark for mark in page if isinstance(mark, Rule)]) >= 1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_printed_or_held(text: str) -> None:
    lacking = missing_from_font([composed(text)], "zh-CN")
    if lacking:
        with pytest.raises(MissingGlyphs) as held:
            letter_pdf(having(paragraph(text)))
        assert len(held.value.code_points) == len(set(lacking))
    else:
        assert letter_pdf(having(paragraph(text)))


@settings(max_examples=12, deadline=None)
@given(st.lists(DRAWN, min_size=1, max_size=6))
def test_what_is_laid_out_is_what_a_reader_finds(texts: list[str]) -> None:
    letter = having(*(paragraph(f"始{text}终") for text in texts))
    said = squeezed(IN_CHINESE.subject + "".join(f"始{composed(text)}终" for text in texts))
    assert body_of(open_pages(letter_pdf(letter))) == said


# --- what is asked wrongly ----------------------------------------------------------------------------


def test_an_unknown_paper_language_or_block_is_refused() -> None:
    with pytest.raises(ValueError, match="none of A4, LETTER"):
        letter_pdf(IN_CHINESE, "A5")
    with pytest.raises(ValueError, match="none of zh-CN, en"):
        letter_pdf(replace(IN_CHINESE, language="fr"))
    with pytest.raises(ValueError, match="no block of kind 'image'"):
        letter_pdf(having(Block("image", (("x",),))))


def test_nobody_pays_for_a_letter_he_does_not_set() -> None:
    """A cold start without a letter must not import the PDF library, pillow or the codes."""
    import subprocess
    import sys

    dear = {"reportlab", "PIL", "segno"}
    code = f"import sys, chalicelib.notices.letter; print(sorted({dear} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
