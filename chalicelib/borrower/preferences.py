"""A borrower silences a channel; the case goes on over the others (invariant 6)."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.errors import CaseClosed
from chalicelib.domain.keys import CaseId
from chalicelib.store import cases, facts
from chalicelib.store.facts import Fact


def stop_channel(case_id: CaseId, channel: ChannelName, now: datetime) -> None:
    """Opt a borrower out of a channel at once; raises CaseClosed when nothing is sent any more anyway."""
    if not cases.opt_out(case_id, channel):
        raise CaseClosed(f"case {case_id} is closed")
    facts.append(Fact(case_id, FactKind.PREFERENCE, now, (channel.value, "STOP")))
