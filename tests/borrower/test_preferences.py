"""Silencing a channel: at once, on record, and only while there is something to silence."""

from __future__ import annotations

import pytest

from chalicelib.borrower.preferences import stop_channel
from chalicelib.domain.codes import ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.errors import CaseClosed
from chalicelib.store import cases
from tests.samples import CASE_ID
from tests.scene import Scene


def test_a_silenced_channel_stays_silent(scene: Scene) -> None:
    scene.accept()
    stop_channel(CASE_ID, ChannelName.SMS, scene.road.clock.now)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (0, 1)
    assert [fact.which for fact in scene.facts(FactKind.PREFERENCE)] == [("SMS", "STOP")]


def test_silencing_twice_is_silencing_once(scene: Scene) -> None:
    scene.accept()
    stop_channel(CASE_ID, ChannelName.EMAIL, scene.road.clock.now)
    rows = scene.rows()
    scene.road.clock.advance(hours=1)
    stop_channel(CASE_ID, ChannelName.EMAIL, scene.road.clock.now)
    assert scene.rows() == rows


def test_a_closed_case_is_silent_already(scene: Scene) -> None:
    scene.accept()
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", scene.road.clock.now)
    with pytest.raises(CaseClosed):
        stop_channel(CASE_ID, ChannelName.SMS, scene.road.clock.now)
    assert scene.facts(FactKind.PREFERENCE) == []
