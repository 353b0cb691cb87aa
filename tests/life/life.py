"""A life: a borrower, a lender, mediators, handlers and time act in any order on one loan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chalicelib.borrower.apply import Apply, Withdraw
from chalicelib.borrower.complain import complain
from chalicelib.borrower.feedback import GiveFeedback
from chalicelib.complaints.review import Review
from chalicelib.complaints.withdraw import Withdraw as TakeBack
from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.codes import CaseStatus, FactKind, HoldKind, Outcome
from chalicelib.domain.schedules import equal
from chalicelib.forms.journey import Submission
from chalicelib.mediation.agreement.code import SendSigningCode
from chalicelib.mediation.agreement.draft import Wording
from chalicelib.mediation.assign import Objection, Reassign
from chalicelib.mediation.extend import Extend
from chalicelib.mediation.schedule import Schedule
from chalicelib.repayment.refer import Refer
from chalicelib.repayment.renegotiate import Renegotiate
from chalicelib.store import agreement_drafts, cases, directory, holds
from chalicelib.store.facts import Fact
from tests.faults import mediation_scenes as scenes
from tests.faults.mediation_scenes import MEDIATOR, OTHER
from tests.faults.office import Office, digest_to_sign, head, signing_code
from tests.faults.scenarios import Act, noticed, opened
from tests.faults.state import Snapshot, rows
from tests.faults.world import World
from tests.life.held import broken
from tests.samples import CASE_ID
from tests.staff.office import ANNA, BOSS, CLERK

STAGES: dict[str, Act] = {
    "opened": opened,
    "noticed": noticed,
    "applied": scenes.applied,
    "assigned": scenes.assigned,
    "offered": scenes.offered,
    "meeting": scenes.meeting_begins,
    "text": scenes.text_final,
    "signed by both": scenes.signed_by_both,
    "plan": scenes.plan_kept,
    "complained": scenes.complained,
}
STATUS = CaseStatus
BO = scenes.BO


def _in(*statuses: CaseStatus) -> Callable[[Any], bool]:
    return lambda self: head()["status"] in statuses and head()["generation"] == "1"


def _open(self: Any) -> bool:
    return bool(head()["status"] != "CLOSED" and head()["generation"] == "1")


def _complained(self: Any) -> bool:
    return bool(self.references())


class Life(RuleBasedStateMachine):
    """Everybody's acts on the example loan; whatever the product refuses is no fault."""

    world: World
    kept: ClassVar[dict[str, Snapshot]] = {}

    @initialize(stage=st.sampled_from(sorted(STAGES)))
    def begin(self, stage: str) -> None:
        """Begin somewhere in a life."""
        world = self.world
        if stage not in self.kept:
            world.restore()
            STAGES[stage](world)
            directory.put(scenes.LI_JING)
            directory.put(scenes.WANG)
            world.run()
            self.kept[stage] = world.snapshot()
        world.restore(self.kept[stage])
        world.forget_what_came()
        world.state.faults.clear()
        self.count = 0

    # -- means

    def name(self) -> str:
        """Return a name nobody has used."""
        self.count += 1
        return f"name{self.count:08d}"

    def act(self, act: Callable[[Office], object]) -> None:
        """Carry an act out, and let what follows happen."""
        self.world.advance(seconds=7)
        note(f"  {self.world.now()} {head()['status']} -> {self.world.carry_out(act)}")
        self.world.run()

    def sent(self, journey: str, **answers: Any) -> Submission:
        name = self.name()
        return Submission(name, journey, f"X-{name[-8:-4]}-{name[-4:]}", answers, self.world.now())

    def references(self) -> list[str]:
        return [
            row["pk"].removeprefix("COMPLAINT#")
            for row in rows()
            if row["pk"].startswith("COMPLAINT#")
            and "category" in row
            and row["status"] not in ("CLOSED", "WITHDRAWN")
        ]

    @property
    def timers(self) -> Any:
        return self.world.wiring.timers

    # -- time

    @rule(hours=st.sampled_from([1, 5, 13, 26, 50, 80, 24 * 8, 24 * 20, 24 * 35]))
    def wait(self, hours: int) -> None:
        self.world.until(self.world.now() + timedelta(hours=hours))
        self.world.run()

    @rule()
    def sweep(self) -> None:
        self.world.sweep()
        self.world.run()

    # -- the lender

    @rule(days=st.integers(-3, 3), same=st.booleans())
    def overdue(self, days: int, same: bool) -> None:
        """Again, late, early, or the very same."""
        at = self.world.now() + timedelta(days=min(days, 0))
        changes = {} if same else {"id": self.name(), "time": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
        assert self.world.post("overdue", **changes) in (202, 200)
        self.taken()

    @rule(share=st.sampled_from([5, 30, 100]))
    def pay(self, share: int) -> None:
        self.world.advance(seconds=5)
        self.count += 1
        scenes.paid(self.world, max(1, int(head()["amount"]["total"]) * share // 100), 100 + self.count)
        self.taken()

    @precondition(_open)
    @rule()
    def settle(self) -> None:
        self.world.advance(seconds=5)
        assert (
            self.world.post("settled", id=self.name(), time=f"{self.world.now():%Y-%m-%dT%H:%M:%SZ}") == 202
        )
        self.taken()

    def taken(self) -> None:
        self.world.consume()
        self.world.run()

    @rule(word=st.sampled_from(["DELIVERED", "FAILED"]))
    def receipt(self, word: str) -> None:
        if self.world.providers.outbox:
            self.world.give_receipt(self.world.providers.outbox[-1], word)
            self.world.run()

    # -- the borrower

    @precondition(_open)
    @rule()
    def feedback(self) -> None:
        sent = self.sent("feedback", reason="ILLNESS", wish="UNSURE")
        self.act(lambda one: GiveFeedback(self.timers)(CASE_ID, sent))

    @precondition(_open)
    @rule()
    def apply(self) -> None:
        sent = self.sent("apply", mode="TELEPHONE")
        self.act(lambda one: Apply(self.timers)(CASE_ID, sent))

    @precondition(_open)
    @rule()
    def withdraw(self) -> None:
        sent = self.sent("withdraw", sure="UNDERSTOOD")
        self.act(lambda one: Withdraw(self.timers)(CASE_ID, sent))

    @precondition(_open)
    @rule(side=st.sampled_from([Party.BORROWER, Party.CREDITOR]), who=st.sampled_from(["li", "wang"]))
    def object_to(self, side: Party, who: str) -> None:
        act = Reassign(self.timers)
        self.act(lambda one: act.object_to(CASE_ID, Objection(side, "x", who, "why"), one.now()))

    @precondition(_open)
    @rule(side=st.sampled_from([Party.BORROWER, Party.CREDITOR]))
    def more_time(self, side: Party) -> None:
        self.act(lambda one: Extend(self.timers)(CASE_ID, side, "x", one.now()))

    @precondition(lambda self: len(self.references()) < 2)  # each that is late is looked at every day
    @rule(category=st.sampled_from(["COLLECTION", "MEDIATOR_BIAS"]))
    def complain(self, category: str) -> None:
        sent = self.sent("complain", category=category, what="They rang at night.")
        case = cases.get(CASE_ID)

        def act(one: Office) -> None:
            complain(sent, case)
            self.timers.handle(sent.reference, sent.id, sent.at)

        self.act(act)

    # -- mediation

    @precondition(_in(STATUS.APPLIED, STATUS.ACCEPTED))
    @rule(yes=st.sampled_from([True, True, True, False]))
    def accept(self, yes: bool) -> None:
        if yes:
            self.act(lambda one: one.do(CLERK, "accept"))
        else:
            self.act(lambda one: one.do(CLERK, "decline", reason="no loan"))

    @precondition(_open)
    @rule(who=st.sampled_from(["li", "wang"]))
    def override(self, who: str) -> None:
        self.act(lambda one: one.do(BOSS, "override", mediator=who, reason=self.name()))

    @precondition(_in(STATUS.ASSIGNED, STATUS.SCHEDULED, STATUS.ADJOURNED))
    @rule(days=st.integers(4, 9))
    def offer(self, days: int) -> None:
        day = (self.world.now() + timedelta(days=days)).replace(hour=6, minute=0, second=0, microsecond=0)
        given = scenes.offer(day, day + timedelta(hours=2), day + timedelta(days=1))
        self.act(lambda one: Schedule(self.timers).offer(CASE_ID, given, "li", one.now()))

    @precondition(_in(STATUS.ASSIGNED, STATUS.SCHEDULED, STATUS.ADJOURNED))
    @rule(number=st.integers(0, 2))
    def book(self, number: int) -> None:
        from chalicelib.mediation.schedule import latest_offer

        if found := latest_offer(cases.get(CASE_ID)):
            at = found.times[number % len(found.times)]
            self.act(lambda one: Schedule(self.timers).book(CASE_ID, at, one.now()))

    @precondition(_in(STATUS.SCHEDULED))
    @rule()
    def call_off(self) -> None:
        self.act(lambda one: Schedule(self.timers).call_off(CASE_ID, "li", "ill", one.now()))

    @precondition(_in(STATUS.SCHEDULED))
    @rule()
    def open_session(self) -> None:
        who = MEDIATOR if head().get("mediator") == "li" else OTHER
        self.act(lambda one: one.do(who, "open_session"))

    @precondition(_in(STATUS.SCHEDULED, STATUS.IN_SESSION))
    @rule()
    def adjourn(self) -> None:
        who = MEDIATOR if head().get("mediator") == "li" else OTHER
        self.act(lambda one: one.do(who, "adjourn", reason="papers"))

    @precondition(_in(STATUS.ASSIGNED, STATUS.SCHEDULED, STATUS.IN_SESSION, STATUS.ADJOURNED, STATUS.DRAFTED))
    @rule(often=st.integers(0, 3))
    def end(self, often: int) -> None:
        who = MEDIATOR if head().get("mediator") == "li" else OTHER
        if not often:
            self.act(lambda one: one.do(who, "end_mediation", outcome=Outcome.NOT_AGREED.value, reason="no"))

    # -- agreement

    @precondition(_in(STATUS.IN_SESSION, STATUS.ADJOURNED, STATUS.DRAFTED))
    @rule(count=st.integers(1, 3))
    def draft(self, count: int) -> None:
        case, now = cases.get(CASE_ID), self.world.now()
        first: date = (now + timedelta(days=14)).date()
        owed = case.amount
        plan = equal(owed.currency, owed.total, count, first)
        found = Arrangement(way=Way.INSTALMENTS if count > 1 else Way.LUMP_SUM, owed=owed, plan=plan)
        profile = scenes.ground(self.world, case).profile
        words = Wording(mediator="李静")
        self.act(
            lambda one: one.wiring.write_draft(case, found, words, profile, by="li", seen=0, now=one.now())
        )

    @precondition(_in(STATUS.DRAFTED))
    @rule()
    def freeze(self) -> None:
        newest = agreement_drafts.get(CASE_ID)
        assert newest
        ground = scenes.ground(self.world, cases.get(CASE_ID))
        self.act(lambda one: one.wiring.freeze(ground, newest.number, by="li", seen=0, now=one.now()))

    @precondition(_in(STATUS.SIGNING))
    @rule(who=st.sampled_from(list(Party)))
    def sign(self, who: Party) -> None:
        digest = digest_to_sign()
        if who == Party.CREDITOR:
            self.act(lambda one: scenes.sign_for_creditor(one, digest))
        elif who == Party.MEDIATOR:
            self.act(lambda one: scenes.countersign(one, digest, head().get("mediator", "li")))
        else:
            self.act(lambda one: SendSigningCode(self.timers)(CASE_ID, digest, one.now()))
            if any(row["sk"] == "0001#SIGNING" for row in rows()):
                code = signing_code()
                self.act(lambda one: one.wiring.sign.as_borrower(CASE_ID, digest, code, one.now()))

    @precondition(_in(STATUS.SIGNING))
    @rule(often=st.integers(0, 2))
    def refuse(self, often: int) -> None:
        if not often:
            self.act(lambda one: one.wiring.refuse(CASE_ID, digest_to_sign(), Party.BORROWER, one.now()))

    # -- the plan

    @precondition(_in(STATUS.PLAN_ACTIVE, STATUS.BREACHED))
    @rule()
    def renegotiate(self) -> None:
        sent = self.sent("renegotiate", why="ILLNESS")
        self.act(lambda one: Renegotiate(self.timers).ask(cases.get(CASE_ID), sent))

    @precondition(_in(STATUS.BREACHED))
    @rule()
    def refer(self) -> None:
        self.act(lambda one: Refer(self.timers)(CASE_ID, "boss", "broken", one.now()))

    # -- holds

    @precondition(_open)
    @rule(kind=st.sampled_from([HoldKind.DISPUTE, HoldKind.MORATORIUM]))
    def hold(self, kind: HoldKind) -> None:
        fact = Fact(CASE_ID, FactKind.HOLD, self.world.now(), (kind.value, self.name()), {"hold": kind.value})
        lift = kind.value in head().get("holds", ())
        self.act(lambda one: holds.lift(CASE_ID, kind, fact) if lift else holds.put(CASE_ID, kind, fact))

    # -- complaints

    @precondition(_complained)
    @rule(
        what=st.sampled_from(["take_up", "decide", "extend", "ask", "answer", "letter", "withdraw"]),
        who=st.sampled_from([ANNA, BO]),
    )
    def handle(self, what: str, who: Any) -> None:
        about = self.references()[0]
        given = {"outcome": "UPHELD", "reasons": "It was at night.", "redress": "An apology."}
        acts: dict[str, Callable[[Office], object]] = {
            "take_up": lambda one: one.do(who, "take_up", about),
            "decide": lambda one: one.do(who, "decide", about, **given),
            "extend": lambda one: self.extended(one, who, about),
            "ask": lambda one: Review(self.timers).ask(about, "Look again.", one.now()),
            "answer": lambda one: one.do(BO if who == ANNA else ANNA, "answer_review", about, **given),
            "letter": lambda one: one.do(who, "letter_sent", about, words="by post"),
            "withdraw": lambda one: TakeBack(self.timers)(about, "I take it back.", one.now()),
        }
        self.act(acts[what])

    def extended(self, office: Office, who: Any, about: str) -> object:
        from chalicelib.complaints.extend import Extend as MoreTime

        return MoreTime(self.timers)(about, who, BOSS, self.name(), office.now())

    # -- what holds

    @invariant()
    def holds(self) -> None:
        """Everything, after every act."""
        if not hasattr(self, "count"):
            return
        found = broken(self.world)
        assert not found, "\n".join([*found[:6], str(self.world.histories())[-1500:]])
