"""Silencing a channel: at once, on record, for all his cases, and for good."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.borrower.preferences import silenced, stop_channel
from chalicelib.domain.codes import ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.store import cases
from chalicelib.store.case_rows import to_row
from tests.samples import CASE_ID
from tests.scene import Scene

OTHER = CaseId(loan_key("demo-bank", "LN-9"), 1)


def _stop(scene: Scene, channel: ChannelName) -> None:
    stop_channel(scene.case, channel, scene.road.clock.now)


def test_a_silenced_channel_stays_silent(scene: Scene) -> None:
    scene.accept()
    _stop(scene, ChannelName.SMS)
    scene.run(Stage.NOTIFY)
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (0, 1)
    assert [fact.which[:2] for fact in scene.facts(FactKind.PREFERENCE)] == [("SMS", "STOP")]
    assert silenced(scene.case) == {ChannelName.SMS}


def test_it_is_silent_for_his_other_loan_too(scene: Scene) -> None:
    scene.accept()
    to_row(replace(scene.case, id=OTHER, loan="LN-9")).save()
    _stop(scene, ChannelName.EMAIL)
    scene.run(Stage.NOTIFY, case_id=str(OTHER))
    assert (len(scene.sms.sent), len(scene.mail.sent)) == (1, 0)
    assert silenced(cases.get(OTHER)) == {ChannelName.EMAIL}


def test_silencing_twice_is_silencing_once(scene: Scene) -> None:
    scene.accept()
    _stop(scene, ChannelName.EMAIL)
    rows = scene.rows()
    scene.road.clock.advance(hours=1)
    _stop(scene, ChannelName.EMAIL)
    assert scene.rows() == rows


def test_who_silences_from_a_closed_case_is_silent_in_the_next(scene: Scene) -> None:
    scene.accept()
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", scene.road.clock.now)
    _stop(scene, ChannelName.SMS)
    assert silenced(scene.case) == {ChannelName.SMS}
    assert len(scene.facts(FactKind.PREFERENCE)) == 1
