"""What the tests of the notices' words read with: a composer, an eye for HTML, the longest values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

from chalicelib.domain.money import Amount
from chalicelib.notices.compose import Message, Variables, compose
from chalicelib.notices.purposes import Instalment
from infra.ops.notice_samples import sample
from infra.ops.notice_versions import Template, every_template
from tests.samples import VARIABLES

EVERY = tuple(every_template())
EVERY_SMS = tuple(each for each in EVERY if each[2] == "SMS")
EVERY_EMAIL = tuple(each for each in EVERY if each[2] == "EMAIL")
SHORT_LINK = "https://n.example.cn/Kq3vT9xZb1LmN4pR7sU"  # forty characters, as the product's own links


def having(**changes: Any) -> Variables:
    """Return the Chinese sample with some of its values changed."""
    return replace(VARIABLES, **changes)


def composed(step: str, channel: str, language: str, variables: Variables = VARIABLES) -> Message:
    """Return a message of the profile CN."""
    return compose(profile="CN", step=step, channel=channel, language=language, variables=variables)


def made(template: Template, **changes: Any) -> Message:
    """Return a message from the sample of its profile, with some of its values changed."""
    profile, step, channel, language = template
    values = replace(sample(profile, language, channel=channel), **changes)
    return compose(profile=profile, step=step, channel=channel, language=language, variables=values)


def longest(profile: str, language: str) -> Iterator[Variables]:
    """Yield the longest believable values: a creditor writing himself, and somebody writing for him."""
    usual = sample(profile, language)
    total, currency = 123_456_789, usual.amount.currency
    names = _LONG_NAMES[language]
    assert usual.meeting is not None
    long = replace(
        usual,
        amount=Amount(currency, total, total, 0, 0, 0, 0, usual.amount.as_of),
        itemisation=None,
        validation_end=None,
        recipient_name=names["recipient_name"],
        feedback_url=SHORT_LINK,
        instalment=Instalment(24, 36, 1_234_567, usual.respond_by),
        meeting=replace(usual.meeting, mode="ONLINE_VIDEO", mediator=names["mediator"], link=SHORT_LINK),
    )
    creditor, signature = names["creditor_name"], names["sms_signature"]
    yield replace(long, initiator_name=creditor, creditor_name=creditor, sms_signature=signature)
    yield replace(
        long, initiator_name=names["agent"], creditor_name=creditor, sms_signature=names["agent_signature"]
    )


_LONG_NAMES = {
    "zh-CN": {
        "recipient_name": "欧阳小明",
        "mediator": "欧阳静怡",
        "creditor_name": "示范农村商业银行",
        "sms_signature": "示范农商银行",
        "agent": "诚信资产管理服务有限公司",
        "agent_signature": "诚信资产",
    },
    "en": {
        "recipient_name": "Alexandra Featherstonehaugh",
        "mediator": "Alexandra Hollingsworth",
        "creditor_name": "Northumberland Savings plc",
        "sms_signature": "Northumberland Savings",
        "agent": "Harbour Receivables Limited",
        "agent_signature": "Harbour",
    },
}


class Seen(HTMLParser):
    """What a reader of the HTML sees: its text, its links, its tags in order, and tags left open."""

    VOID = ("meta", "br", "input", "link", "img", "hr")

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.open: list[str] = []

    @classmethod
    def of(cls, html: str) -> Seen:
        """Return what there is to see in `html`."""
        seen = cls()
        seen.feed(html)
        return seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its links."""
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data
