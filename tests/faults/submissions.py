"""Forms that were sent: each on record once, and whoever sent one was told so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.domain.codes import FactKind
from tests.faults.state import rows
from tests.faults.world import World

KINDS = {
    "feedback": FactKind.FEEDBACK,
    "apply": FactKind.APPLICATION,
    "dispute": FactKind.DISPUTE,
    "complain": FactKind.COMPLAINT,
    "ask": FactKind.QUESTION,
    "withdraw": FactKind.WITHDRAWN,
    "reschedule": FactKind.RESCHEDULE,
}
"""What each journey leaves on the timeline."""
LISTED = ("DISPUTE", "COMPLAINT", "QUESTION")
"""What must be on the staff's list as well."""


def sent(world: World) -> Iterator[str]:
    """What somebody saw confirmed is on record once, and what is on record he saw confirmed."""
    borrower = world.state.borrower
    for journey, ident in borrower.confirmed:
        if journey not in KINDS:
            continue  # a meeting is judged by its own record (agreed.py)
        if (found := _recorded(journey, ident)) != 1:
            yield f"confirmed, yet on record {found} times: {journey} {ident}"
    mine = (borrower.check.split("/")[3], borrower.answers_id) if borrower.check else ("", "")
    if mine[0] in KINDS and mine not in borrower.confirmed and not world.state.gave_up and _recorded(*mine):
        yield "what he sent is on record, yet he was told otherwise"


def codes(world: World) -> Iterator[str]:
    """A one-time code lets in once, and whoever was let in has it on record."""
    used = world.state.borrower.let_in
    if len(used) != len(set(used)):
        yield f"one code let in twice: {used}"
    seen = _count("#T#VERIFIED#" in row["sk"] and '"code"' in str(row["detail"]) for row in rows())
    if used and not seen:
        yield "he was let in, yet it is not on record"


def _recorded(journey: str, ident: str) -> int:
    """Return how often a submission is on record, -1 when it is so in part."""
    kind, found = KINDS[journey].value, rows()
    on_timeline = _count(row["sk"].endswith(f"#T#{kind}#{ident}") for row in found)
    if kind not in LISTED:
        return on_timeline
    listed = _count(row["pk"].startswith("WAITING#") and ident in row["sk"] for row in found)
    if kind != "COMPLAINT":
        return on_timeline if on_timeline == listed else -1
    kept = _count(row["pk"].startswith("COMPLAINT#") and row["sk"] == ident for row in found)
    return kept if kept == listed else -1


def _count(found: Iterable[bool]) -> int:
    return sum(1 for each in found if each)
