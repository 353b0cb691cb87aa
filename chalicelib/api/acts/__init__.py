"""What a person can do by answering questions: each act's journey and what its answers set going."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from chalice import Response

from chalicelib.api.visit import Visit
from chalicelib.domain.errors import NotFound
from chalicelib.forms.journey import Answers, Journey, PageAnswers, Submission

_OPEN = frozenset({"complain", "sign_up"})
"""Journeys a guest may go as well; every other is for a verified borrower."""
_ACTS = _OPEN | {
    *("feedback", "apply", "dispute", "ask", "withdraw", "reschedule", "survey"),
    *("meeting_time", "statement", "extend", "renegotiate", "comment", "decline", "object"),
    *("withdraw_complaint", "review", "message"),
}
"""Each is a module of this package that has an ACT, and an OPEN_ACT when guests are asked otherwise."""


Offers = Mapping[str, Mapping[str, str]]
"""Codes that only the moment knows with how each reads in the visitor's language, by field."""
ByDay = Callable[[Visit, Iterable[str]], list[tuple[str, dict[str, str]]]]
"""Puts codes under headings, with how each code reads there."""


def _no_offers(visit: Visit) -> Offers:
    return {}


def _none_kept(visit: Visit, answers: Answers) -> Offers:
    return {}


def _nothing_settled(visit: Visit) -> PageAnswers:
    return {}


def _open_gate(visit: Visit) -> Response | None:
    return None


def _nothing_more(visit: Visit, sent: Submission) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act: its journey, what sending does, and what its pages need.

    `carry_out` writes the fact and then signals; it is called again when a sending is repeated. `gate`
    returns the page shown instead when the act is not to be had now. `confirmation` gives the last page what
    it needs beyond the reference. `kept` says how the codes of a sending read that were offered at its
    moment, whether or not they still are; `by_day` puts codes that are offered under their days. `settled`
    answers the pages at which there is nothing to choose: nobody is asked them.
    """

    journey: Journey
    carry_out: Callable[[Visit, Submission], None]
    offers: Callable[[Visit], Offers] = _no_offers
    kept: Callable[[Visit, Answers], Offers] = _none_kept
    by_day: ByDay | None = None
    settled: Callable[[Visit], PageAnswers] = _nothing_settled
    gate: Callable[[Visit], Response | None] = _open_gate
    confirmation: Callable[[Visit, Submission], Mapping[str, object]] = _nothing_more


def act_of(name: str, *, guest: bool) -> Act:
    """Return an act by its journey's name; raises NotFound for one that is not, or not for guests."""
    if name not in (_OPEN if guest else _ACTS):
        raise NotFound(f"no journey {name}")
    module = import_module(f"{__name__}.{name}")
    return cast("Act", getattr(module, "OPEN_ACT", module.ACT) if guest else module.ACT)
