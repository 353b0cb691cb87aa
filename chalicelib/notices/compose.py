"""Composes a notice: one step, channel and language of a profile, with its values, into a message (pure)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chalicelib.domain.errors import MissingVariables
from chalicelib.notices.lawful import require_lawful_days, require_quiet
from chalicelib.notices.variables import Regulator, SentBefore, Variables, local_values
from chalicelib.texts import FOLDER, environment, fill
from chalicelib.texts.blocks import Block, as_text, each_link_once, read_blocks
from chalicelib.texts.catalogue import FORMS, mandatory, notice_words, source_name, template_version
from chalicelib.texts.plain import plain, sms_plain

__all__ = ["Message", "Regulator", "SentBefore", "Variables", "compose", "registered_form"]

_CLEAN = {"short": sms_plain, "long": plain, "voice": sms_plain}
_PLACE = re.compile(r"\{\{ (\w+) \}\}")
_LINK, _TOKEN = "{{ feedback_url }}", "{{ link_token }}"
# The one confirmation of an opt-out has nothing left to opt out of.
_NO_OPT_OUT = ("opt_out_confirmation",)


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to send; SMS and VOICE have no subject, only EMAIL has html.

    `template` names template and version (`cn/first_notice/SMS/zh-CN@1`); `digest` is the SHA-256 (hex) of
    subject, text and html as sent, each ended by a NUL. `blocks` are what an EMAIL or LETTER is laid out
    from. `values` are what an SMS says, by the names in `registered_form`, for a provider that fills in a
    registered template itself (of a link its last part); `pdf` is a LETTER's pages, once it is laid out.
    """

    channel: str
    language: str
    subject: str
    text: str
    html: str
    template: str
    digest: str
    blocks: tuple[Block, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    pdf: bytes = b""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message before it is named and sealed."""

    subject: str = ""
    text: str = ""
    html: str = ""
    blocks: tuple[Block, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def compose(*, profile: str, step: str, channel: str, language: str, variables: Variables) -> Message:
    """Return the message of one step (`first_notice`, … `opt_out_confirmation`), channel and language.

    Raises MissingVariables when a variable that the profile makes mandatory for this step and channel is
    empty (invariant 9), ValueError when no such template exists, a link is unsafe or a statutory day is too
    near.
    """
    key = f"{step}/{channel}/{language}"
    template = f"{profile.lower()}/{key}@{template_version(profile, key)['version']}"
    require_lawful_days(variables, step)
    words = notice_words(profile, language)
    clean = _CLEAN[FORMS[channel]]
    values = local_values(variables, profile=profile, language=language, clean=clean, step=step)
    values |= {"channel": channel, "opt_out_text": words["opt_out"].get(channel, "")}
    _require(template, values, mandatory(profile, step, channel, values))
    draft = _DRAFTS[FORMS[channel]](source_name(profile, step, channel, language), values, words, step)
    if channel == "VOICE":
        require_quiet(template, draft.text)
    digest = _digest(draft.subject, draft.text, draft.html)
    return Message(
        channel,
        language,
        draft.subject,
        draft.text,
        draft.html,
        template,
        digest,
        draft.blocks,
        draft.values,
    )


def registered_form(profile: str, step: str, language: str, link_prefix: str) -> str:
    """Return an SMS as a provider's template: `${name}` for each variable, without the signature.

    `link_prefix` is all of a borrower's link but its token (`https://n.example.com/n/`): such providers want
    domain and path fixed. Filled with Message.values it is the composed text word for word, but for the
    signature, which they put in front themselves. Raises ValueError when there is no such template.
    """
    template_version(profile, f"{step}/SMS/{language}")
    body = _short_body(source_name(profile, step, "SMS", language))
    linked = body.replace(_LINK, link_prefix + _TOKEN)
    return _PLACE.sub(r"${\1}", linked) + _opt_out(notice_words(profile, language), step)


def _require(template: str, values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    missing = tuple(name for name in names if values.get(name) in ("", None, [], ()))
    if missing:
        raise MissingVariables(template, missing)


def _short(source: str, values: Mapping[str, Any], words: dict[str, Any], step: str) -> _Draft:
    """An SMS is signature, text and opt-out; an in-app message the same text under a title."""
    title, _, body = environment().get_template(source).render(values).partition("\n")
    role = "AGENT" if values["agent"] else "CREDITOR"
    text = " ".join(body.split())
    if values["channel"] == "IN_APP":
        in_front = fill(words["in_app"][role], **values)
        return _Draft(subject=title.removeprefix("Title: "), text=in_front + text)
    said = fill(words["signature"][role], **values) + text + _opt_out(words, step)
    names = _PLACE.findall(_short_body(source).replace(_LINK, _TOKEN))
    parts = {**values, "link_token": values["feedback_url"].rpartition("/")[2]}
    return _Draft(text=said, values={name: str(parts[name]) for name in names})


@cache
def _short_body(source: str) -> str:
    return " ".join((FOLDER / source).read_text(encoding="utf-8").partition("\n")[2].split())


def _opt_out(words: dict[str, Any], step: str) -> str:
    return "" if step in _NO_OPT_OUT else words["before_opt_out"] + words["opt_out"]["SMS"]


def _long(source: str, values: Mapping[str, Any], words: dict[str, Any], step: str) -> _Draft:
    """The source's first line is the subject; the rest is read once and shown as text, HTML or a letter."""
    first, _, rest = environment().get_template(source).render(values).partition("\n")
    subject = plain(first.removeprefix("Subject:"))
    blocks = read_blocks(rest)
    if values["channel"] == "LETTER":
        blocks = each_link_once(blocks)
        return _Draft(subject, as_text(blocks, colon=words["colon"]), blocks=blocks)
    layout = environment().get_template("common/email.html")
    html = layout.render(
        subject=subject, sender=values["initiator_name"], language=values["language"], blocks=blocks
    )
    return _Draft(subject, as_text(blocks, colon=words["colon"]), html, blocks)


def _voice(source: str, values: Mapping[str, Any], words: dict[str, Any], step: str) -> _Draft:
    return _Draft(text=" ".join(environment().get_template(source).render(values).split()))


def _digest(*parts: str) -> str:
    return hashlib.sha256("".join(f"{part}\0" for part in parts).encode()).hexdigest()


_DRAFTS = {"short": _short, "long": _long, "voice": _voice}
