"""An agreement on its way: drafted, commented on, final, signed, sealed; or left unsigned."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.agreement import Agreement, Effect, Party, Signature
from chalicelib.domain.arrangement import Arrangement, Parts, Way
from chalicelib.domain.codes import CaseStatus, ChannelName, FactKind, Outcome, Stage
from chalicelib.domain.errors import (
    CaseClosed,
    NeedsApproval,
    NoticeBlocked,
    OtherDocument,
    OutOfTurn,
    TooLate,
    TryAgain,
)
from chalicelib.domain.said import mark
from chalicelib.domain.schedules import equal
from chalicelib.mediation.agreement import told
from chalicelib.mediation.agreement.code import SendSigningCode
from chalicelib.mediation.agreement.days import profile_of
from chalicelib.mediation.agreement.draft import by_borrower, comment
from chalicelib.mediation.agreement.freeze import agreement_pdf, archive_key
from chalicelib.mediation.agreement.refuse import close_without_agreement
from chalicelib.mediation.agreement.sign import CodesLocked, Signed, WrongCode
from chalicelib.mediation.agreement.statement import statement_in
from chalicelib.notices.evidence.chain import sha256
from chalicelib.notices.plan import Ground as NoticeGround
from chalicelib.repayment.pay import Payment, TakePayment
from chalicelib.store import agreement_drafts, agreements, cases, facts, lenders, persons, plans, signatures
from chalicelib.store.case_rows import to_row
from chalicelib.store.facts import Fact
from chalicelib.workflow.about import about
from infra.ops.signing import verifies
from tests.road import DEMO_BANK
from tests.samples import CASE_ID, amount, case
from tests.scene import Scene
from tests.signing import Table
from tests.told import restate

BALANCE_AT = case().balance_at


@pytest.fixture
def table(scene: Scene) -> Table:
    return Table(scene.wiring)


def status(table: Table) -> str:
    return table.case.status.value


def said(table: Table, text: str = "首期请推迟到发薪日之后。", sending: str = "s1") -> bool:
    return comment(CASE_ID, 1, by_borrower(sending, "K-1", text, table.now))


def test_a_draft_is_on_record_and_leads_to_drafted(table: Table) -> None:
    draft = table.draft()
    assert agreement_drafts.get(CASE_ID) == draft
    assert table.case.status == CaseStatus.DRAFTED
    assert table.woken == [CASE_ID]


def test_no_draft_is_written_before_a_session(table: Table) -> None:
    to_row(case(status=CaseStatus.ASSIGNED)).save()
    with pytest.raises(OutOfTurn, match="ASSIGNED"):
        table.draft()
    assert facts.of(CASE_ID) == []


def test_a_comment_is_recorded_once_and_a_newer_draft_supersedes(table: Table) -> None:
    table.draft()
    assert said(table)
    assert not said(table)
    with pytest.raises(OutOfTurn, match="1 comment"):
        table.draft()
    assert table.draft(seen=1).number == 2
    with pytest.raises(OutOfTurn, match="newest"):
        said(table, sending="s2")
    assert [each.text for each in agreement_drafts.comments(CASE_ID, 1).said] == ["首期请推迟到发薪日之后。"]


def test_a_text_is_not_final_while_a_comment_is_unread(table: Table) -> None:
    table.draft()
    said(table)
    with pytest.raises(OutOfTurn, match="read them first"):
        table.freeze()
    assert table.case.status == CaseStatus.DRAFTED
    assert table.freeze(seen=1).sequence == 1


def test_the_final_text_is_kept_and_takes_no_more_comments(table: Table) -> None:
    table.draft()
    agreement = table.freeze()
    assert sha256(table.wiring.archive.get(archive_key(CASE_ID, agreement.digest))) == agreement.digest
    assert table.case.status == CaseStatus.SIGNING
    assert agreement.effect == Effect.SEALED
    assert (agreement.sign_by - table.now.date()).days == 7
    assert table.freeze() == agreement
    with pytest.raises(OutOfTurn):
        said(table)


def test_the_same_draft_gives_the_same_bytes(table: Table) -> None:
    draft = table.draft()
    assert agreement_pdf(table.ground, draft) == agreement_pdf(table.ground, draft)
    other = replace(draft, mediator="陈敏")
    assert agreement_pdf(table.ground, other) != agreement_pdf(table.ground, draft)


def test_a_text_about_what_is_no_longer_owed_does_not_become_final(table: Table) -> None:
    table.draft()
    restate(CASE_ID, amount(900_000), table.now)
    with pytest.raises(OutOfTurn, match="900000 minor units of CNY is owed now"):
        table.freeze()


def test_a_waiver_above_the_limit_needs_a_second_person(table: Table) -> None:
    owed, half = table.case.amount, Parts(principal=500_000)
    plan = equal("CNY", 500_000, 5, table.now.date() + timedelta(days=30))
    table.draft(arrangement=Arrangement(way=Way.PRINCIPAL_REDUCTION, owed=owed, plan=plan, waived=half))
    for approver in ("", "m-1"):
        with pytest.raises(NeedsApproval):
            table.freeze(approved_by=approver)
    assert table.freeze(approved_by="supervisor-1").total == 500_000


def test_a_waiver_within_the_limit_needs_nobody_else(table: Table) -> None:
    settings = {**DEMO_BANK.settings, "plan_limits": {"alone": "10", "principal": "10"}}
    lenders.put(replace(DEMO_BANK, settings=settings))
    plan = equal("CNY", 900_000, 5, table.now.date() + timedelta(days=30))
    tenth = Parts(principal=100_000)
    found = Arrangement(way=Way.PRINCIPAL_REDUCTION, owed=table.case.amount, plan=plan, waived=tenth)
    table.draft(arrangement=found)
    assert table.freeze().total == 900_000


def test_once_all_have_signed_it_is_sealed_and_its_plan_runs(table: Table) -> None:
    digest = table.frozen()
    table.all_sign(digest)
    agreement = agreements.get(CASE_ID)
    assert agreement
    assert agreement.in_force_since == table.now
    assert {each.party for each in agreement.signatures} == set(Party)
    assert table.case.status == CaseStatus.PLAN_ACTIVE
    plan = plans.get(CASE_ID)
    assert plan
    assert (plan.total, len(plan.instalments)) == (agreement.total, agreement.instalments)


def test_the_certificate_states_who_signed_and_its_seal_verifies_offline(table: Table) -> None:
    digest = table.frozen()
    table.all_sign(digest)
    (seal,) = facts.of(CASE_ID, FactKind.SEAL)
    found = statement_in(table.wiring.archive.get(archive_key(CASE_ID, seal.detail["certificate"])))
    assert found
    assert found.digest == digest
    assert [each.party for each in found.signatories] == ["BORROWER", "CREDITOR", "MEDIATOR"]
    assert found.signatories[0].to == "****8000"
    assert verifies(table.key.public_key(), found.signature, bytes.fromhex(digest))
    assert not verifies(table.key.public_key(), found.signature, bytes.fromhex("00" * 32))


def test_invariant_15_a_signature_under_another_document_is_refused(table: Table) -> None:
    digest = table.frozen()
    code = table.code(digest)
    other = "00" * 32
    with pytest.raises(OtherDocument):
        table.signing.as_borrower(CASE_ID, other, code, table.now)
    with pytest.raises(OtherDocument):
        table.creditor_signs(other)
    foreign = Fact(CASE_ID, FactKind.SIGNATURE, table.now, (other, "CREDITOR"), {"name": "王芳"})
    facts.append(foreign)
    agreement = agreements.get(CASE_ID)
    assert agreement
    assert agreement.signatures == ()
    with pytest.raises(ValueError, match="another document"):
        replace(agreement, signatures=(Signature(Party.CREDITOR, other, table.now),))


def test_invariant_15_a_code_signs_only_the_document_it_was_sent_for(table: Table) -> None:
    first = table.frozen()
    code = table.code(first)
    table.refusing(CASE_ID, first, Party.CREDITOR, table.now, by="bank-1")
    table.draft()
    second = table.freeze(2).digest
    assert second != first
    assert table.signing.as_borrower(CASE_ID, second, code, table.now) == WrongCode(4)
    assert not signatures.exists(CASE_ID, second, Party.BORROWER)


def test_invariant_16_the_plan_that_runs_sums_to_the_agreed_total(table: Table) -> None:
    table.draft(arrangement=table.arrangement(7))
    agreement = table.freeze()
    table.all_sign(agreement.digest)
    plan = plans.get(CASE_ID)
    assert plan
    assert sum(each.amount for each in plan.instalments) == agreement.total == table.case.amount.total


def test_nobody_signs_twice(table: Table) -> None:
    digest = table.frozen()
    assert table.borrower_signs(digest) == Signed(new=True)
    assert table.signing.as_borrower(CASE_ID, digest, "any", table.now) == Signed(new=False)
    table.creditor_signs(digest)
    table.creditor_signs(digest, by="bank-2")
    assert len(facts.of(CASE_ID, FactKind.SIGNATURE)) == 2
    assert signatures.signers(CASE_ID, digest, Party.CREDITOR) == {"bank-1"}


def test_a_code_is_good_once_for_ten_minutes_and_five_tries(table: Table, scene: Scene) -> None:
    digest = table.frozen()
    code = table.code(digest)
    scene.road.clock.advance(minutes=10)
    assert table.signing.as_borrower(CASE_ID, digest, code, table.now) == WrongCode(4)
    fresh = table.code(digest)
    wrong = f"{(int(fresh) + 1) % 10**6:06d}"
    answers = [table.signing.as_borrower(CASE_ID, digest, wrong, table.now) for _ in range(4)]
    assert answers == [WrongCode(3), WrongCode(2), WrongCode(1), CodesLocked()]
    assert table.signing.as_borrower(CASE_ID, digest, fresh, table.now) == CodesLocked()
    assert not SendSigningCode(table.wiring.timers)(CASE_ID, digest, table.now + timedelta(minutes=5))
    assert not signatures.exists(CASE_ID, digest, Party.BORROWER)


def test_a_code_that_opens_a_case_signs_nothing(table: Table) -> None:
    digest = table.frozen()
    table.code(digest)
    from chalicelib import links

    opening = links.access_code(str(CASE_ID), "access_code-1-SMS", table.wiring.pepper())
    assert table.signing.as_borrower(CASE_ID, digest, opening, table.now) == WrongCode(4)


def test_the_mediator_signs_last_and_is_the_mediator_of_the_case(table: Table) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    with pytest.raises(OutOfTurn, match="last"):
        table.mediator_signs(digest)
    table.creditor_signs(digest, by="m-1")
    with pytest.raises(OutOfTurn, match="only the mediator"):
        table.mediator_signs(digest, by="m-2")
    with pytest.raises(OutOfTurn, match="creditor"):
        table.mediator_signs(digest, by="m-1")


def test_nobody_signs_after_the_last_day(table: Table, scene: Scene) -> None:
    digest = table.frozen()
    scene.road.clock.advance(days=7)
    table.creditor_signs(digest)
    scene.road.clock.advance(days=1)
    with pytest.raises(TooLate):
        table.borrower_signs(digest)


@pytest.mark.parametrize("party", [Party.BORROWER, Party.CREDITOR])
def test_a_refusal_adjourns_and_a_new_text_may_follow(table: Table, party: Party) -> None:
    digest = table.frozen()
    table.refusing(CASE_ID, digest, party, table.now, why="金额过高")
    table.refusing(CASE_ID, digest, party, table.now)
    assert status(table) == "ADJOURNED"
    assert agreements.get(CASE_ID) is None
    with pytest.raises(OutOfTurn):
        table.creditor_signs(digest)
    table.draft()
    table.all_sign(table.freeze(2).digest)
    assert table.case.status == CaseStatus.PLAN_ACTIVE


def test_after_a_refusal_the_mediator_may_close_without_agreement(table: Table) -> None:
    digest = table.frozen()
    with pytest.raises(OutOfTurn, match="SIGNING"):
        close_without_agreement(CASE_ID, table.now, by="m-1", why="-", wake=table.woken.append)
    table.refusing(CASE_ID, digest, Party.CREDITOR, table.now, by="bank-1")
    for _ in range(2):
        found = close_without_agreement(CASE_ID, table.now, by="m-1", why="x", wake=table.woken.append)
        assert found.outcome == Outcome.NOT_AGREED


def test_a_text_that_became_final_in_the_moment_is_not_given_up(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = replace(table.case, status=CaseStatus.DRAFTED)
    digest = table.frozen()
    shown = iter([before, table.case])
    monkeypatch.setattr(cases, "get", lambda _: next(shown))
    with pytest.raises(OutOfTurn, match="not SIGNING"):
        close_without_agreement(CASE_ID, table.now, by="m-1", why="-", wake=table.woken.append)
    monkeypatch.undo()
    assert table.case.status == CaseStatus.SIGNING
    assert agreements.get(CASE_ID) is not None, digest


def test_a_settlement_during_signing_wins(table: Table) -> None:
    digest = table.frozen()
    code = table.code(digest)
    table.creditor_signs(digest)
    cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", table.now)
    with pytest.raises(CaseClosed):
        table.signing.as_borrower(CASE_ID, digest, code, table.now)
    assert plans.get(CASE_ID) is None


def test_a_settlement_between_the_last_signature_and_the_seal_leaves_no_plan(table: Table) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    sign = table.key.sign

    def settled_meanwhile(digest: bytes) -> bytes:
        cases.close(CASE_ID, Outcome.SETTLED_OUTSIDE, "paid", table.now)
        return sign(digest)

    table.key.sign = settled_meanwhile  # type: ignore[method-assign]
    with pytest.raises(CaseClosed):
        table.mediator_signs(digest)
    assert plans.get(CASE_ID) is None
    assert facts.of(CASE_ID, FactKind.SEAL) == []
    assert table.case.outcome == Outcome.SETTLED_OUTSIDE


def test_a_crash_before_the_seal_is_healed_by_a_repeat(table: Table) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    table.key.broken = 1
    with pytest.raises(TimeoutError):
        table.mediator_signs(digest)
    assert status(table) == "SIGNING"
    table.mediator_signs(digest)
    assert table.case.status == CaseStatus.PLAN_ACTIVE
    assert table.complete(CASE_ID, table.now)
    assert len(facts.of(CASE_ID, FactKind.SEAL)) == len(facts.of(CASE_ID, FactKind.PLAN)) == 1


def test_a_text_that_was_altered_in_the_archive_is_not_sealed(table: Table) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    table.wiring.archive.put(archive_key(CASE_ID, digest), b"%PDF-1.4 another text")
    with pytest.raises(OutOfTurn, match="not the text that was signed"):
        table.mediator_signs(digest)


def test_a_comment_that_comes_between_reading_and_writing_stops_the_final_text(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.store import agreement_steps

    table.draft()
    write = agreement_steps.finish_text

    def late(*given: object) -> bool:
        said(table)
        return write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(agreement_steps, "finish_text", late)
    with pytest.raises(OutOfTurn, match="1 comment"):
        table.freeze()
    assert table.case.status == CaseStatus.DRAFTED


def test_a_comment_that_comes_between_reading_and_writing_stops_a_newer_draft(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    table.draft()
    write = agreement_drafts.put

    def late(*given: object) -> bool:
        said(table)
        return write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(agreement_drafts, "put", late)
    with pytest.raises(OutOfTurn):
        table.draft()
    assert len(facts.of(CASE_ID, FactKind.DRAFT)) == 1


def test_an_agreement_that_needs_a_seal_is_not_in_force_without_it(table: Table) -> None:
    digest = table.frozen()
    agreement = agreements.get(CASE_ID)
    assert isinstance(agreement, Agreement)
    signed = replace(agreement, signatures=tuple(Signature(p, digest, table.now) for p in Party))
    assert signed.in_force_since is None
    assert replace(signed, effect=Effect.SIGNED).in_force_since == table.now
    later = table.now + timedelta(hours=1)
    assert replace(signed, sealed_at=later).in_force_since == later


# --- what the borrower and the machine are told ---------------------------------------------------------


def test_the_final_text_is_told_once_and_a_repeat_heals_a_lost_start(table: Table, scene: Scene) -> None:
    name = f"{CASE_ID}-agreement_to_sign-1"
    table.frozen()
    assert name in scene.machine.statuses
    started = len(scene.machine.statuses)
    table.freeze()
    assert len(scene.machine.statuses) == started
    del scene.machine.statuses[name]  # a crash before the start
    table.freeze()
    assert name in scene.machine.statuses


def test_nobody_is_asked_for_a_signature_that_is_given_or_not_wanted_any_more(table: Table) -> None:
    digest, step = table.frozen(), "agreement_to_sign-1"
    assert not told.is_needless(table.case, step)
    assert told.is_needless(table.case, "agreement_to_sign-2")  # of another text
    assert not told.is_needless(table.case, "meeting_reminder-10001")
    table.borrower_signs(digest)
    assert told.is_needless(table.case, step)
    table.refusing(CASE_ID, digest, Party.CREDITOR, table.now)
    assert told.is_needless(table.case, step)


def test_what_all_signed_is_sealed_by_the_machine_when_the_last_signer_died(
    table: Table, scene: Scene
) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    table.key.broken = 1
    with pytest.raises(TimeoutError):
        table.mediator_signs(digest)
    assert status(table) == "SIGNING"
    scene.road.clock.advance(days=9)  # the time to sign is over, and all signed within it
    steer = replace(scene.wiring.steer, complete=table.complete)
    for _ in range(2):
        assert steer(CASE_ID, {})["stage"] == Stage.PLAN_ACTIVE.value
    assert table.case.status == CaseStatus.PLAN_ACTIVE
    assert len(facts.of(CASE_ID, FactKind.SEAL)) == 1


def test_the_machine_seals_no_altered_text_and_closes_nothing_that_all_have_signed(
    table: Table, scene: Scene
) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    table.key.broken = 1
    with pytest.raises(TimeoutError):
        table.mediator_signs(digest)
    table.wiring.archive.put(archive_key(CASE_ID, digest), b"%PDF-1.4 another text")
    scene.road.clock.advance(days=8)
    replace(scene.wiring.steer, complete=table.complete)(CASE_ID, {})
    assert status(table) == "SIGNING"
    assert facts.of(CASE_ID, FactKind.SEAL) == []


def test_the_message_says_what_the_frozen_text_says(table: Table) -> None:
    digest, step = table.frozen(), "agreement_to_sign-1"
    profile = profile_of(table.case)
    person = persons.get(table.case.borrower.person)
    this = NoticeGround(table.case, person, profile, profile.step_named(step), table.now, table.now)
    said = about(this, ChannelName.SMS, b"")["agreement"]
    assert (said.digest, said.instalments, said.total) == (digest, 12, table.case.amount.total)
    table.borrower_signs(digest)
    with pytest.raises(NoticeBlocked, match="no text waits"):
        about(replace(this, case=table.case), ChannelName.SMS, b"")


# --- paid while a text waits for signatures --------------------------------------------------------------


def paid(table: Table, minor: int, name: str = "p1", hours: int = 1) -> bool:
    """Take a payment event dated so many hours after the balance that the text rests on."""
    case = table.case
    left = replace(case.amount, total=case.amount.total - minor, principal=case.amount.principal - minor)
    payment = Payment(
        reference=name, event_id=name, type="loan.payment.v1", paid=minor, outstanding=left,
        at=BALANCE_AT + timedelta(hours=hours), mark=mark(BALANCE_AT + timedelta(hours=hours), 0, name),
    )  # fmt: skip
    return TakePayment(table.wiring.timers)(case, payment, table.now)


def test_what_is_paid_before_the_seal_is_paid_on_the_plan(table: Table) -> None:
    digest = table.frozen()
    assert paid(table, 50_000)
    assert paid(table, 50_000), "the same event again"
    assert paid(table, 10_000, "p0", hours=-1) is False, "the text knows of that already"
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    assert paid(table, 20_000, "p2", hours=2)
    table.mediator_signs(digest)
    plan = plans.get(CASE_ID)
    assert plan
    assert plan.total - plan.remaining == 70_000
    assert (table.case.status, table.case.prepaid) == (CaseStatus.PLAN_ACTIVE, None)
    assert paid(table, 20_000, "p2", hours=2), "the same event after the seal"
    assert paid(table, 5_000, "p3", hours=1), "late, yet newer than the text's balance"
    after = plans.get(CASE_ID)
    assert after
    assert after.total - after.remaining == 75_000


def test_a_payment_in_the_moment_of_the_seal_is_not_lost(table: Table) -> None:
    digest = table.frozen()
    table.borrower_signs(digest)
    table.creditor_signs(digest)
    sign = table.key.sign

    def paid_meanwhile(digest: bytes) -> bytes:
        assert paid(table, 50_000)
        return sign(digest)

    table.key.sign = paid_meanwhile  # type: ignore[method-assign]
    with pytest.raises(TryAgain, match="paid"):
        table.mediator_signs(digest)
    table.key.sign = sign  # type: ignore[method-assign]
    assert table.complete(CASE_ID, table.now)
    plan = plans.get(CASE_ID)
    assert plan
    assert plan.total - plan.remaining == 50_000


def test_what_was_paid_on_a_refused_text_is_in_the_next_one(table: Table) -> None:
    digest = table.frozen()
    assert paid(table, 50_000)
    table.refusing(CASE_ID, digest, Party.BORROWER, table.now)
    assert table.case.prepaid is None
    table.draft()
    table.all_sign(table.freeze(2).digest)
    plan = plans.get(CASE_ID)
    assert plan
    assert (plan.total, plan.remaining) == (table.case.amount.total, table.case.amount.total)
