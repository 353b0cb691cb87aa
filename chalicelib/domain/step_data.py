"""The part of a profile's JSON that says what is sent in which rounds, and which terms and duties bind."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.domain.codes import ChannelName, Purpose, Stage
from chalicelib.domain.profile import Step
from chalicelib.domain.rules import Duty, Term, Unit
from chalicelib.domain.section import Section

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_LONGEST = 30 * _DAY  # the delivery machine's own limit (infra/machines/delivery.asl.json)
_UNITS = (("minutes", _MINUTE), ("hours", _HOUR), ("days", _DAY))
_USUAL = {"budget": ("hours", _HOUR), "useful": ("days", _DAY)}
_ROUNDS = (Stage.NOTIFY, Stage.REMIND, Stage.REMIND_AGAIN)

_TERMS = frozenset(
    "acceptance assignment meeting_notice meeting_reminder meeting_reminder_last mediation_limit signature"
    " instalment_reminder instalment_grace complaint_ack complaint_decision complaint_warning"
    " complaint_review_request complaint_review retention".split()
)
_TERMS_OF_SOME = frozenset(
    "mediation_extension court_confirmation opt_out_effect"
    " complaint_decision_complex complaint_extension"
    " complaint_summary complaint_referral"
    " validation_notice dispute_window assumed_receipt arrears_notice default_notice"
    " recordings_retention".split()
)
_FIXED = frozenset(
    {"mediation_limit", "complaint_warning", "retention"}
)  # timers and deletion need a length in days
_DUTIES = ("third_party", "disclosure", "first_notice", "voluntary", "fee", "agreement", "privacy")


def steps(data: Section) -> tuple[Step, ...]:
    """Return the rounds of messages: one for each stage of the machine, in its order."""
    with data:
        data.rule()
        found = tuple(_step(one, staged=True) for one in data.inners("rounds"))
        if tuple(step.stage for step in found) != _ROUNDS:
            raise data.fault("rounds", f"must have one round for each stage of {', '.join(_ROUNDS)}")
        if len({step.name for step in found}) != len(found):
            raise data.fault("rounds", "must have a step of its own in each round")
        return found


def notices(data: Section) -> tuple[Step, ...]:
    """Return the messages beside the rounds: each has channels of its own, and no stage of the machine."""
    with data:
        data.rule()
        found = tuple(_step(one, staged=False) for one in data.inners("told"))
        if len({step.name for step in found}) != len(found):
            raise data.fault("told", "must name each message once")
        return found


def _step(section: Section, *, staged: bool) -> Step:
    with section as data:
        given = "patience_hours" in data
        step = Step(
            name=data.text("step"),
            stage=data.code("stage", Stage) if staged else None,
            purpose=data.code("purpose", Purpose),
            channels=data.codes("channels", ChannelName, least=1),
            fallback=data.codes("fallback", ChannelName),
            patience=data.whole("patience_minutes") * _MINUTE,
            budget=_span(data, "budget"),
            useful=_span(data, "useful"),
            wait=data.whole("wait_days") * _DAY if staged else 0,
            own_patience=_own_patience(data),
        )
        if set(step.fallback) & set(step.channels):
            raise data.fault("fallback", "must not name a channel that is sent at once")
        if step.patience > step.budget:
            raise data.fault("patience_minutes", "must not exceed budget_hours")
        if staged and step.budget > step.wait:
            raise data.fault("budget_hours", "must not exceed wait_days: the next round would overtake it")
        if step.budget > step.useful:
            raise data.fault("budget_hours", "must not exceed useful_days: the rest would be cancelled")
        _check_patience(data, step, "patience_hours.LETTER" if given else "patience_hours")
        return step


def _check_patience(data: Section, step: Step, place: str) -> None:
    """A letter has days of its own, or it would be given up before the print house can have told of it."""
    used = {*step.channels, *step.fallback}
    if step.own_patience.keys() - used:
        raise data.fault("patience_hours", "must name channels of this step alone")
    if ChannelName.LETTER in used - step.own_patience.keys():
        raise data.fault(place, "is missing: the post needs days")
    if step.budget + max(step.own_patience.values(), default=0) > _LONGEST:
        raise data.fault("patience_hours", "and budget_hours must not exceed 30 days together")


def _own_patience(data: Section) -> Mapping[ChannelName, int]:
    """Return how long receipts of some channels may take: the post needs days, a phone minutes."""
    if "patience_hours" not in data:
        return {}
    with data.inner("patience_hours") as own:
        for name in own.left():
            if name not in list(ChannelName):
                raise own.fault(name, f"must be one of {', '.join(ChannelName)}")
        return {ChannelName(name): own.whole(name) * _HOUR for name in own.left()}


def _span(data: Section, name: str) -> int:
    """Return a length of time in seconds, said in minutes, in hours or in days."""
    said = [(unit, seconds) for unit, seconds in _UNITS if f"{name}_{unit}" in data]
    if len(said) > 1:
        raise data.fault(name, "must be said once")
    unit, seconds = said[0] if said else _USUAL[name]
    return data.whole(f"{name}_{unit}") * seconds


def terms(data: Section) -> Mapping[str, Term]:
    """Return the terms by name: those every jurisdiction has, and those only some have."""
    with data:
        names = sorted(_TERMS) + [name for name in data.left() if name in _TERMS_OF_SOME]
        found = {name: _term(data.inner(name)) for name in names}
        for name in _FIXED:
            if found[name].unit != Unit.DAYS:
                raise data.fault(name, "must be in days")
        return found


def _term(section: Section) -> Term:
    with section as data:
        rule = data.rule()
        units = [unit for unit in Unit if unit in data]
        if len(units) != 1:
            raise data.fault("", f"must be in exactly one of {', '.join(Unit)}")
        return Term(rule, data.whole(units[0]), units[0])


def duties(data: Section) -> Mapping[str, Duty]:
    """Return the rules that are words, by name."""
    with data:
        return {name: _duty(data.inner(name)) for name in _DUTIES}


def _duty(section: Section) -> Duty:
    with section as data:
        return Duty(data.rule(), data.text("says"))
