"""The certificate of signature: a document of its own, so that the signed bytes stay what they are."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.local_form import format_moment
from chalicelib.domain.moments import stamp
from chalicelib.mediation.agreement.contents import Contents, Ground
from chalicelib.mediation.agreement.days import zone_of
from chalicelib.mediation.agreement.paper import Paper, paper_pdf
from chalicelib.mediation.agreement.statement import Statement
from chalicelib.texts import fill, load_words
from chalicelib.texts.blocks import Block
from chalicelib.texts.plain import plain

_GROUP = 32  # characters of a long value on one line, so that it can be compared by eye


def certificate_pdf(
    ground: Ground, statement: Statement, languages: tuple[str, ...], effective_at: datetime
) -> bytes:
    """Return the certificate as PDF, in every language of the agreement; raises MissingGlyphs."""
    zone = zone_of(ground.case)
    texts = [(each, _contents(ground, statement, each, zone, effective_at)) for each in languages]
    paper = Paper(
        title=texts[0][1].title,
        reference=statement.reference,
        issuer=ground.lender.text("mediator_org", languages[0]),
        texts=texts,
        mark=f"{statement.reference}  {statement.digest[:16].upper()}",
        keywords=statement.keywords(),
    )
    return paper_pdf(paper, ground.profile.jurisdiction)


def _contents(
    ground: Ground, statement: Statement, language: str, zone: ZoneInfo, effective_at: datetime
) -> Contents:
    words = load_words(f"agreement/{language}")
    said = words["certificate"]

    def moment(at: datetime) -> str:
        local = format_moment(at.astimezone(zone), language, region=ground.profile.jurisdiction)
        return f"{local} ({zone.key}), {stamp(at)}"

    document = {
        "reference": statement.reference,
        "digest": _grouped(statement.digest),
        "effect": moment(effective_at),
    }
    seal = {
        "organisation": plain(ground.lender.text("mediator_org", language)),
        "sealed": moment(statement.sealed_at),
        "key": _grouped(statement.fingerprint),
        "algorithm": said["algorithm"],
        "signature": _grouped(base64.b64encode(statement.signature).decode()),
    }
    blocks = [
        *(Block("paragraph", ((line,),)) for line in said["lead"]),
        *_table(said["document"], said["rows"], document),
        Block("heading", ((said["signatures"],),)),
        *_signatures(statement, said, moment),
        *_table(said["seal"], said["seal_rows"], seal),
        Block("heading", ((said["check"],),)),
        Block("list", tuple((line,) for line in said["how_to_check"])),
    ]
    below = fill(words["reference"], reference=statement.reference)
    return Contents(said["title"], below, tuple(blocks))


def _table(title: str, labels: dict[str, str], values: dict[str, str]) -> Iterator[Block]:
    yield Block("heading", ((title,),))
    yield Block("table", tuple((label, values[name]) for name, label in labels.items()))


def _signatures(
    statement: Statement, said: dict[str, Any], moment: Callable[[datetime], str]
) -> Iterator[Block]:
    for each in statement.signatories:
        how = fill(said["how"][each.how], to=each.to)
        rows = (
            (said["parties"][each.party], plain(each.name)),
            (said["when"], moment(each.at)),
            (said["manner"], how),
        )
        yield Block("table", rows)


def _grouped(value: str) -> str:
    """Return a long value with spaces at which a line may break."""
    return " ".join(value[start : start + _GROUP] for start in range(0, len(value), _GROUP))
