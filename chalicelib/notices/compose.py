"""Composes a notice: one step, channel and language of a profile, with its values, into a message (pure)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.variables import Regulator, SentBefore, Variables, local_values
from chalicelib.texts import environment, load_words
from chalicelib.texts.blocks import as_text, read_blocks
from chalicelib.texts.plain import plain, sms_plain

__all__ = ["Message", "Regulator", "SentBefore", "Variables", "compose"]

_CLEAN = {"SMS": sms_plain, "EMAIL": plain}


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to send; an SMS has neither subject nor html.

    `template` names template and version (`cn/first_notice/SMS/zh-CN@1`); `digest` is the SHA-256 (hex) of
    subject, text and html as sent, each ended by a NUL.
    """

    channel: str
    language: str
    subject: str
    text: str
    html: str
    template: str
    digest: str


def compose(*, profile: str, step: str, channel: str, language: str, variables: Variables) -> Message:
    """Return the message of one step (`first_notice`, `reminder_1`, `reminder_2`), channel and language.

    Raises MissingVariables when a variable that the profile makes mandatory for this step and channel is
    empty (invariant 9), ValueError when no such template exists or a link is unsafe.
    """
    name = f"{profile.lower()}/{step}/{channel}/{language}"
    template = f"{name}@{_version(profile, name)}"
    words = load_words(f"{profile.lower()}/legal.{language}")
    values = local_values(variables, profile=profile, language=language, clean=_CLEAN[channel])
    values["opt_out_text"] = words["opt_out"][channel]
    _require(template, values, load_words(f"{profile.lower()}/mandatory")[step][channel])
    source = environment().get_template(f"{name}.txt").render(values)
    subject, text, html = _sms(source) if channel == "SMS" else _email(source, profile, values, words)
    return Message(channel, language, subject, text, html, template, _digest(subject, text, html))


def _version(profile: str, name: str) -> int:
    """The template's version on record; a changed word is a new version (a test holds it)."""
    try:
        version: int = load_words(f"{profile.lower()}/versions")[name]["version"]
    except (FileNotFoundError, KeyError):
        raise ValueError(f"no template {name}") from None
    return version


def _require(template: str, values: Mapping[str, Any], names: list[str]) -> None:
    missing = tuple(name for name in names if values.get(name) in ("", None, [], ()))
    if missing:
        raise MissingVariables(template, missing)


def _sms(source: str) -> tuple[str, str, str]:
    return "", " ".join(source.split()), ""


def _email(
    source: str, profile: str, values: Mapping[str, Any], words: dict[str, Any]
) -> tuple[str, str, str]:
    """The source's first line is the subject; the rest is read once and shown as text and as HTML."""
    first, _, rest = source.partition("\n")
    subject = plain(first.removeprefix("Subject:"))
    blocks = read_blocks(rest)
    layout = environment().get_template(f"{profile.lower()}/email.html")
    html = layout.render(subject=subject, language=values["language"], blocks=blocks)
    return subject, as_text(blocks, colon=words["colon"]), html


def _digest(*parts: str) -> str:
    return hashlib.sha256("".join(f"{part}\0" for part in parts).encode()).hexdigest()
