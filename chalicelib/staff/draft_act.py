"""The act that drafts an agreement: an offer of the plan calculator, with the exact terms both sides want."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.case import Case
from chalicelib.domain.clauses import Draft
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import LANGUAGES, format_date, format_money
from chalicelib.domain.offer_limits import Limits, limits_of, means_of
from chalicelib.domain.offer_terms import Terms, adjusted
from chalicelib.domain.offers import Offer, offers
from chalicelib.domain.permissions import Permission
from chalicelib.forms.fields import Choice, Day, Fault, Field, Line, Sum, Words
from chalicelib.mediation.agreement.days import local_day, profile_of
from chalicelib.mediation.agreement.draft import Wording, languages_of
from chalicelib.staff.act import Act, On
from chalicelib.staff.desk import Answers, Desk, said
from chalicelib.store import agreement_drafts, cases, directory, facts, lenders
from chalicelib.texts import load_words

_WAIVED = ("interest", "fees", "penalty", "principal")
_GOOD = timedelta(days=14)
"""*Policy*: so long a proposed draft may wait for its second person; then its days are stale."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What an offer was chosen on: its way, the draft and comments read, the day, what it comes to."""

    way: Way
    number: int
    seen: int
    day: date
    total: int

    @property
    def code(self) -> str:
        """The choice's code in the form: all of it, so that what is approved is what was proposed."""
        return f"{self.way}~{self.number}~{self.seen}~{self.day}~{self.total}"

    @classmethod
    def read(cls, code: str) -> _Ground:
        """Return what a code holds; raises NotNow when it is none."""
        try:
            way, number, seen, day, total = code.split("~")
            return cls(Way(way), int(number), int(seen), date.fromisoformat(day), int(total))
        except ValueError:
            raise NotNow("choose one of the offers") from None


def draft_now(desk: Desk, about: str, answers: Answers) -> bool:
    """Write the draft; the same form sent again changes nothing."""
    case = cases.get(CaseId.parse(about))
    chosen, arrangement = _chosen(case, answers, desk.now)
    wording, last = _wording(case, answers), agreement_drafts.get(case.id)
    if last and last.number != chosen.number:
        if _same(last, arrangement, wording, desk.actor.id):
            return False
        raise NotNow("draft {number} was written meanwhile; read it first", number=last.number)
    desk.papers().write_draft(
        case, arrangement, wording, profile_of(case), by=desk.actor.id, seen=chosen.seen, now=desk.now,
        approved_by=desk.approver.id if desk.approver else "",
    )  # fmt: skip
    return True


def waives_much(desk: Desk, about: str, answers: Answers) -> bool:
    """Whether more is waived than one person may waive alone (the lender's `plan_limits.alone`)."""
    case = cases.get(CaseId.parse(about))
    _, found = _chosen(case, answers, desk.now)
    return _limits(case).needs_four_eyes(found.waived, found.owed)


def offered(about: str, now: datetime, language: str) -> Mapping[str, Mapping[str, str]]:
    """Return the offers of a case, those he can afford first, each with its reasons."""
    case = cases.get(CaseId.parse(about))
    last = agreement_drafts.get(case.id)
    number = last.number if last else 0
    seen = len(agreement_drafts.comments(case.id, number).said) if last else 0
    day = local_day(case, now)
    found = {
        _Ground(each.arrangement.way, number, seen, day, each.arrangement.plan.total): each
        for each in _offers(case, day)
    }
    return {"offer": {ground.code: " · ".join(_parts(each, language)) for ground, each in found.items()}}


def _chosen(case: Case, answers: Answers, now: datetime) -> tuple[_Ground, Arrangement]:
    chosen, today = _Ground.read(said(answers, "offer")), local_day(case, now)
    if not today - _GOOD <= chosen.day <= today:
        raise NotNow("these offers are no longer of today; choose anew")
    named = [one.arrangement for one in _offers(case, chosen.day) if one.arrangement.way == chosen.way]
    if not named or named[0].plan.total != chosen.total:
        raise NotNow("what is owed or permitted has changed; look at the offers again")
    try:
        found = adjusted(named[0], _terms(answers), _limits(case), chosen.day)
    except ValueError as error:
        raise NotNow.like(error) from error
    if found.first_due <= today:
        raise NotNow("its first payment would fall due on {day}; choose anew", day=found.first_due)
    return chosen, found


def _terms(answers: Answers) -> Terms:
    waived = {name: int(said(answers, f"waive_{name}")) for name in _WAIVED if f"waive_{name}" in answers}
    count, first = said(answers, "count"), said(answers, "first_day")
    return Terms(
        count=int(count) if count else None,
        first_due=date.fromisoformat(first) if first else None,
        waived=waived,
    )


def _offers(case: Case, day: date) -> tuple[Offer, ...]:
    given = facts.of(case.id, FactKind.FEEDBACK)
    newest = max(given, key=lambda fact: fact.at, default=None)
    return offers(case.amount, day, _limits(case), means_of(newest.detail if newest else {}))


def _limits(case: Case) -> Limits:
    return limits_of(lenders.get(case.lender).settings.get("plan_limits", ""))


def _wording(case: Case, answers: Answers) -> Wording:
    languages = languages_of(case, profile_of(case))
    words = {name: _in_each(answers, name, languages) for name in ("issues", "special")}
    if case.mediator is None:
        raise NotNow("case {case} has no mediator who could chair", case=case.id)
    names = directory.get(case.mediator).name
    return Wording(mediator=names[languages[0]], issues=words["issues"], special=words["special"])


def _in_each(answers: Answers, name: str, languages: tuple[str, ...]) -> dict[str, str]:
    given = {each: said(answers, f"{name}_{each}") for each in languages}
    if any(given.values()) and not all(given.values()):
        raise NotNow(
            "the agreement is in several languages: write {name} in each, or in none",
            name=name,
        )
    return given if any(given.values()) else {}


def _same(last: Draft, arrangement: Arrangement, wording: Wording, by: str) -> bool:
    words = (dict(last.issues), dict(last.special)) == (dict(wording.issues), dict(wording.special))
    return words and last.arrangement == arrangement and last.by == by


def _parts(offer: Offer, language: str) -> Iterator[str]:
    words, found = load_words(f"offers/{language}"), offer.arrangement
    yield words["ways"][found.way]
    first = max(each.amount for each in found.plan.instalments)
    yield f"{found.months} x {format_money(first, found.owed.currency, language)}"
    yield format_date(found.first_due, language)
    yield format_money(found.plan.total, found.owed.currency, language)
    yield from (words["reasons"][reason] for reason in offer.reasons)


def _count(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 120):
        raise Fault("invalid")
    return text


_FIELDS: tuple[Field, ...] = (
    Choice("offer"),
    Line("count", 3, required=False, check=_count, inputmode="numeric"),
    Day("first_day", required=False, first=1),
    *(Sum(f"waive_{name}", required=False) for name in _WAIVED),
    *(Words(f"{name}_{each}", 2000) for name in ("issues", "special") for each in LANGUAGES),
)
DRAFT = Act(
    name="draft",
    on=On.CASE,
    permission=Permission.DRAFT,
    run=draft_now,
    statuses=frozenset(
        each.value for each in (CaseStatus.IN_SESSION, CaseStatus.ADJOURNED, CaseStatus.DRAFTED)
    ),
    fields=_FIELDS,
    offered=offered,
    four_eyes=waives_much,
)
