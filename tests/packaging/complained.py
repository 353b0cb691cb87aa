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
    _told(driver, "K2AAKAAA2222", "b@example.com")
    _told(driver, "K3AAKAAA2222", "13900001234")


def _told(driver: Driver, ident: str, contact: str) -> None:
    """At noon in China a stranger is told by e-mail or by text."""
    before, reference = driver.road.clock.now, f"C-{ident[:4]}-{ident[4:8]}"
    driver.road.clock.now = now = before.replace(hour=4)
    answers = {"category": "SERVICE", "text": "x", "contact": contact}
    complain(Submission(ident, "complain", reference, answers, now), None)
    given = {"complaint": reference, "id": ident, "leg": 1, "rounds": 0, "began": stamp(now)}
    driver.run("steer_plan", given)
    driver.road.clock.now = before
