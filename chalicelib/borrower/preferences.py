"""A borrower silences a channel for all his cases; they go on over the others (invariant 6)."""

from __future__ import annotations

from datetime import datetime

from chalicelib import links
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.store import cases, facts, persons
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact


def silenced(case: Case) -> frozenset[ChannelName]:
    """Return the channels the borrower has silenced."""
    return persons.get(case.borrower.person).opted_out


def unsubscribe(token: str, pepper: bytes, now: datetime) -> None:
    """Silence e-mail for whoever holds a link (RFC 8058); an unknown or expired link changes nothing.

    The link alone is enough: whoever reads his mail may stop it, and it tells him nothing.
    """
    link = link_rows.find(links.digest(token, pepper), now)
    if link is not None:
        stop_channel(cases.get(link.case_id), ChannelName.EMAIL, now)


def stop_channel(case: Case, channel: ChannelName, now: datetime) -> None:
    """Opt the borrower out of a channel at once."""
    persons.opt_out(case.borrower.person, channel)
    facts.append(Fact(case.id, FactKind.PREFERENCE, now, (channel.value, "STOP")))
