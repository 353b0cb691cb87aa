"""Where each notice of a case stands: the highest of all that is known, whatever order it came in (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.domain.codes import FactKind
from chalicelib.store.facts import Fact

# A later word in this order outweighs the earlier ones, so duplicates and reordering cannot hurt.
LATTICE = ("SENDING", "OTHER", "UNKNOWN", "ACCEPTED", "SENT", "DELAYED", "FAILED", "DELIVERED", "COMPLAINED")
FAILED = "FAILED"
ARRIVED = ("DELIVERED", "COMPLAINED")
"""Who complains of a message has it."""

_EVIDENCE = {FactKind.SENT, FactKind.FAILED, FactKind.UNKNOWN, FactKind.RECEIPT}


def notice_states(claims: Iterable[str], facts: Iterable[Fact]) -> Mapping[str, str]:
    """Return the state of each notice by its claim key (`first_notice#SMS`)."""
    states = dict.fromkeys(claims, LATTICE[0])
    for fact in facts:
        if fact.kind in _EVIDENCE:
            key = "#".join(fact.which[:2])
            word = fact.which[2] if fact.kind == FactKind.RECEIPT else fact.kind.value
            states[key] = max(states.get(key, LATTICE[0]), word, key=LATTICE.index)
    return states
