"""What people and loan systems do in these tests: the product's own acts, each in a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import app
from chalicelib import links
from chalicelib.borrower.apply import Apply, Withdraw
from chalicelib.borrower.complain import complain
from chalicelib.borrower.feedback import GiveFeedback
from chalicelib.complaints.acknowledge import Acknowledge
from chalicelib.complaints.decide import Decide
from chalicelib.complaints.extend import Extend as ExtendComplaint
from chalicelib.complaints.review import Review
from chalicelib.complaints.take_up import TakeUp
from chalicelib.complaints.withdraw import Withdraw as WithdrawComplaint
from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.codes import ChannelName, FactKind, HoldKind, Mode
from chalicelib.domain.complaint import ComplaintOutcome
from chalicelib.domain.schedules import equal
from chalicelib.domain.selection import Review as Reviewed
from chalicelib.domain.selection import Verdict
from chalicelib.forms.journey import Submission
from chalicelib.mediation.accept import Accept
from chalicelib.mediation.agreement.code import SendSigningCode
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.draft import Wording
from chalicelib.mediation.assign import Reassign
from chalicelib.mediation.extend import Extend
from chalicelib.mediation.schedule import Offer, Schedule
from chalicelib.mediation.session import Session
from chalicelib.repayment.refer import Refer
from chalicelib.store import (
    agreements,
    complaints,
    directory,
    facts,
    holds,
    lenders,
    persons,
    plans,
    selections,
    signing_codes,
)
from chalicelib.store.facts import Fact
from tests import signing
from tests.bench import gateway
from tests.complaints.desk import ANNA, BO, SU
from tests.mediation.test_assign import LI_JING
from tests.samples import CASE_ID
from tests.timers.play import Play

FIRST, SECOND = (datetime(2026, 12, day, 6, 0, tzinfo=UTC) for day in (2, 3))  # 14:00 in Shanghai
COMPLAINT = "C-KAAA-KAAA"
_OFFER = {"mode": Mode.TELEPHONE, "mediator": "李静", "ways": {"dial_in": "400-000-0009"}}
_names = count(1)


def sent(play: Play, **answers: str) -> Submission:
    """Return something a borrower sends now."""
    name = f"s{next(_names):011d}"
    said: dict[str, Any] = {"mode": "TELEPHONE", **answers}
    return Submission(name, "", f"R-{name}", said, play.now)


# -- loan systems


def overdue(play: Play) -> None:
    play.scene.accept()
    play.run()


def pay(play: Play, paid: int, left: int) -> None:
    """A payment event; nothing left is a settlement."""
    body: dict[str, Any] = json.loads(play.scene.road.event("payment"))
    body["id"], body["time"] = f"evt-{next(_names):06d}", f"{play.now:%Y-%m-%dT%H:%M:%SZ}"
    body["data"]["amount"]["paid"] = paid
    parts = dict.fromkeys(("interest", "fees", "penalty", "payments_credits"), 0)
    body["data"]["outstanding"] |= {**parts, "total": left, "principal": left}
    body["data"]["outstanding"]["as_of"] = f"{play.now:%Y-%m-%d}"
    play.scene.carry_out(play.scene.take(json.dumps(body).encode()).reference)


def settle(play: Play) -> None:
    """All is paid."""
    play.scene.road.clock.advance(seconds=1)
    pay(play, 1_234_567, 0)


def pay_instalment(play: Play) -> None:
    play.scene.road.clock.advance(seconds=1)
    plan = plans.get(CASE_ID)
    assert plan
    assert plan.next_due
    pay(play, plan.next_due.amount, 800_000)


def pay_all(play: Play) -> None:
    """What the whole plan asks for, while the loan system still reckons something else as overdue."""
    play.scene.road.clock.advance(seconds=1)
    pay(play, play.case.amount.total, 800_000)


# -- the borrower


def answer(play: Play) -> None:
    """He says why he is late, and wants no mediation."""
    GiveFeedback(play.timers)(CASE_ID, sent(play, reason="ILLNESS", wish="NO"))


def silence(play: Play) -> None:
    """He opts out of every channel."""
    for channel in (ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE, ChannelName.LETTER):
        persons.opt_out(play.case.borrower.person, channel)


def apply(play: Play) -> None:
    Apply(play.timers)(CASE_ID, sent(play))


def withdraw(play: Play) -> None:
    assert Withdraw(play.timers)(CASE_ID, sent(play))


def hold(play: Play, kind: HoldKind = HoldKind.DISPUTE) -> None:
    """Something lies over the case; no signal tells of it."""
    holds.put(CASE_ID, kind, Fact(CASE_ID, FactKind.HOLD, play.now, (kind.value, f"{next(_names)}")))


def lay(play: Play, kind: str = "HARDSHIP", action: str = "set") -> None:
    """The lender lays a hold, for the profile's term; or lifts it."""
    body: dict[str, Any] = json.loads(play.scene.road.event("hold"))
    body["id"], body["time"] = f"evt-{next(_names):06d}", f"{play.now:%Y-%m-%dT%H:%M:%SZ}"
    body["data"] = {"kind": kind, "action": action}
    play.scene.carry_out(play.scene.take(json.dumps(body).encode()).reference)


def lift(play: Play, kind: HoldKind = HoldKind.DISPUTE) -> None:
    """What was disputed is verified."""
    assert holds.lift(CASE_ID, kind, Fact(CASE_ID, FactKind.HOLD, play.now, (kind.value, "LIFTED")))


# -- the mediation


def accept(play: Play) -> None:
    assert Accept(play.timers)(CASE_ID, "staff-1", play.now)


