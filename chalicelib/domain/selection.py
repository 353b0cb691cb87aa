"""What a machine decides against a borrower by itself, so that a person has to review it (invariant 23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Selected(StrEnum):
    """What was decided: a plan counts as broken, or the time of an application ran out undecided."""

    BREACH = "BREACH"
    TIME = "TIME"


class Verdict(StrEnum):
    """What a person makes of it."""

    UPHELD = "UPHELD"
    OVERTURNED = "OVERTURNED"


@dataclass(frozen=True, slots=True)
class Selection:
    """One such decision of a case, by its kind and what tells it from others of that kind."""

    kind: Selected
    id: str
    at: datetime

    @property
    def code(self) -> str:
        """Its name in a form."""
        return f"{self.kind}~{self.id}"


@dataclass(frozen=True, slots=True)
class Review:
    """What a person made of one, by his id, with his reason."""

    selection: Selection
    verdict: Verdict
    by: str
    reason: str = ""


def binding(found: Sequence[Review], selection: Selection, actor: str) -> bool:
    """Whether `actor` may let what was decided take effect: somebody else has upheld it."""
    return any(
        one.selection.code == selection.code and one.verdict == Verdict.UPHELD and one.by != actor
        for one in found
    )
