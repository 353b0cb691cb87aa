"""Which source, words, version and mandatory variables a notice has: a profile's own before the common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from chalicelib.texts import FOLDER, load_words

# One source serves several channels, so that they cannot say different things.
FORMS = {"SMS": "short", "IN_APP": "short", "EMAIL": "long", "LETTER": "long", "VOICE": "voice"}
PROFILES = ("CN", "US", "GB", "EU")
LANGUAGES = ("zh-CN", "en")
_EVERY = "every"  # the source that serves every purpose: a voice says no more than who calls


@cache
def template_version(profile: str, key: str) -> Mapping[str, Any]:
    """Return what is on record of a template: `version`, `sha256` and, for an SMS, its budget of `segments`.

    `key` is `step/channel/language`. Raises ValueError when the profile has no such template.
    """
    try:
        record: Mapping[str, Any] = load_words(f"{profile.lower()}/versions")[key]
    except (FileNotFoundError, KeyError):
        raise ValueError(f"no template {profile.lower()}/{key}") from None
    return record


@cache
def source_name(profile: str, step: str, channel: str, language: str) -> str:
    """Return the file that holds a template's source, under texts/; raises ValueError when there is none."""
    form = FORMS[channel]
    for owner in (profile.lower(), "common"):
        for name in (step, _EVERY):
            path = f"{owner}/{form}/{name}.{language}.txt"
            if (FOLDER / path).is_file():
                return path
    raise ValueError(f"no source of {profile} {step} {channel} {language}")


@cache
def notice_words(profile: str, language: str) -> dict[str, Any]:
    """Return the words of a profile's notices: the common ones under its own; callers must not change them.

    Raises FileNotFoundError for an unknown language.
    """
    common = load_words(f"common/words.{language}")
    words: dict[str, Any] = _over(common, load_words(f"{profile.lower()}/legal.{language}"))
    return words


def mandatory(profile: str, step: str, channel: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the variables that this notice may not lack, in order: the common ones, then the profile's.

    A rule of mandatory.json binds its `steps` (all), `in` channels or forms (all), and only `when` the value
    of that name is there; it asks for `names`, except in the steps it is `not_in`.
    """
    rules = load_words("common/mandatory")["rules"] + load_words(f"{profile.lower()}/mandatory")["rules"]
    names: dict[str, None] = {}
    for rule in rules:
        if _binds(rule, step, channel) and (not rule.get("when") or values.get(rule["when"])):
            names |= dict.fromkeys(rule["names"])
    return tuple(names)


def _binds(rule: Mapping[str, Any], step: str, channel: str) -> bool:
    where = rule.get("in", (channel,))
    return (
        step in rule.get("steps", (step,))
        and step not in rule.get("not_in", ())
        and (channel in where or FORMS[channel] in where)
    )


def _over(below: Any, above: Any) -> Any:
    """Return two word lists as one: mappings are joined, anything else is taken from above."""
    if isinstance(below, dict) and isinstance(above, dict):
        joined = {name: _over(below[name], above[name]) for name in below.keys() & above.keys()}
        return {**below, **above, **joined}
    return above
