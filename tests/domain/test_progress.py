"""What comes next is named by the most pressing thing a case waits for, with its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib import profiles
from chalicelib.domain.agreement import Party, Signature
from chalicelib.domain.codes import CaseStatus, HoldKind, Outcome
from chalicelib.domain.progress import Doing, Milestone, Next, Stand, current, doings, reached, what_next
from chalicelib.domain.repayment_plan import monthly
from tests.domain.test_agreement import DRAFT
from tests.domain.test_meeting import AT, MEETING
from tests.samples import NOON, case

CN = profiles.of_version("CN", "CN@1")
SHANGHAI = ZoneInfo("Asia/Shanghai")
PLAN = monthly("CNY", 300, 3, date(2027, 1, 10))
LATER = AT + timedelta(days=1)
LIMIT = NOON + timedelta(days=30)


def _stand(status: CaseStatus = CaseStatus.APPLIED, head: dict[str, Any] | None = None, **more: Any) -> Stand:
    plain: dict[str, Any] = {"zone": SHANGHAI, "now": NOON, "limit_at": LIMIT}
    plain["case"] = case(status=status, noticed_at=NOON, **(head or {}))
    if status == CaseStatus.APPLIED:
        plain |= {"answered_at": NOON, "applied_at": NOON}
    return Stand(**(plain | more))


SIGNED = replace(DRAFT, signatures=(Signature(Party.BORROWER, DRAFT.digest, NOON),))
CLOSED = {"outcome": Outcome.SETTLED_OUTSIDE, "closed_at": NOON}


@pytest.mark.parametrize(
    ("stand", "said", "by"),
    [
        (_stand(CaseStatus.NOTICED), Next.REPLY, date(2026, 12, 7)),
        (_stand(CaseStatus.FEEDBACK), Next.READING, date(2026, 12, 23)),
        (_stand(), Next.ACCEPTANCE, date(2026, 11, 26)),
        (_stand(arranged_at=NOON, meeting=MEETING), Next.MEETING, date(2026, 12, 2)),
        (
            _stand(arranged_at=NOON, meeting=MEETING, now=AT + timedelta(days=1)),
            Next.RESULT,
            date(2026, 12, 23),
        ),
        (
            _stand(arranged_at=NOON, meeting=replace(MEETING, cancelled=True)),
            Next.ARRANGEMENT,
            date(2026, 12, 23),
        ),
        (_stand(agreement=DRAFT), Next.SIGNATURE, DRAFT.sign_by),
        (_stand(agreement=SIGNED), Next.OTHER_SIGNATURES, DRAFT.sign_by),
        (_stand(agreement=SIGNED, plan=PLAN), Next.INSTALMENT, date(2027, 1, 10)),
        (_stand(head={"holds": frozenset({HoldKind.DISPUTE})}, plan=PLAN), Next.CHECK, None),
        (_stand(head={"holds": frozenset({HoldKind.HARDSHIP})}), Next.ACCEPTANCE, date(2026, 11, 26)),
        (_stand(CaseStatus.CLOSED, CLOSED), Next.SETTLED, None),
    ],
)
def test_what_comes_next(stand: Stand, said: Next, by: date | None) -> None:
    assert what_next(stand, CN) == (said, by)


def test_a_paid_plan_asks_for_nothing_more_and_is_the_last_milestone() -> None:
    paid = tuple(replace(each, paid=each.amount) for each in PLAN.instalments)
    stand = _stand(plan=replace(PLAN, instalments=paid), plan_at=NOON)
    assert what_next(stand, CN) == (Next.PAID, None)
    assert Milestone.PLAN in reached(stand)


def test_the_way_goes_on_where_the_first_milestone_is_missing() -> None:
    assert current(_stand(CaseStatus.NOTICED)) == Milestone.FEEDBACK
    assert current(_stand()) == Milestone.ACCEPTED
    assert current(_stand(arranged_at=NOON, meeting=MEETING)) == Milestone.MEETING
    assert current(_stand(CaseStatus.FEEDBACK, answered_at=NOON)) is None
    assert current(_stand(CaseStatus.CLOSED, CLOSED)) is None


def test_what_he_may_do_follows_the_state_and_a_complaint_is_always_possible() -> None:
    assert doings(_stand(CaseStatus.NOTICED))[0] == Doing.REPLY
    assert doings(_stand(CaseStatus.FEEDBACK))[0] == Doing.APPLY
    assert Doing.WITHDRAW in doings(_stand())
    assert Doing.RESCHEDULE not in doings(_stand())
    assert Doing.RESCHEDULE in doings(_stand(meeting=MEETING))
    assert set(doings(_stand(CaseStatus.CLOSED, CLOSED))) == {Doing.ASK, Doing.COMPLAIN}
