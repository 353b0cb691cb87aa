"""The scenes of a mediation, its agreement and plan, and of a complaint: each act of staff and sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from chalicelib.borrower.apply import Apply
from chalicelib.borrower.complain import complain
from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.agreement import Party
from chalicelib.domain.arrangement import Arrangement, Way
from chalicelib.domain.case import Case
from chalicelib.domain.codes import Mode
from chalicelib.domain.schedules import equal
from chalicelib.forms.journey import Submission
from chalicelib.mediation.agreement.code import SendSigningCode
from chalicelib.mediation.agreement.contents import Ground
from chalicelib.mediation.agreement.draft import Wording
from chalicelib.mediation.assign import Objection, Reassign
from chalicelib.mediation.schedule import Offer, Schedule
from chalicelib.mediation.standing import profile_of
from chalicelib.store import cases, complaints, directory
from tests import signing
from tests.domain.test_directory import LI
from tests.faults import office
from tests.faults.office import FORMS, Form, Office, digest_to_sign
from tests.faults.scenarios import Act, Scenario, noticed
from tests.faults.world import World
from tests.samples import CASE_ID
from tests.staff.office import ANNA, BOSS, BOSS_TOO, CLERK, member

VALID = tuple(replace(record, valid_until=date(2027, 11, 24)) for record in LI.records)
LI_JING = replace(LI, records=VALID)
WANG = replace(LI_JING, id="wang", capacity=5)
MEDIATOR, OTHER = member("li", Role.MEDIATOR), member("wang", Role.MEDIATOR)
BO = member("bo", Role.COMPLAINT_HANDLER)
SEC = Actor("clerk-2", "Clerk Two", frozenset({Role.CASE_STAFF}))
WED = datetime(2026, 12, 2, 6, 0, tzinfo=UTC)  # 14:00 in Shanghai
THU, TUE = WED + timedelta(days=1), WED - timedelta(days=1)
REFERENCE = "C-K1AA-KAAA"
_LINE = "The tapes are awaited."


def offer(*times: datetime) -> Offer:
    """Return times by telephone."""
    return Offer(times=times, mode=Mode.TELEPHONE, mediator="李静", ways={"dial_in": "400-000-0009"})


OFFER = offer(TUE, WED, THU)


# -- acts


def sign_for_creditor(office: Office, digest: str, by: str = "bank-1") -> None:
    """Sign as a representative of the creditor does."""
    signing.signs(office.wiring, CASE_ID, digest, Party.CREDITOR, signing.representative(by))


def countersign(office: Office, digest: str, by: str = "li") -> None:
    """Sign as the mediator does, last."""
    signing.signs(office.wiring, CASE_ID, digest, Party.MEDIATOR, signing.mediator(by))


def override(actor: Actor, mediator: str) -> Form:
    def act(office: Office) -> object:
        return office.do(actor, "override", mediator=mediator, reason=f"{actor.id} knows him")

    return Form(act, "ASSIGNED", (f'"mediator": "{mediator}"', f"{actor.id} knows him"))


def _booked(at: datetime) -> Form:
    def act(office: Office) -> object:
        return Schedule(office.wiring.timers).book(CASE_ID, at, office.now())

    return Form(act, "MEETING", (CASE_ID.loan_key, at.strftime("%Y-%m-%dT%H:%M"), '"cancelled": false'))


def _objects(office: Office) -> object:
    act = Reassign(office.wiring.timers)
    return act.object_to(
        CASE_ID, Objection(Party.BORROWER, "borrower", "li", "he knows my boss"), office.now()
    )


def _offers(office: Office) -> object:
    return Schedule(office.wiring.timers).offer(CASE_ID, OFFER, "li", office.now())


def _refuses(office: Office) -> object:
    office.wiring.refuse(CASE_ID, digest_to_sign(), Party.BORROWER, office.now(), why="too dear")
    return None


def _decides(actor: Actor, outcome: str) -> Form:
    def act(office: Office) -> object:
        given = {"outcome": outcome, "reasons": "The call was at 23:10.", "redress": "An apology."}
        return office.do(actor, "decide", REFERENCE, **given)

    return Form(act, "HANDLING", ('"DECIDED"', f'"{actor.id}"', f'"{outcome}"'))


def _extends(office: Office) -> object:
    office.do(ANNA, "extend_complaint", REFERENCE, reason=_LINE)
    desk = replace(office.desk(BOSS, ""), key="")
    return office.approved("anna-extend_complaint-0001", desk)


FORMS |= {
    "accept": Form(lambda one: one.do(CLERK, "accept"), "ACCEPTED"),
    "assign": Form(lambda one: one.do(CLERK, "assign"), "ASSIGNED"),
    "assign wang": override(BOSS, "wang"),
    "assign li": override(BOSS_TOO, "li"),
    "object": Form(_objects, "OBJECTION"),
    "offer": Form(_offers, "SLOTS"),
    "book Tuesday": _booked(TUE),
    "book Wednesday": _booked(WED),
    "book Thursday": _booked(THU),
    "call off": Form(lambda one: one.do(MEDIATOR, "call_off", reason="ill"), "SESSION", ("called_off",)),
    "open": Form(lambda one: one.do(MEDIATOR, "open_session"), "SESSION", ("opened",)),
    "adjourn": Form(lambda one: one.do(MEDIATOR, "adjourn", reason="more papers"), "SESSION", ("adjourned",)),
    "sign": Form(lambda one: one.sign_over_http(digest_to_sign()), "SIGNATURE", ("BORROWER",)),
    "sign for the creditor": Form(
        lambda one: sign_for_creditor(one, digest_to_sign()), "SIGNATURE", ("CREDITOR",)
    ),
    "countersign": Form(lambda one: countersign(one, digest_to_sign()), "SEAL"),
    "refuse": Form(_refuses, "UNSIGNED"),
    "take up": Form(lambda one: one.do(ANNA, "take_up", REFERENCE), "HANDLING", ('"TAKEN"', '"anna"')),
    "take up, bo": Form(lambda one: one.do(BO, "take_up", REFERENCE), "HANDLING", ('"TAKEN"', '"bo"')),
    "decide": _decides(ANNA, "UPHELD"),
    "decide otherwise": _decides(ANNA, "PARTLY_UPHELD"),
    "extend": Form(_extends, "HANDLING", ('"EXTENDED"',)),
}


# -- what came before


def sure(world: World, name: str) -> None:
    """Send a form that nothing keeps from being answered; it is not repeated later."""
    assert world.press(name) == office.DONE, (name, world.state.refused, world.state.faults)
    del world.state.answers[name]


def _kept(prepare: Act) -> Act:
    """What led up to many scenes is lived once and then gone back to."""

    def prepared(world: World) -> None:
        if prepare in world.kept:
            world.restore(world.kept[prepare])
        else:
            prepare(world)
            world.kept[prepare] = world.snapshot()

    return prepared


@_kept
def applied(world: World) -> None:
    noticed(world)
    sent = Submission("applied00001", "apply", "M-1", {"mode": "TELEPHONE"}, world.now())
    assert world.carry_out(lambda one: Apply(one.wiring.timers)(CASE_ID, sent)) == office.DONE
    world.run()


@_kept
def _applied_to_the_directory(world: World) -> None:
    applied(world)
    directory.put(LI_JING)
    directory.put(WANG)


def _accepted(world: World) -> None:
    applied(world)
    sure(world, "accept")
    world.run()
    directory.put(LI_JING)
    directory.put(WANG)


@_kept
def assigned(world: World) -> None:
    _applied_to_the_directory(world)
    sure(world, "accept")
    world.run()
    assert office.head()["mediator"] == "li"


@_kept
def offered(world: World) -> None:
    assigned(world)
    sure(world, "offer")
    world.run()


def _booked_for(name: str) -> Act:
    def prepared(world: World) -> None:
        offered(world)
        sure(world, name)
        world.run()

    return prepared


@_kept
def meeting_begins(world: World) -> None:
    _booked_for("book Wednesday")(world)
    world.until(WED)


@_kept
def text_final(world: World) -> None:
    """The session is over and its agreement is final; the borrower is at its page, and has a code."""
    meeting_begins(world)
    sure(world, "open")
    world.run()
    case = cases.get(CASE_ID)
    owed = case.amount
    plan = equal(owed.currency, owed.total, 2, date(2026, 12, 20))
    rests = ground(world, case)
    arrangement = Arrangement(way=Way.INSTALMENTS, owed=owed, plan=plan)
    world.wiring.write_draft(
        case, arrangement, Wording(mediator="李静"), rests.profile, by="li", seen=0, now=world.now()
    )
    world.wiring.freeze(ground(world, cases.get(CASE_ID)), 1, by="li", seen=0, now=world.now())
    world.run()


def ground(world: World, case: Case) -> Ground:
    return Ground(case, world.wiring.lender(case.lender), profile_of(case))


@_kept
def code_in_hand(world: World) -> None:
    text_final(world)
    assert world.open_link() == 303
    page = world.http("GET", "/my/contact", cookie=world.state.borrower.cookie)["body"]
    world.state.borrower.csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    assert SendSigningCode(world.wiring.timers)(CASE_ID, digest_to_sign(), world.now())
    world.run()


@_kept
def _signed_by_the_creditor(world: World) -> None:
    code_in_hand(world)
    sure(world, "sign for the creditor")
    world.run()


@_kept
def signed_by_both(world: World) -> None:
    _signed_by_the_creditor(world)
    sure(world, "sign")
    world.run()


@_kept
def plan_kept(world: World) -> None:
    signed_by_both(world)
    sure(world, "countersign")
    world.run()
    assert office.head()["status"] == "PLAN_ACTIVE"


def paid(world: World, amount: int, number: int = 1) -> None:
    """A loan system tells of a payment of now."""
    event = world.example("payment")
    left = max(0, int(office.head()["amount"]["total"]) - amount)
    parts = {"total": left, "principal": left, "interest": 0, "fees": 0, "penalty": 0, "payments_credits": 0}
    event |= {"id": f"evt-pay-{number}", "time": f"{world.now():%Y-%m-%dT%H:%M:%SZ}"}
    event["data"]["amount"]["paid"] = amount
    event["data"]["outstanding"] |= {**parts, "as_of": f"{world.now():%Y-%m-%d}"}
    assert world.post_body(event) == 202


def with_payment(prepare: Act, amount: int) -> Act:
    def prepared(world: World) -> None:
        prepare(world)
        world.advance(seconds=5)
        world.forget_what_came()
        paid(world, amount)

    return prepared


@_kept
def at_the_breach(world: World) -> None:
    """The grace of the first instalment is over, its timer about to fire, and a payment is in the queue."""
    plan_kept(world)
    while (live := [one for one in world.machine.of("repayment") if one.live]) and live[0].state != "Grace":
        world.to_timer()
    due = live[0].deadline
    assert due
    world.until(due - timedelta(seconds=1))
    world.state.now = due


@_kept
def complained(world: World) -> None:
    noticed(world)
    answers = {"category": "COLLECTION", "what": "They rang at night."}
    sent = Submission("K1AAKAAA2222", "complain", REFERENCE, answers, world.now())
    assert world.carry_out(lambda one: complain(sent, cases.get(CASE_ID))) == office.DONE
    one = complaints.require(REFERENCE)
    world.wiring.timers.handle(one.reference, one.id, world.now())
    world.run()


@_kept
def taken_up(world: World) -> None:
    complained(world)
    sure(world, "take up")
    world.run()


def sending(name: str) -> Act:
    """The form alone: what its messages' senders and machines do fails in other scenes."""

    def act(world: World) -> None:
        world.press(name)

    return act


