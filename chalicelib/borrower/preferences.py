"""How a borrower wants to be contacted; a silenced channel stops none of his cases (invariant 6)."""

from __future__ import annotations

from datetime import datetime

from chalicelib import links
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.moments import stamp
from chalicelib.domain.preferences import Preferences
from chalicelib.forms.contact import with_answers
from chalicelib.forms.journey import Answers
from chalicelib.store import cases, facts, persons
from chalicelib.store import links as link_rows
from chalicelib.store.facts import Fact


def silenced(case: Case) -> frozenset[ChannelName]:
    """Return the channels the borrower has silenced."""
    return persons.get(case.borrower.person).opted_out


def asked_for(case: Case) -> Preferences:
    """Return the hours, channel and language the borrower asked for."""
    return persons.get(case.borrower.person).preferences


def unsubscribe(token: str, pepper: bytes, now: datetime) -> None:
    """Silence e-mail for whoever holds a link (RFC 8058); an unknown or expired link changes nothing.

    The link alone is enough: whoever reads his mail may stop it, and it tells him nothing.
    """
    link = link_rows.find(links.digest(token, pepper), now)
    if link is not None:
        stop_channel(cases.get(link.case_id), ChannelName.EMAIL, now)


def stop_channel(case: Case, channel: ChannelName, now: datetime) -> None:
    """Opt the borrower out of a channel at once; one that is silent already stays so."""
    if channel not in silenced(case):
        facts.append(Fact(case.id, FactKind.PREFERENCE, now, (channel.value, "STOP", stamp(now))))
        persons.opt_out(case.borrower.person, channel)


def start_channel(case: Case, channel: ChannelName, now: datetime) -> None:
    """Take a borrower's own STOP back; an address that is dead or not his stays suppressed."""
    if channel in silenced(case):
        facts.append(Fact(case.id, FactKind.PREFERENCE, now, (channel.value, "START", stamp(now))))
        persons.opt_in(case.borrower.person, channel)


def ask(case: Case, answers: Answers, now: datetime) -> None:
    """Put what the borrower answered of hours, channel and language in force; nothing new changes nothing."""
    person = persons.get(case.borrower.person)
    wanted = with_answers(person.preferences, answers)
    if wanted != person.preferences:
        detail = {name: answers[name] for name in ("channel", "days", "parts", "language") if name in answers}
        which = ("ASKED", stamp(now), str(person.revision))  # two pages may be sent within one second
        facts.append(Fact(case.id, FactKind.PREFERENCE, now, which, detail))
        persons.set_preferences(person.key, wanted)
