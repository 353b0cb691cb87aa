"""The record of template versions: which words a version stands for, and how an SMS may grow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from jinja2.meta import find_referenced_templates

from chalicelib.texts import FOLDER, environment
from chalicelib.texts.catalogue import FORMS, LANGUAGES, PROFILES, notice_words, source_name

STEPS = (
    "first_notice", "reminder_1", "reminder_2", "feedback_receipt", "meeting_times", "meeting_invitation",
    "meeting_reminder", "meeting_cancelled", "mediation_message", "agreement_to_sign", "instalment_reminder",
    "instalment_late", "plan_breached", "plan_completed", "court_reminder", "complaint_acknowledgement",
    "complaint_extension", "complaint_decision", "complaint_summary", "complaint_review", "complaint_late",
    "opt_out_confirmation", "access_code", "signing_code",
)  # fmt: skip
_OF_ONE = {"complaint_summary": "GB"}
_OVER = dict.fromkeys(("opt_out_confirmation", "access_code", "signing_code"), ("SMS", "EMAIL"))
_OVER |= {"complaint_summary": ("EMAIL", "LETTER")}
"""What goes over some channels alone, and what one profile alone has."""
RECORDS = FOLDER
Template = tuple[str, str, str, str]
_NOT_IN_NOTICES = ("info", "sources")


def every_template() -> Iterator[Template]:
    """Yield (profile, step, channel, language) of every notice there has to be."""
    for profile, step, channel, language in product(PROFILES, STEPS, FORMS, LANGUAGES):
        if profile == _OF_ONE.get(step, profile) and channel in _OVER.get(step, FORMS):
            yield profile, step, channel, language


def sources_of(template: Template) -> list[str]:
    """Return every file under texts/ that a template's words come from, but for the word lists."""
    name = source_name(*template)
    found, waiting = [], [name] + (["common/email.html"] if template[2] == "EMAIL" else [])
    while waiting:
        found.append(source := waiting.pop())
        parsed = environment().parse((FOLDER / source).read_text(encoding="utf-8"))
        waiting += [each for each in find_referenced_templates(parsed) if each]
    return sorted(set(found))


def digest_of(template: Template) -> str:
    """Return the SHA-256 (hex) over everything a template's words come from."""
    profile, _, _, language = template
    words = {n: w for n, w in notice_words(profile, language).items() if n not in _NOT_IN_NOTICES}
    parts = [(FOLDER / source).read_bytes() for source in sources_of(template)]
    parts.append(json.dumps(words, ensure_ascii=False, sort_keys=True).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def on_record(profile: str) -> dict[str, dict[str, Any]]:
    """Return a profile's record by `step/channel/language`."""
    path = RECORDS / profile.lower() / "versions.json"
    records: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return records


def as_they_are(profile: str, budgets: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Return the record as it should be: what changed has the next version.

    `budgets` are the segments of SMS templates that have none on record yet.
    """
    before, now = on_record(profile), {}
    for template in every_template():
        if template[0] != profile:
            continue
        key = "/".join(template[1:])
        old = before.get(key, {"version": 0, "sha256": ""})
        digest = digest_of(template)
        now[key] = {"version": old["version"] + (digest != old["sha256"]), "sha256": digest}
        if template[2] == "SMS":
            now[key]["segments"] = old.get("segments") or budgets.get(key, 0)
    return now


def write(profile: str, records: dict[str, dict[str, Any]]) -> None:
    """Write a profile's record, one template a line."""
    lines = [f"  {json.dumps(key)}: {json.dumps(record)}" for key, record in records.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (RECORDS / profile.lower() / "versions.json").write_text(text, encoding="utf-8")