def _consume_and_run(world: World) -> None:
    world.consume()
    world.run()


_EARLIER = _booked_for("book Thursday")


def _from_here(prepare: Act) -> Act:
    def prepared(world: World) -> None:
        prepare(world)
        if not world.state.queue:
            world.forget_what_came()

    return prepared


_ASSIGNED = "TransactWriteItems ASSIGNED+CASE"
_SIGNED = "TransactWriteItems CASE+SIGNATURE+SIGNING"
_SEALED = ("TransactWriteItems CASE+SIGNATURE", "TransactWriteItems CASE+PLAN+SEAL", "StartExecution")


def _scene(name: str, prepare: Act, act: Act, *only: str) -> Scenario:
    return Scenario(name, _from_here(prepare), act, to_the_end=False, only=only, reads=False)


_MOVED = "TransactWriteItems 2026+CASE+MEETING"
_COUNTED = "TransactWriteItems BALANCE+CASE+PAYMENT+PLAN"

MEDIATION_SCENES: tuple[Scenario, ...] = (
    _scene("accepting, and a mediator at once", _applied_to_the_directory, sending("accept")),
    _scene("assigning by hand", _accepted, sending("assign")),
    _scene("another mediator", assigned, sending("assign wang")),
    _scene(
        "an objection", _booked_for("book Wednesday"), sending("object"), f"{_MOVED}+OBJECTION", _ASSIGNED
    ),
    _scene("times offered", assigned, sending("offer")),
    _scene("booking", offered, sending("book Wednesday")),
    _scene("calling off", _booked_for("book Wednesday"), sending("call off"), f"{_MOVED}+SESSION"),
    _scene("opening a session", meeting_begins, sending("open")),
    _scene("signing", code_in_hand, sending("sign"), _SIGNED),
    _scene("countersigning and sealing", signed_by_both, sending("countersign"), *_SEALED),
    _scene("refusing to sign", signed_by_both, sending("refuse")),
    _scene(
        "payment on a plan", with_payment(plan_kept, 100_000), _consume_and_run, _COUNTED, "SendTaskSuccess"
    ),
    _scene("taking a complaint up", complained, sending("take up")),
    _scene("deciding a complaint", taken_up, sending("decide")),
    _scene("extending a complaint", taken_up, sending("extend"), "TransactWriteItems HANDLING+K1AAKAAA2222"),
)
