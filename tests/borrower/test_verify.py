"""Link plus second factor: five tries a day, and a dead link tells nothing."""

from __future__ import annotations

import re

import pytest

from chalicelib import links
from chalicelib.borrower.verify import Gone, Locked, Verified, Verify, Wrong
from chalicelib.domain.codes import FactKind, Stage
from chalicelib.store import keys
from chalicelib.store.rows import CaseRow
from chalicelib.store.visitor_rows import LinkRow
from tests.samples import CASE_ID, KEY
from tests.scene import Scene, case_id


@pytest.fixture
def token(scene: Scene) -> str:
    """The link in the borrower's SMS."""
    scene.accept()
    scene.run(Stage.NOTIFY)
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[0].text)
    assert found
    return found.group(1)


def _try(scene: Scene, token: str, factor: str) -> Verified | Wrong | Locked | Gone:
    return Verify(scene.wiring.pepper)(token, factor, scene.road.clock.now)


@pytest.mark.parametrize("factor", ["123X", "123x", " 123x "])
def test_the_right_factor_opens_the_case(scene: Scene, token: str, factor: str) -> None:
    assert _try(scene, token, factor) == Verified(CASE_ID)
    fact = scene.facts(FactKind.VERIFIED)[0]
    assert fact.at == scene.road.clock.now
    assert token not in str(fact)


def test_the_fifth_wrong_try_locks_even_the_right_factor_out(scene: Scene, token: str) -> None:
    answers = [_try(scene, token, "0000") for _ in range(5)]
    assert answers[:4] == [Wrong(4), Wrong(3), Wrong(2), Wrong(1)]
    assert isinstance(answers[4], Locked)
    assert isinstance(_try(scene, token, "123X"), Locked)
    assert scene.facts(FactKind.VERIFIED) == []


def test_the_fifth_try_may_be_right(scene: Scene, token: str) -> None:
    for _ in range(4):
        _try(scene, token, "0000")
    assert _try(scene, token, "123X") == Verified(CASE_ID)
    assert _try(scene, token, "0000") == Wrong(4)


def test_the_lock_opens_after_24_hours(scene: Scene, token: str) -> None:
    for _ in range(5):
        _try(scene, token, "0000")
    scene.road.clock.advance(hours=23, minutes=59)
    assert isinstance(_try(scene, token, "123X"), Locked)
    scene.road.clock.advance(minutes=1)
    assert _try(scene, token, "123X") == Verified(CASE_ID)


def test_the_lock_is_on_the_case_and_not_on_one_of_its_links(scene: Scene, token: str) -> None:
    scene.road.clock.advance(hours=23)
    for _ in range(5):
        _try(scene, token, "0000")
    scene.road.clock.advance(hours=1)
    scene.run(Stage.REMIND)
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.sms.sent[1].text)
    assert found
    assert isinstance(_try(scene, found.group(1), "123X"), Locked)


def test_a_guesser_without_the_link_uses_up_nobodys_tries(scene: Scene, token: str) -> None:
    rows = scene.rows()
    for _ in range(9):
        assert isinstance(_try(scene, "x" * 22, "123X"), Gone)
    assert scene.rows() == rows


def test_unknown_expired_and_revoked_links_and_lost_cases_are_gone_alike(scene: Scene, token: str) -> None:
    assert isinstance(_try(scene, "", "123X"), Gone)
    scene.road.clock.advance(days=44)
    assert isinstance(_try(scene, token, "123X"), Gone)
    scene.road.clock.advance(days=-44)
    row = LinkRow(keys.link(links.digest(token, scene.wiring.pepper())), keys.LINK)
    row.update([LinkRow.revoked.set("now")])
    assert isinstance(_try(scene, token, "123X"), Gone)
    row.update([LinkRow.revoked.remove()])
    CaseRow(f"LOAN#{KEY}", "CASE").delete()
    assert isinstance(_try(scene, token, "123X"), Gone)


def test_an_old_link_still_opens_the_old_case_after_the_loan_was_reopened(scene: Scene, token: str) -> None:
    scene.accept("settled")
    scene.accept(id="evt-2", time="2026-11-23T02:00:00Z")
    assert _try(scene, token, "123X") == Verified(case_id(1), answered=True), "closed: nothing is asked"


def _mailed(scene: Scene) -> str:
    found = re.search(r"/n/([A-Za-z0-9_-]{22})", scene.mail.sent[0].text)
    assert found
    return found.group(1)


def test_the_borrowers_own_success_renews_no_tries_over_a_stolen_link(scene: Scene, token: str) -> None:
    stolen = _mailed(scene)
    assert stolen != token, "each channel has a link of its own"
    for left in (4, 3, 2, 1):
        assert _try(scene, stolen, "0000") == Wrong(left)
    assert _try(scene, token, "123X") == Verified(CASE_ID)
    assert isinstance(_try(scene, stolen, "0000"), Locked)
    assert _try(scene, token, "123X") == Verified(CASE_ID)


def test_a_locked_link_uses_up_none_of_the_cases_tries(scene: Scene, token: str) -> None:
    stolen = _mailed(scene)
    for _ in range(4):
        _try(scene, stolen, "0000")
    _try(scene, token, "123X")
    for _ in range(9):
        _try(scene, stolen, "0000")
    assert _try(scene, token, "0000") == Wrong(3)
