"""Seeded complaints, made as people make them: by the journey's own act, each with its clocks running."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any


def complain(seeds: Iterable[dict[str, Any]], now: datetime) -> None:
    """Make each complaint: in the case of its loan, or as a stranger where it names none."""
    for seed in seeds:
        journey, case = _product("forms.journey"), _case(seed)
        name = journey.reference("C", seed["id"])
        sent = journey.Submission(seed["id"], "complain", name, seed["answers"], now)
        _product("borrower.complain").complain(sent, case)
        _product("wiring").wired().timers.handle(sent.reference, sent.id, now)


def _case(seed: dict[str, Any]) -> Any:
    if "loan" not in seed:
        return None
    keys = _product("domain.keys")
    return _product("store.cases").get(keys.CaseId(keys.loan_key(seed["lender"], seed["loan"]), 1))


def _product(name: str) -> Any:
    return importlib.import_module(f"chalicelib.{name}")
