"""Letters to test with, and a reader of their PDFs that knows nothing of how they were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream

from chalicelib.notices.letter import Letter
from chalicelib.texts.blocks import read_blocks

LINK = "https://notice.example.com/n/Kq3vT9xZb1LmN4pR7sUwYc"
MM = 72 / 25.4

_CHINESE = f"""
尊敬的王小明：您好！
您在示范银行的贷款有一笔款项尚未按期归还。本通知说明具体金额、您的权利，以及您可以怎样答复。
=> {LINK} 查看通知并答复
# 逾期金额（截至2026年11月20日）
| 本金 | 人民币12,000.00元
| 利息 | 人民币300.00元
| 费用 | 人民币10.00元
| 罚息及违约金 | 人民币45.67元
| 减：已还款及抵扣 | 人民币10.00元
| 合计 | 人民币12,345.67元
# 处理程序
- 您先阅读法律说明和本通知。
- 您愿意调解的，示范市金融纠纷调解中心邀请您和示范银行双方参加，由调解员主持，双方都可以充分说明情况。
| 监管热线 | 12378（工作日9:00—17:00；如遇忙线，请稍后再拨或换另一家运营商的号码拨打）
本次通知将以“未收到答复”结束。本通知为一般说明，不构成法律意见。
"""
_ENGLISH = f"""
Dear Wang Xiaoming,
A payment on your loan with Demo Bank has not been made on time. This notice states the exact amount, your rights, and how you can reply.
=> {LINK} See the notice and reply
# Overdue amount (as of 20 November 2026)
| Principal | CNY 12,000.00
| Interest | CNY 300.00
| Fees | CNY 10.00
| Late charges | CNY 45.67
| Less payments and credits | CNY 10.00
| Total | CNY 12,345.67
# How it works
- You read the legal information and this notice.
- If you want mediation, Demo City Financial Dispute Mediation Centre invites both you and Demo Bank. A mediator chairs, and both sides are heard.
| Regulator's hotline | 12378 (weekdays 9:00-17:00; if it is busy, call again later or from another carrier's number)
If we receive no reply by that date, this notice closes as “no reply received”. This is not legal advice.
"""  # noqa: E501 - a paragraph is one line
IN_CHINESE = Letter(
    sender=("示范银行股份有限公司", "北京市西城区复兴门内大街100号 100031", "400-000-0000 · www.example.com"),
    recipient=("王小明 先生", "上海市浦东新区世纪大道1500号", "东方大厦12层1203室", "200122"),
    date="2026年11月26日",
    subject="示范银行：关于您账户（尾号6688）的通知，请在11月30日前答复",
    blocks=read_blocks(_CHINESE),
    language="zh-CN",
    notice_id="0f3c9a1b2d4e5f60718293a4",
    verify_code="7K4M-2Q9P",
)
IN_ENGLISH = replace(
    IN_CHINESE,
    sender=("Demo Bank plc", "100 Example Street, London E1 6AN", "400-000-0000 · www.example.com"),
    recipient=("Mr Siôn O’Brien-Łukasz", "Flat 3B, 27 Example Street", "London", "E1 6AN", "UNITED KINGDOM"),
    date="26 November 2026",
    subject="Demo Bank: about your account ending 6688, please reply by 30 November",
    blocks=read_blocks(_ENGLISH),
    language="en",
)


def squeezed(text: str) -> str:
    """Return `text` without any space: where a line breaks is no part of what it says."""
    return "".join(text.split())


@dataclass(frozen=True, slots=True)
class Seen:
    """A text on a page: where its line begins, in millimetres from the upper left corner, and its size."""

    left: float
    baseline: float
    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Square:
    """A filled shape of squares: its upper left corner and side (mm), and which of its modules are dark."""

    left: float
    top: float
    side: float
    modules: tuple[bytes, ...]


def open_pages(pdf: bytes) -> list[PageObject]:
    """Return the pages of a PDF."""
    return list(PdfReader(BytesIO(pdf), strict=True).pages)


def texts_of(page: PageObject) -> list[Seen]:
    """Return every text of a page in the order it is drawn."""
    height, seen = float(page.mediabox.height), list[Seen]()

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        if text.strip():
            seen.append(Seen(tm[4] / MM, (height - tm[5]) / MM, text.strip(), size))

    page.extract_text(visitor_text=visit)
    return seen


def body_of(pages: list[PageObject], *, under: float = 98, above: float = 278) -> str:
    """Return what the body says, without first page's upper part (`under`, mm) and all footers."""
    return squeezed(
        "".join(
            seen.text
            for number, page in enumerate(pages)
            for seen in texts_of(page)
            if seen.baseline < above and (number or seen.baseline > under)
        )
    )


def squares_of(page: PageObject) -> Iterator[Square]:
    """Yield the QR codes of a page, read from the rectangles that are filled."""
    height = float(page.mediabox.height)
    rectangles: list[tuple[float, ...]] = []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"re":
            rectangles.append(tuple(float(number) for number in operands))
        elif operator in (b"f", b"f*") and rectangles:
            yield _square(rectangles, height)
            rectangles = []


def _square(rectangles: list[tuple[float, ...]], height: float) -> Square:
    left = min(x for x, _, _, _ in rectangles)
    top = max(y + tall for _, y, _, tall in rectangles)
    side = max(x + wide for x, _, wide, _ in rectangles) - left
    module = rectangles[0][3]
    count = round(side / module)
    rows = [bytearray(count) for _ in range(count)]
    for x, y, wide, tall in rectangles:
        start, length = round((x - left) / module), round(wide / module)
        rows[round((top - y - tall) / module)][start : start + length] = b"\1" * length
    return Square(left / MM, (height - top) / MM, side / MM, tuple(map(bytes, rows)))
