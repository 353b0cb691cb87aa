"""What the pages of an agreement show of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chalicelib.api.opened import Opened
from chalicelib.api.pages import words_of
from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NotFound
from chalicelib.texts import fill
from chalicelib.texts.plain import plain

if TYPE_CHECKING:
    from chalicelib.domain.clauses import Draft
    from chalicelib.texts.blocks import Block

_CODE = 16  # characters of the document's hash, as the notice of the agreement prints them
_PART = 4_500  # bytes of text on a page, which with all around it stays within 14 KB
_ROWS = 40  # of a table on a page
_ROW = 80  # bytes around a row


def final(opened: Opened, found: Agreement) -> dict[str, Any]:
    """Return a final text: what it says in short, and who has signed it."""
    signed = {party.value: found.signed_at(party) for party in Party}
    signing = opened.mine.stand.case.status == CaseStatus.SIGNING
    return {
        "reference": plain(found.reference),
        "total": opened.money(found.total, found.currency),
        "instalments": found.instalments,
        "first_due": opened.day(found.first_due),
        "sign_by": opened.day(found.sign_by),
        "left": opened.left(found.sign_by),
        "code": found.digest[:_CODE].upper(),
        "signed": {party: opened.on(at) if at else "" for party, at in signed.items()},
        "since": opened.on(found.in_force_since) if found.in_force_since else "",
        "all_signed": found.signed_by_all_at is not None,
        "to_sign": signing and not signed[Party.BORROWER] and opened.mine.stand.today <= found.sign_by,
        "has_text": bool(opened.mine.of(FactKind.DRAFT)),
        "sealed": found.sealed_at is not None,
    }


def draft(opened: Opened) -> dict[str, Any] | None:
    """Return the newest draft: what it proposes in short, and what was said of it; None without one."""
    from chalicelib.store.agreement_drafts import comments_in

    found = _draft(opened)
    if found is None:
        return None
    plan, comments = found.arrangement.plan, comments_in(opened.mine.facts, found.number)
    by = words_of("agreement", opened.visit.language)["by"]
    return {
        "number": found.number,
        "day": opened.on(found.at),
        "total": opened.money(plan.total, plan.currency),
        "instalments": found.arrangement.months,
        "first_due": opened.day(found.arrangement.first_due),
        "comments": [(by[each.party], opened.on(each.at), each.text) for each in comments.said],
        "open": opened.mine.stand.case.status == CaseStatus.DRAFTED and not comments.ended,
    }


def court(opened: Opened, found: Agreement | None) -> dict[str, Any] | None:
    """Return where the application to the court stands; None where the law knows none, or before its time."""
    if found is None or found.in_force_since is None:
        return None
    from chalicelib.store.confirmations import confirmation_of

    stand = opened.mine.stand
    asked = confirmation_of(stand.case, found, opened.mine.facts)
    if asked is None:
        return None
    joined = {party.value: opened.on(at) for party, at in asked.joined.items()}
    over = stand.today > asked.last_day
    return {
        "day": opened.day(asked.last_day),
        "joined": joined,
        "ruling": asked.ruling.value if asked.ruling else "",
        "over": over,
        "can": not over and Party.BORROWER not in asked.joined and stand.case.is_open,
    }


def signing(opened: Opened, found: Agreement, error: str, left: int) -> dict[str, Any]:
    """Return what the page that takes the signature shows."""
    messages = words_of("agreement_sign", opened.visit.language)["errors"]
    return {
        "digest": found.digest,
        "code": found.digest[:_CODE].upper(),
        "reference": plain(found.reference),
        "total": opened.money(found.total, found.currency),
        "late": opened.day(found.sign_by) if opened.mine.stand.today > found.sign_by else "",
        "errors": {"code": fill(messages[error], tries_left=left)} if error else {},
    }


def parts(opened: Opened) -> tuple[list[list[Block]], bool]:
    """Return the newest text in parts, in the reader's language if it is one of its own, and whether it is
    final. Raises NotFound when there is none."""
    from chalicelib.mediation.agreement.contents import Ground, contents

    found, standing = _draft(opened), opened.mine.stand.agreement
    if found is None:
        raise NotFound("no text yet")
    visit = opened.visit
    language = visit.language if visit.language in found.languages else found.languages[0]
    is_final = standing is not None and standing.sequence == found.number
    case = opened.mine.stand.case
    ground = Ground(case, visit.wiring.lender(case.lender), opened.mine.profile)
    text = contents(ground, found, language, final=is_final)
    return list(_in_parts(text.blocks)), is_final


def _draft(opened: Opened) -> Draft | None:
    from chalicelib.store.agreement_drafts import latest

    return latest(opened.mine.facts)


def _in_parts(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    """Yield blocks page by page: a heading begins one when the page is full, a long table goes on."""
    page: list[Block] = []
    size = 0
    for block in _shortened(blocks):
        weight = sum(len(text.encode()) + _ROW for line in block.lines for text in line)
        full = size + weight > _PART and (block.kind == "heading" or weight > _PART // 2)
        if page and (full or (block.kind == "heading" and size > _PART * 2 // 3)):
            yield page
            page, size = [], 0
        page.append(block)
        size += weight
    yield page


def _shortened(blocks: Iterable[Block]) -> Iterator[Block]:
    from chalicelib.texts.blocks import Block as Made

    for block in blocks:
        for start in range(0, len(block.lines), _ROWS):
            yield Made(block.kind, block.lines[start : start + _ROWS])
