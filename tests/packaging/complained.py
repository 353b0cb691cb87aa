"""A stranger's complaint: every call that keeping its clocks makes."""

from __future__ import annotations

from chalicelib.borrower.complain import complain
from chalicelib.domain.moments import stamp
from chalicelib.forms.journey import Submission
from chalicelib.store import complaints
from tests.packaging.driver import Driver

_ID, _REFERENCE = "K1AAKAAA2222", "C-K1AA-KAAA"


def keep(driver: Driver) -> None:
    """Looked at, waited for, handed on to a successor; its clocks started anew by the sweeper."""
    now = driver.road.clock.now
    answers = {"category": "SERVICE", "text": "x", "contact": "a@example.com"}
    complain(Submission(_ID, "complain", _REFERENCE, answers, now), None)
    driver.road.clock.advance(minutes=10)
    driver.sweep()
    given = {"complaint": _REFERENCE, "id": complaints.require(_REFERENCE).id, "leg": 1, "rounds": 0}
    driver.run("steer_plan", given | {"began": stamp(now)})
    wait = {"stage": "Acknowledge", "seen": "another", "seconds": 60, "token": "token-of-a-complaint"}
    driver.run("await_payment", given | wait)
    driver.sweep()
    driver.run("steer_plan", given | {"began": stamp(now.replace(year=2025))})
    _told_by_text(driver)


def _told_by_text(driver: Driver) -> None:
    """Who left a mobile number is told by text."""
    now = driver.road.clock.now
    answers = {"category": "SERVICE", "text": "x", "contact": "13900001234"}
    complain(Submission("K2AAKAAA2222", "complain", "C-K2AA-KAAA", answers, now), None)
    given = {"complaint": "C-K2AA-KAAA", "id": "K2AAKAAA2222", "leg": 1, "rounds": 0, "began": stamp(now)}
    driver.run("steer_plan", given)
