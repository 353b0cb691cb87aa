"""Per step of a case: which channel was tried, how it stands by its receipts, and why another was not."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from infra.local.table import Fact


def deliveries(case: Any, facts: list[Fact], due: dict[str, str]) -> list[dict[str, Any]]:
    """Return the steps of a case that have begun, in the profile's order.

    `facts`: its timeline; `due`: when the live wait of a step's delivery is over, by step.
    """
    profile = importlib.import_module("chalicelib.profiles").of_version(case.profile, case.profile_version)
    begun = {key.partition("#")[0] for key in case.claims}
    begun |= {fact["which"][0] for fact in facts if fact["kind"] in _ABOUT_A_CHANNEL}
    return [
        {
            "step": step.name,
            "ended": _ended(case, step, facts),
            "waits_until": due.get(step.name),
            "channels": list(_channels(case, profile, step, facts)),
        }
        for step in (*profile.steps, *profile.notices)
        if step.name in begun
    ]


_ABOUT_A_CHANNEL = ("DENIED", "DEFERRED", "BLOCKED", "SENT", "FAILED", "UNKNOWN")


def _ended(case: Any, step: Any, facts: list[Fact]) -> str | None:
    """Return why no further channel is tried, or None while one may be."""
    if step.name in case.reached:
        return "reached"
    if any(fact["kind"] == "UNREACHED" and fact["which"] == [step.name] for fact in facts):
        return "unreached"
    if not case.is_open:
        return "closed"
    return "answered" if case.answered else None


def _channels(case: Any, profile: Any, step: Any, facts: list[Fact]) -> Iterator[dict[str, Any]]:
    for channel in (*step.channels, *step.fallback):
        own = [fact for fact in facts if fact["which"][:2] == [step.name, channel.value]]
        sent = next((fact for fact in own if fact["kind"] in ("SENT", "FAILED")), None)
        yield {
            "channel": channel.value,
            "fallback": channel in step.fallback,
            "state": _state(case, f"{step.name}#{channel.value}", own),
            "at": sent["at"] if sent else None,
            "provider": (sent["detail"].get("provider") if sent else None) or None,
            "notice_id": sent["detail"]["notice_id"] if sent else None,
            "kept": _kept(case, sent["detail"]) if sent else None,
            "receipts": [fact["which"][3] for fact in own if fact["kind"] == "RECEIPT"],
            "rules": [_rule(profile, fact) for fact in own if fact["kind"] in _ABOUT_A_CHANNEL],
        }


def _kept(case: Any, sent: dict[str, Any]) -> str:
    """Return where a message can be looked at byte for byte."""
    name = f"{sent['notice_id']}-{sent['digest'][:16]}"
    return f"/_local/objects/records/cases/{case.id}/notices/{name}.json"


def _state(case: Any, key: str, own: list[Fact]) -> str | None:
    """Return where a notice stands by the product's own fold over facts; None: nobody has tried it."""
    words = [fact["which"][2] if fact["kind"] == "RECEIPT" else fact["kind"] for fact in own]
    lattice = importlib.import_module("chalicelib.notices.state").LATTICE
    known = [word for word in words if word in lattice]
    if key in case.claims or known:
        return str(max(["SENDING", *known], key=lattice.index))
    return next((word for word in reversed(words) if word in ("DEFERRED", "DENIED", "BLOCKED")), None)


def _rule(profile: Any, fact: Fact) -> dict[str, Any]:
    """Return the verdict in a fact and the rule behind it, with the rule's own words."""
    detail = fact["detail"] or {}
    rule = str(detail.get("rule", ""))
    verdict = fact["kind"] if fact["kind"] in ("DENIED", "DEFERRED", "BLOCKED") else "ALLOWED"
    return {
        "verdict": verdict,
        "rule": rule or ", ".join(detail.get("missing", ())),
        "source": _source(profile, rule),
        "not_before": detail.get("not_before"),
        "at": fact["at"],
    }


def _source(profile: Any, rule: str) -> str | None:
    explain = importlib.import_module("chalicelib.domain.contact_rules").explain
    try:
        return str(explain(rule, profile).source)
    except KeyError:
        return None  # a rule of the road itself: provider.busy, step.useful_time
