"""Phrases of a notice that depend on who writes, how many days are left and what was sent before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.domain.local_form import format_date
from chalicelib.notices.shown import Reader
from chalicelib.texts import fill

if TYPE_CHECKING:
    from chalicelib.notices.variables import Variables


def phrases(variables: Variables, values: Mapping[str, Any], reader: Reader, step: str) -> dict[str, Any]:
    """Return whole phrases for what would be a condition in a source, so that a short source holds none.

    `values` are the variables as shown so far.
    """
    words, agent = reader.words, values["initiator_name"] != values["creditor_name"]
    left = variables.days_left
    return {
        "agent": agent,
        "sender_role": words["roles"]["AGENT" if agent else "CREDITOR"],
        "sender_words": fill(_sender(values, words, step), **values),
        "disclosure": fill(_disclosure(words, step), **values) if agent else "",
        "modes_offered": [words["modes"][mode] for mode in variables.modes_offered],
        "stopped_channel": words["stopped"].get(variables.stopped_channel, ""),
        "days_left_words": days_left_words(left, words["days_left"]),
        "reply_words": days_left_words(left, words["reply"], respond_by_short=values["respond_by_short"]),
        "sent_before": _sent_before(variables, reader),
    }


def days_left_words(days_left: int, words: dict[str, str], **values: str) -> str:
    """Return the words for `many` days left, `one`, the `last` day or `over`, filled with `values`."""
    form = "over" if days_left < 0 else {0: "last", 1: "one"}.get(days_left, "many")
    return words[form].format(days=days_left, **values)


def _sender(values: Mapping[str, Any], words: dict[str, Any], step: str) -> str:
    """Who writes about whose loan: the signature in front has said part of it already."""
    named = values["sms_signature"] in values["initiator_name"]
    if values["initiator_name"] == values["creditor_name"]:
        form = "own" if named else "creditor"
    else:
        form = "agent" if named else "stranger"
    chosen: str = (words["sender_first"] if step == "first_notice" else words["sender"])[form]
    return chosen


def _disclosure(words: dict[str, Any], step: str) -> str:
    """What a third party must say of itself, in the first message and in later ones."""
    said: str = words["disclosure"]["first" if step == "first_notice" else "later"]
    return said


def _sent_before(variables: Variables, reader: Reader) -> list[str]:
    """One line per earlier sending, oldest first: which notice, by which channel, on which day."""
    words = reader.words
    earlier = sorted(variables.sent_before, key=lambda sent: (sent.on, sent.step, sent.channel))
    return [
        fill(
            words["sent_line"],
            step=words["steps"][sent.step],
            channel=words["channels"][sent.channel],
            day=format_date(sent.on, reader.language, region=reader.region),
        )
        for sent in earlier
    ]
