"""The rows of the summary's tables, read off the timeline (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import notice_id
from chalicelib.domain.local_form import format_moment
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.notices.evidence.altered import read_json
from chalicelib.notices.evidence.collect import Dossier
from chalicelib.notices.state import notice_states
from chalicelib.store.facts import Fact
from chalicelib.texts import fill, load_words

Row = tuple[str, ...]
Numbered = tuple[int, Fact]

SIMULATOR = "sandbox"
"""The provider of test lenders (channels/sandbox.py): what it was given reached nobody."""

_VERDICTS = {
    FactKind.SENT: "ALLOW",
    FactKind.FAILED: "ALLOW",
    FactKind.DEFERRED: "DEFER",
    FactKind.DENIED: "DENY",
}


@dataclass(frozen=True, slots=True)
class Teller:
    """Says things in one language and one local time."""

    language: str
    zone: ZoneInfo
    words: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", load_words(f"evidence/words.{self.language}"))

    def moment(self, at: datetime | None) -> str:
        """Return a moment in local time and, under it, in UTC; empty for None."""
        return f"{format_moment(at.astimezone(self.zone), self.language)}\n{stamp(at)}" if at else ""

    def day(self, at: datetime) -> str:
        """Return a moment on one line."""
        return self.moment(at).replace("\n", " · ")


def notices(dossier: Dossier, tell: Teller) -> Iterator[Row]:
    """Each notice: which, when it was sent, what became of it by whose word, its id and hash."""
    facts = [fact for _, fact in dossier.timeline]
    for key, state in notice_states(dossier.case.claims, facts).items():
        step, _, channel = key.partition("#")
        mine = [(index, fact) for index, fact in dossier.timeline if fact.which[:2] == (step, channel)]
        sent = next((each for each in mine if each[1].kind == FactKind.SENT), None)
        ident = notice_id(dossier.case.id, step, channel)
        when = f"{tell.moment(sent[1].at)}\n#{sent[0]}" if sent else "—"
        outcome = f"{tell.words['states'].get(state, state)}{_by(state, mine, tell)}"
        if sent and sent[1].detail.get("provider") == SIMULATOR:
            outcome = f"{tell.words['simulated']}\n{outcome}"
        yield _name(step, channel, tell), when, outcome, f"{ident}\n{_digest(dossier, ident)}"


def decisions(dossier: Dossier, tell: Teller) -> Iterator[Row]:
    """Each verdict on a sending: when, on what, which, under which rule of which version."""
    for index, fact in dossier.timeline:
        if "rule" not in fact.detail:
            continue
        verdict = _VERDICTS.get(fact.kind, fact.kind.value)
        until = fact.detail.get("not_before")
        moment = tell.day(from_stamp(until)) if until else ""
        said = fill(tell.words["verdicts"].get(verdict, verdict), moment=moment)
        if verdict == "DEFER" and "code" in fact.detail:  # it was tried, and the provider asked to come back
            said = f"{fill(tell.words['refused'], code=fact.detail['code'])}\n{said}"
        step, channel = (*fact.which, "", "")[:2]
        name, version = _name(step, channel, tell), fact.detail.get("profile_version", "")
        yield f"{tell.moment(fact.at)}\n#{index}", name, said, fact.detail["rule"], version


def rules(dossier: Dossier, tell: Teller) -> Iterator[Row]:
    """Each rule that gave a verdict, with its source and certainty as the enclosed profile states them."""
    profile = dossier.first("PROFILE")
    known = dict(_rules_in(json.loads(profile.body))) if profile else {}
    for rule in sorted({fact.detail["rule"] for _, fact in dossier.timeline if "rule" in fact.detail}):
        found = known.get(rule, {})
        certainty = found.get("certainty", "")
        yield (
            rule,
            found.get("source", tell.words["product_rule"]),
            tell.words["certainties"].get(certainty, certainty or "—"),
        )


def acts(dossier: Dossier, tell: Teller) -> Iterator[Row]:
    """What the borrower did; the words he typed stay in the entry."""
    page = load_words(f"pages/{tell.language}/common")
    for index, fact in dossier.timeline:
        if fact.kind.value in tell.words["acts"]:
            mode = page["modes"].get(fact.detail.get("mode"), "")
            said = fill(
                tell.words["acts"][fact.kind.value],
                reason=page["reasons"].get(fact.detail.get("reason"), ""),
                wish=page["wishes"].get(fact.detail.get("wish"), ""),
                mode=f" ({mode})" if mode else "",
                channel=tell.words["channels"].get(fact.which[0] if fact.which else "", ""),
            )
            yield f"{tell.moment(fact.at)}\n#{index}", said


def gaps(dossier: Dossier, tell: Teller) -> Iterator[Row]:
    """What should be in the bundle and is not, or is not as it was."""
    for index, record in dossier.each("GAP"):
        yield f"{record.what} #{index}", tell.words["gaps"][record.detail["why"]]


def _name(step: str, channel: str, tell: Teller) -> str:
    words = tell.words
    return f"{words['steps'].get(step.partition('-')[0], step)}\n{words['channels'].get(channel, channel)}"


def _by(state: str, mine: list[Numbered], tell: Teller) -> str:
    """By whose word a notice's state is known, with the entry that holds it."""
    words = tell.words
    for index, fact in mine:
        heard = fact.kind == FactKind.RECEIPT and fact.which[2:3] == (state,)
        if heard or (fact.kind.value == state and fact.kind in (FactKind.SENT, FactKind.FAILED)):
            said = [fill(words["by_receipt"], moment=tell.day(fact.at)) if heard else words["by_answer"]]
            known = {name: fact.detail.get(name) for name in ("code", "provider_message_id")}
            said += [fill(words[name], value=value) for name, value in known.items() if value]
            return "\n" + "\n".join(said) + f" #{index}"
    return ""


def _digest(dossier: Dossier, ident: str) -> str:
    """The content's SHA-256 as it was written down at sending, else of each message kept under that id."""
    for _, fact in dossier.timeline:
        if fact.detail.get("notice_id") == ident and "digest" in fact.detail:
            return str(fact.detail["digest"])
    kept = [read_json(record.body) for _, record in dossier.each("NOTICE") if ident in record.path]
    digests = [str(each["digest"]) for each in kept if isinstance(each, dict) and "digest" in each]
    return "\n".join(digests) or "—"


def _rules_in(data: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every rule in a profile's data, however deep: what has a `rule` or an `id`, and a `source`."""
    if isinstance(data, dict):
        name = data.get("rule", data.get("id"))
        if isinstance(name, str) and "source" in data:
            yield name, data
        data = list(data.values())
    if isinstance(data, list):
        for value in data:
            yield from _rules_in(value)
