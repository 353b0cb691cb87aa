"""Somebody signs up for a talk, a borrower or a guest."""

from __future__ import annotations

from chalicelib.domain.codes import FactKind
from chalicelib.domain.keys import CaseId, Subject
from chalicelib.forms.journey import Submission
from chalicelib.store import talks
from chalicelib.store.facts import Fact
from chalicelib.store.talks import SignUp


def sign_up(subject: Subject, sent: Submission) -> bool:
    """Give whoever asks his place; returns whether it is new. Raises NotFound for an unknown talk.

    A borrower's case keeps that he signed up, under his reference; a guest has the place alone.
    """
    talk = talks.get_public(str(sent.answers["talk"]))
    name, contact = str(sent.answers.get("name", "")), str(sent.answers["contact"])
    fact = None
    if isinstance(subject, CaseId):
        detail = {"reference": sent.reference, "talk": talk.id}
        fact = Fact(subject, FactKind.SIGN_UP, sent.at, (sent.id,), detail)
    return talks.sign_up(SignUp(talk, contact, name, sent.reference, sent.at), fact)[1]
