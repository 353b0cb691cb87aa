"""What an act of the console is carried out with, out of the wiring."""

from __future__ import annotations

from chalicelib.api.staff.visit import StaffVisit
from chalicelib.staff.desk import Desk


def desk_of(visit: StaffVisit, key: str) -> Desk:
    """Return the desk of whoever is signed in; `key` is the form's own."""
    from chalicelib.borrower import questions
    from chalicelib.borrower.dispute import take_off_the_list

    return Desk(
        actor=visit.actor,
        now=visit.wiring.clock(),
        timers=visit.wiring.timers,
        key=key,
        answer=questions.answer,
        dispute_answered=take_off_the_list,
    )
