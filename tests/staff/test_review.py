"""Invariant 23: what a machine decides against a borrower waits for a person, who upholds or overturns it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.borrower.apply import Apply, Withdraw
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome, Stage
from chalicelib.domain.errors import NeedsApproval, NotInRole, NotNow
from chalicelib.forms.journey import Submission
from chalicelib.staff import acts, plan_acts, worklist
from chalicelib.staff.acts import ACTS, Result
from chalicelib.store import directory
from tests.mediation.test_assign import LI_JING
from tests.repayment.keeper import Keeper
from tests.repayment.test_timers import local
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.staff.office import AUDITOR, BANK, BOSS, CLERK, MEDIATOR, do, member

COLLEAGUE = member("colleague", *CLERK.roles)
REASON = {"reason": "The payment was looked for and is not there."}


@pytest.fixture
def broken(scene: Scene) -> Scene:
    """A case whose plan the machine counts as broken."""
    keeper = Keeper(scene)
    keeper.to(local(7))
    assert scene.case.status == CaseStatus.BREACHED
    return scene


@pytest.fixture
def late(scene: Scene) -> Scene:
    """An application that nobody decided in its whole time."""
    scene.accept()
    Apply(scene.wiring.timers)(CASE_ID, Submission("a", "", "W-a", {"mode": "TELEPHONE"}, _now(scene)))
    scene.road.clock.advance(days=31)
    return scene


def _now(scene: Scene) -> datetime:
    return scene.road.clock.now


def _steer(scene: Scene) -> str:
    return str(scene.wiring.steer(CASE_ID, {})["stage"])


def _offered(scene: Scene) -> list[str]:
    return list(ACTS["review_selection"].offered(str(CASE_ID), _now(scene), "en")["selection"])


def _review(scene: Scene, verdict: str, actor: object = CLERK) -> Result:
    (code,) = _offered(scene)
    return do(scene, actor, "review_selection", selection=code, verdict=verdict, **REASON)  # type: ignore[arg-type]


def _listed(scene: Scene, actor: object = CLERK) -> list[str]:
    return [one.name for one in worklist.page(actor, {}, _now(scene)).items]  # type: ignore[arg-type]


def test_invariant_23_a_breach_has_no_effect_until_two_people_have_looked(broken: Scene) -> None:
    assert _listed(broken) == [str(CASE_ID)]
    with pytest.raises(NeedsApproval):
        do(broken, CLERK, "refer_plan", reason="No answer.")
    assert _review(broken, "UPHELD") == Result.DONE
    assert _offered(broken) == []
    with pytest.raises(NeedsApproval):
        do(broken, CLERK, "refer_plan", reason="No answer.")
    assert broken.case.is_open
    assert do(broken, COLLEAGUE, "refer_plan", reason="No answer.") == Result.DONE
    assert broken.case.outcome == Outcome.AGREED
    assert do(broken, COLLEAGUE, "refer_plan", reason="No answer.") == Result.DONE_BEFORE


def test_invariant_23_a_breach_that_is_overturned_opens_mediation_again(broken: Scene) -> None:
    assert _review(broken, "OVERTURNED", BOSS) == Result.DONE
    assert broken.case.status == CaseStatus.ADJOURNED
    assert _listed(broken) == [str(CASE_ID)], "its next act is on somebody's list"
    with pytest.raises(NotNow):
        acts.require_open(CLERK, ACTS["refer_plan"], str(CASE_ID))


def test_a_selection_is_reviewed_once_and_not_otherwise_afterwards(broken: Scene) -> None:
    (code,) = _offered(broken)
    given = {"selection": code, **REASON}
    assert do(broken, CLERK, "review_selection", verdict="UPHELD", **given) == Result.DONE
    assert do(broken, CLERK, "review_selection", verdict="UPHELD", **given) == Result.DONE_BEFORE
    with pytest.raises(NotNow, match="already: UPHELD"):
        do(broken, COLLEAGUE, "review_selection", verdict="OVERTURNED", **given)
    assert broken.case.status == CaseStatus.BREACHED
    with pytest.raises(NotNow, match="nothing of this case"):
        do(broken, CLERK, "review_selection", verdict="UPHELD", selection="BREACH~99", **REASON)


def test_who_is_affected_reviews_nothing(broken: Scene) -> None:
    (code,) = _offered(broken)
    for actor in (MEDIATOR, BANK, AUDITOR):
        with pytest.raises(NotInRole):
            do(broken, actor, "review_selection", selection=code, verdict="UPHELD", **REASON)
    from chalicelib.store.case_rows import to_row

    to_row(replace(broken.case, mediator="m-1")).save()
    both = replace(MEDIATOR, roles=MEDIATOR.roles | CLERK.roles)
    with pytest.raises(NotNow, match="mediates"):
        do(broken, both, "review_selection", selection=code, verdict="UPHELD", **REASON)
    assert broken.facts(FactKind.REVIEW) == []


def test_invariant_23_no_clock_ends_an_application_that_nobody_decided(late: Scene) -> None:
    assert _steer(late) == _steer(late) == Stage.ACCEPTANCE.value
    assert late.case.status == CaseStatus.APPLIED
    assert _listed(late) == [str(CASE_ID)]
    assert _review(late, "UPHELD") == Result.DONE
    assert (late.case.outcome, late.case.closed_reason) == (Outcome.TERMINATED, REASON["reason"])


def test_invariant_23_an_application_that_is_overturned_has_its_whole_time_again(late: Scene) -> None:
    _steer(late)
    assert _review(late, "OVERTURNED") == Result.DONE
    assert _offered(late) == []
    directory.put(replace(LI_JING, id="m-1"))
    do(late, CLERK, "accept")
    assert _steer(late) == Stage.SCHEDULING.value
    assert late.case.mediator == "m-1"


def test_an_application_that_is_accepted_late_needs_no_review_any_more(late: Scene) -> None:
    _steer(late)
    assert _offered(late)
    do(late, CLERK, "accept")
    assert _offered(late) == [], "it has its whole time from now"


def test_invariant_23_nobody_is_assigned_to_what_is_over_and_not_reviewed(late: Scene) -> None:
    do(late, CLERK, "accept")
    late.road.clock.advance(days=31)
    directory.put(replace(LI_JING, id="m-1"))
    assert _steer(late) == Stage.ASSIGNMENT.value
    assert late.case.mediator is None
    with pytest.raises(NotNow, match="review"):
        do(late, BOSS, "override", mediator="m-1", reason="He is free.")
    assert _review(late, "OVERTURNED") == Result.DONE
    assert _steer(late) == Stage.SCHEDULING.value


def test_an_application_taken_back_in_the_moment_of_its_review_is_not_closed(
    late: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    _steer(late)
    agreed = plan_acts._require_agreed

    def withdrawn_meanwhile(*args: Any) -> None:
        agreed(*args)
        Withdraw(late.wiring.timers)(CASE_ID, Submission("w", "", "W-w", {}, _now(late)))

    monkeypatch.setattr(plan_acts, "_require_agreed", withdrawn_meanwhile)
    with pytest.raises(NotNow, match="moved on to FEEDBACK"):
        _review(late, "UPHELD")
    assert late.case.status == CaseStatus.FEEDBACK
