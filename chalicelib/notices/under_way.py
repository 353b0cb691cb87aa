"""Messages of a step on their way: what may still arrive, what the post has, when time is over (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.profile import Step
from chalicelib.notices.plan import channel_of
from chalicelib.notices.send import claimed_at
from chalicelib.notices.state import FAILED, notice_states
from chalicelib.store.facts import Fact

_POSTED = "DISPATCHED"
_WORTH_WAKING = timedelta(minutes=1)


def claimed(case: Case, step: Step) -> Mapping[str, datetime]:
    """Return the claims of a step's messages and when each was made (UTC)."""
    return {
        key: datetime.fromtimestamp(claimed_at(value), UTC)
        for key, value in case.claims.items()
        if key.partition("#")[0] == step.name
    }


def failed(case: Case, step: Step, history: Iterable[Fact]) -> frozenset[str]:
    """Return the claims of a step's messages that surely did not arrive."""
    states = notice_states(claimed(case, step), history)
    return frozenset(key for key, state in states.items() if state == FAILED)


def receipt_expected(case: Case, step: Step, history: Iterable[Fact], now: datetime) -> datetime | None:
    """Return until when a receipt of something sent may still come, or None when none is to be expected."""
    lost = failed(case, step, history)
    ends = [_end(step, key, at) for key, at in claimed(case, step).items() if key not in lost]
    return max((end for end in ends if end > now), default=None)


def waits_too_long(until: datetime | None, deadline: datetime) -> bool:
    """Whether a wait that ends at `deadline` outlasts what may still arrive by more than a minute.

    A letter is waited for for days, the e-mail that went with it for minutes: once the letter is back, its
    days are nobody's.
    """
    return until is None or until + _WORTH_WAKING < deadline


def posted(case: Case, step: Step, history: Iterable[Fact]) -> bool:
    """Whether the post took the step's letter and has not brought it back.

    Once the letter's time is over this counts as arrived: an ordinary letter is reported on no further, and
    posting it is serving it (GB: Interpretation Act 1978 s 7; US: 12 CFR 1006.34(b)(5); elsewhere *policy*).
    """
    facts = list(history)
    own = {fact.which[3] for fact in facts if _is_receipt(fact, step, ChannelName.LETTER)}
    letter = {key for key in claimed(case, step) if channel_of(key) == ChannelName.LETTER}
    return _POSTED in own and not letter & failed(case, step, facts)


def time_ends(case: Case, step: Step) -> datetime | None:
    """Return until when further channels may be tried, or None before the step's first send.

    Its budget counts from there; what the post brings back after days leaves time for the next channel.
    """
    began = claimed(case, step)
    if not began:
        return None
    slow = max((step.own_patience.get(channel_of(key), 0) for key in began), default=0)
    return min(began.values()) + timedelta(seconds=step.budget + slow)


def _end(step: Step, key: str, at: datetime) -> datetime:
    return at + timedelta(seconds=step.patience_for(channel_of(key)))


def _is_receipt(fact: Fact, step: Step, channel: ChannelName) -> bool:
    return fact.kind == FactKind.RECEIPT and fact.which[:2] == (step.name, channel.value)
