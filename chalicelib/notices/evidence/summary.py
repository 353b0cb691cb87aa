"""What a court clerk reads first: the facts of a case in a few tables, with their entries' numbers (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chalicelib.domain.local_form import format_date, format_money, mask_account
from chalicelib.notices.evidence.collect import Dossier
from chalicelib.notices.evidence.told import Teller, acts, decisions, gaps, notices, rules
from chalicelib.notices.variables import COMPONENTS
from chalicelib.texts import fill

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with a table under it, or with lines; a table without columns is label and value."""

    title: str
    columns: tuple[str, ...] = ()
    rows: Rows = ()
    lines: tuple[str, ...] = ()


def summarize(dossier: Dossier, head: str, language: str, zone: ZoneInfo) -> tuple[str, tuple[Section, ...]]:
    """Return the summary's lead and its sections; `head` is the chain's, `zone` the borrower's."""
    tell = Teller(language, zone)
    words = tell.words
    verify = fill(words["verify"], entries=len(dossier.records), head=head)
    tables: tuple[tuple[str, str, Iterator[tuple[str, ...]]], ...] = (
        ("who", "", _who(dossier, tell)),
        ("notices", "notice_columns", notices(dossier, tell)),
        ("decisions", "decision_columns", decisions(dossier, tell)),
        ("rules", "rule_columns", rules(dossier, tell)),
        ("acts", "act_columns", acts(dossier, tell)),
        ("gaps", "", gaps(dossier, tell)),
    )
    sections = [_table(tell, name, columns, tuple(rows)) for name, columns, rows in tables]
    return words["lead"], (*sections, Section(words["sections"]["verify"], lines=tuple(verify)))


def _table(tell: Teller, name: str, columns: str, rows: Rows) -> Section:
    title = tell.words["sections"][name]
    if not rows:
        return Section(title, lines=(tell.words["none"],))
    return Section(title, tuple(tell.words[columns]) if columns else (), rows)


def _who(dossier: Dossier, tell: Teller) -> Iterator[tuple[str, ...]]:
    case, words, language = dossier.case, tell.words["who"], tell.language
    yield words["case"], f"{case.id.reference} ({case.id})"
    yield words["borrower"], case.borrower.name
    yield words["creditor"], _creditor(dossier, language)
    yield words["lender"], case.lender
    yield words["loan"], mask_account(case.account_last4)
    amount, currency = case.amount, case.amount.currency
    as_of = fill(words["as_of"], day=format_date(amount.as_of, language))
    yield words["amount"], f"{format_money(amount.total, currency, language)} ({as_of})"
    parts = {words[name]: getattr(amount, name) for name in COMPONENTS}
    said = [f"{name} {format_money(minor, currency, language)}" for name, minor in parts.items() if minor]
    yield words["parts"], ", ".join(said)
    yield words["due"], format_date(case.due_date, language)
    yield words["since"], format_date(case.overdue_since, language)
    yield words["opened"], tell.day(case.opened_at)
    yield words["closed"], _close(dossier, tell)
    yield words["zone"], tell.zone.key
    last = max(fact.at for _, fact in dossier.timeline)
    yield tell.words["as_of"], tell.day(last)


def _creditor(dossier: Dossier, language: str) -> str:
    lender = dossier.first("LENDER")
    name = lender.detail["settings"].get("creditor_name", "") if lender else ""
    return str(name if isinstance(name, str) else name.get(language, ""))


def _close(dossier: Dossier, tell: Teller) -> str:
    case = dossier.case
    if case.closed_at is None or case.outcome is None:
        return str(tell.words["who"]["open"])
    outcome = tell.words["outcomes"].get(case.outcome.value, case.outcome.value)
    return f"{tell.day(case.closed_at)}: {outcome} ({case.closed_reason})"
