"""Signing up for a talk, with or without a case."""

from __future__ import annotations

from collections.abc import Mapping

from chalice import Response

from chalicelib.api.acts import Act, Offers
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit
from chalicelib.forms.journey import Submission
from chalicelib.forms.journeys.sign_up import SIGN_UP
from chalicelib.telemetry import Metric


def _offers(visit: Visit) -> Offers:
    from chalicelib.api.talks import announced
    from chalicelib.store import talks

    now = visit.wiring.clock()
    return {"talk": {t.id: announced(visit, t) for t in talks.public() if t.takes_names(now)}}


def _gate(visit: Visit) -> Response | None:
    return None if _offers(visit)["talk"] else visit.go("/open/talks")


def _carry_out(visit: Visit, sent: Submission) -> None:
    from chalicelib.borrower.sign_up import sign_up

    if sign_up(visit.subject, sent):
        visit.wiring.telemetry.count(Metric.SIGN_UP)
        visit.wiring.telemetry.event("signed up", talk=sent.answers["talk"])


def _confirmation(visit: Visit, sent: Submission) -> Mapping[str, object]:
    from chalicelib.api.talks import announced
    from chalicelib.store import talks

    talk_id = str(sent.answers["talk"])
    seat = talks.seat_of(talk_id, str(sent.answers["contact"])) or talks.Seat.WAITING
    words = words_of("journeys/sign_up", visit.language)["done"]
    return {"next": (announced(visit, talks.get(talk_id)), words["by_seat"][seat.value], *words["always"])}


ACT = Act(journey=SIGN_UP, carry_out=_carry_out, offers=_offers, gate=_gate, confirmation=_confirmation)
