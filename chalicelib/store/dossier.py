"""A case's dossier: its whole timeline and its wait, read in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.codes import Stage
from chalicelib.domain.keys import CaseId
from chalicelib.store import keys
from chalicelib.store.facts import Fact, from_row, in_order
from chalicelib.store.rows import DossierRow, FactRow, Row


@dataclass(frozen=True, slots=True)
class Dossier:
    """The facts of a case, oldest first, and until when (UTC) it waits for what comes of his answer.

    `limit_at` is None before the machine waits there: the timers of its earlier stages bind nobody.
    """

    facts: list[Fact]
    limit_at: datetime | None


def read(case_id: CaseId) -> Dossier:
    """Return a case's dossier (strongly consistent): the rows from its first fact to its wait."""
    between = Row.sk.between(keys.facts(case_id), keys.wait(case_id))
    rows = list(DossierRow.query(keys.loan(case_id.loan_key), between, consistent_read=True))
    found = in_order(from_row(case_id, _fact(row)) for row in rows if row.kind)
    limit_at = next((row.deadline for row in rows if row.stage == Stage.ANSWERED), None)
    return Dossier(found, limit_at)


def _fact(row: DossierRow) -> FactRow:
    return FactRow(row.pk, row.sk, kind=row.kind, at=row.at, detail=row.detail)
