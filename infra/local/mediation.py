"""What seeded cases have lived through beyond their notice, written as the product itself writes it."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_SUBMISSION = "seededseeded"
_ANSWER = {"reason": "INCOME_REDUCTION", "wish": "YES", "mode": "ONLINE_VIDEO"}
_DOCUMENT = "3f" * 32
_LOOKS, _PAUSE = 200, 0.05  # ten seconds in all


def carry_on(loans: Iterable[dict[str, Any]], now: datetime) -> None:
    """Carry each loan's case as far as its `then` says: to a `meeting` ahead, or to a `plan` that runs."""
    for loan in loans:
        if then := loan.get("then"):
            case_id = _case_id(loan)
            _apply(case_id, now)
            _meet(case_id, now, ahead=then == "meeting")
            if then == "plan":
                _agree(case_id, loan, now)


def _product(name: str) -> Any:
    return importlib.import_module(f"chalicelib.{name}")


def _case_id(loan: dict[str, Any]) -> Any:
    keys = _product("domain.keys")
    return keys.CaseId(keys.loan_key(loan["lender"], loan["loan"]), 1)


def _apply(case_id: Any, now: datetime) -> None:
    """Answer as the borrower does: on record first, then the waiting machine is woken."""
    journey, timers = _product("forms.journey"), _product("wiring").wired().timers
    name = journey.reference("F", _SUBMISSION)
    sent = journey.Submission(_SUBMISSION, "feedback", name, _ANSWER, now)
    _product("borrower.feedback").GiveFeedback(timers)(case_id, sent)


def _meet(case_id: Any, now: datetime, *, ahead: bool) -> None:
    local = (now + timedelta(days=6 if ahead else -1)).astimezone(ZoneInfo("Asia/Shanghai"))
    meeting = _product("domain.meeting").Meeting(
        at=local.replace(hour=14, minute=30, second=0, microsecond=0).astimezone(now.tzinfo),
        mode=_product("domain.codes").Mode.ONLINE_VIDEO,
        mediator="李静",
        organisation="示范市金融消费纠纷人民调解委员会",
        qualifications="人民调解员，从事金融纠纷调解八年",
        link="https://meeting.example.org/7f3c",
        dial_in="400-000-0009",
        parties=("示范银行代表",),
    )
    _product("store.meetings").append(case_id, meeting, now)


def _agree(case_id: Any, loan: dict[str, Any], now: datetime) -> None:
    """A signed agreement over a year, of which the first payment is made."""
    agreements, plans = _product("domain.agreement"), _product("domain.repayment_plan")
    total, currency, first = loan["principal"], loan["currency"], (now + timedelta(days=10)).date()
    signed = tuple(agreements.Signature(party, _DOCUMENT, now) for party in agreements.Party)
    agreement = agreements.Agreement(
        reference="AG-2026-0148",
        sign_by=first,
        currency=currency,
        total=total,
        instalments=12,
        first_due=first,
        digest=_DOCUMENT,
        signatures=signed,
    )
    _product("store.agreements").append(case_id, agreement, now)
    plan = plans.monthly(currency, total, 12, first)
    _product("store.plans").append(case_id, plan, now)
    paid = plans.Instalment(1, first, plan.instalments[0].amount, plan.instalments[0].amount)
    after = plans.RepaymentPlan(currency, total, (paid, *plan.instalments[1:]), 1)
    _product("store.plans").append(case_id, after, now)
    _keep(case_id, now)


def _keep(case_id: Any, now: datetime) -> None:
    """Let the plan's own machine take over from the case's, as when an agreement takes effect."""
    waits, stages = _product("store.waits"), _product("domain.codes").Stage
    for _ in range(_LOOKS):  # the answer has woken the machine, which has yet to wait for what comes of it
        wait = waits.get(case_id)
        if wait and wait.stage == stages.ANSWERED:
            break
        time.sleep(_PAUSE)
    head, active = _product("store.rows").CaseRow, _product("domain.codes").CaseStatus.PLAN_ACTIVE
    changes = [head.status.set(active.value), head.since.set(now)]
    _product("store.heads").update(case_id, changes, head.generation == case_id.generation)
    timers = _product("wiring").wired().timers
    timers.answer(wait.token)
    timers.repay(case_id, 1, now)