def decline(play: Play) -> None:
    Accept(play.timers).decline(CASE_ID, "staff-1", "not ours", play.now)


def assign(play: Play) -> None:
    directory.put(LI_JING)
    assert Reassign(play.timers).override(CASE_ID, LI_JING.id, "boss", "he is there", play.now)


def offer(play: Play, *times: datetime) -> None:
    found = Offer(times=times or (FIRST, SECOND), **_OFFER)  # type: ignore[arg-type]
    Schedule(play.timers).offer(CASE_ID, found, LI_JING.id, play.now)


def book(play: Play, at: datetime = FIRST) -> None:
    Schedule(play.timers).book(CASE_ID, at, play.now)


def reschedule(play: Play) -> None:
    book(play, SECOND)


def call_off(play: Play) -> None:
    assert Schedule(play.timers).call_off(CASE_ID, LI_JING.id, "ill", play.now)


def session(play: Play) -> Session:
    return Session(play.timers, lambda *_: [])


def meet(play: Play) -> None:
    assert session(play).open(CASE_ID, LI_JING.id, play.now)


def adjourn(play: Play) -> None:
    assert session(play).adjourn(CASE_ID, LI_JING.id, "more papers", play.now)


def extend(play: Play) -> None:
    """Both sides want more time."""
    wish = Extend(play.timers)
    wish(CASE_ID, Party.BORROWER, "borrower", play.now)
    assert wish(CASE_ID, Party.CREDITOR, "bank-1", play.now)


def draft(play: Play) -> None:
    """Three instalments, of which the first falls due on 10 January."""
    owed = play.case.amount
    plan = equal(owed.currency, owed.total, 3, datetime(2027, 1, 10, tzinfo=UTC).date())
    found = Arrangement(way=Way.INSTALMENTS, owed=owed, plan=plan)
    write, profile = play.scene.wiring.write_draft, profile_of(play.case)
    write(play.case, found, Wording(mediator="李静"), profile, by=LI_JING.id, seen=0, now=play.now)


def freeze(play: Play) -> None:
    ground = Ground(play.case, lenders.get("demo-bank"), profile_of(play.case))
    play.scene.wiring.freeze(ground, 1, by=LI_JING.id, seen=0, now=play.now)


def digest() -> str:
    found = agreements.get(CASE_ID)
    assert found
    return found.digest


def ask_code(play: Play) -> None:
    """The borrower asks for the code that signs."""
    assert SendSigningCode(play.timers)(CASE_ID, digest(), play.now)


def borrower_signs(play: Play) -> None:
    known = signing_codes.get(CASE_ID)
    assert known
    code = links.access_code(str(CASE_ID), known.issued.step, play.scene.wiring.pepper())
    play.scene.wiring.sign.as_borrower(CASE_ID, digest(), code, play.now)


def creditor_signs(play: Play) -> None:
    signing.signs(play.scene.wiring, CASE_ID, digest(), Party.CREDITOR, signing.representative())


def mediator_signs(play: Play) -> None:
    signing.signs(play.scene.wiring, CASE_ID, digest(), Party.MEDIATOR, signing.mediator(LI_JING.id))


def sign(play: Play) -> None:
    """All three sign, the mediator last."""
    for act in (ask_code, borrower_signs, creditor_signs, mediator_signs):
        act(play)


def refuse(play: Play) -> None:
    play.scene.wiring.refuse(CASE_ID, digest(), Party.BORROWER, play.now)


def refer(play: Play) -> None:
    found = selections.standing_of(play.case)
    assert found
    facts.append(selections.fact_of(CASE_ID, Reviewed(found, Verdict.UPHELD, "clerk"), play.now))
    assert Refer(play.timers)(CASE_ID, "boss", "nothing came", play.now)


# -- complaints


def complained(play: Play, *, stranger: bool = False) -> None:
    """Somebody complains, and the clocks begin."""
    answers = {"category": "COLLECTION", "what": "They rang at night.", "contact": "a@example.com"}
    made = Submission("KAAAKAAA2222", "complain", COMPLAINT, answers, play.now)
    assert complain(made, None if stranger else play.case)
    found = complaints.require(COMPLAINT)
    play.timers.handle(found.reference, found.id, play.now)
    play.run()


def acknowledge(play: Play) -> None:
    Acknowledge(play.timers)(COMPLAINT, ANNA, play.now)


def take_up(play: Play) -> None:
    TakeUp(play.timers)(COMPLAINT, ANNA, play.now)


def extend_complaint(play: Play) -> None:
    ExtendComplaint(play.timers)(COMPLAINT, ANNA, SU, f"Tapes are awaited ({next(_names)}).", play.now)


def decide(play: Play) -> None:
    Decide(play.timers)(
        COMPLAINT, ANNA, ComplaintOutcome.UPHELD, "It was so.", play.now, redress="An apology."
    )


def ask_review(play: Play) -> None:
    Review(play.timers).ask(COMPLAINT, "The second call was left out.", play.now)


def answer_review(play: Play) -> None:
    Review(play.timers).answer(COMPLAINT, BO, ComplaintOutcome.NOT_UPHELD, "There was none.", play.now)


def withdraw_complaint(play: Play) -> None:
    WithdrawComplaint(play.timers)(COMPLAINT, "I take it back.", play.now)


# -- providers


def delivered(play: Play) -> None:
    """The provider of the first SMS says that it arrived."""
    context = {"case_id": str(CASE_ID), "step": "first_notice", "channel": "SMS"}
    receipt = {"eventType": "TEXT_DELIVERED", "messageId": "sms-1", "context": context}
    said = app.take_receipt(gateway.records(receipt), gateway.Context())
    assert said == {"batchItemFailures": []}
