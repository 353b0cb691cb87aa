"""An agreement by the staff's acts alone: drafted within limits, frozen, signed with codes, confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from chalicelib.domain.agreement import Party
from chalicelib.domain.clauses import Draft
from chalicelib.domain.codes import CaseStatus, FactKind, Outcome
from chalicelib.domain.errors import NeedsApproval, NotFound, NotInRole, NotNow, OtherDocument, OutOfTurn
from chalicelib.mediation.agreement.confirm import join
from chalicelib.mediation.agreement.draft import by_borrower, comment
from chalicelib.staff import acts
from chalicelib.staff.act import On
from chalicelib.staff.acts import ACTS, Result
from chalicelib.store import agreement_drafts, agreements, cases, directory, lenders, plans, proposals
from chalicelib.store.case_rows import to_row
from tests import samples, told
from tests.mediation.test_assign import LI_JING
from tests.road import DEMO_BANK
from tests.samples import CASE_ID, amount
from tests.scene import Scene
from tests.signing import LocalKey, Table
from tests.staff.office import (
    AUDITOR,
    BANK,
    BOSS,
    BOSS_TOO,
    CLERK,
    MEDIATOR,
    OTHER_BANK,
    STRANGER,
    approve,
    desk,
    do,
)

WAIVING = {"plan_limits": {"principal": "30", "alone": "10", "most_months": "24"}}


@dataclass
class Room:
    """A case after its session, with what its mediator and the bank's representative do."""

    scene: Scene
    table: Table
    mailed: list[tuple[str, str, str]] = field(default_factory=list)
    forms: int = 0

    @property
    def key(self) -> str:
        self.forms += 1
        return f"form-key-{self.forms:04d}"

    def do(self, actor: object, name: str, **answers: str | int) -> Result:
        """Send an act's form, each time one of its own."""
        here = desk(self.scene, actor, self.key)  # type: ignore[arg-type]
        return acts.send(ACTS[name], here, str(CASE_ID), answers)

    def choices(self, name: str, named: str) -> dict[str, str]:
        return dict(ACTS[name].offered(str(CASE_ID), self.table.now, "en")[named])

    def offer(self, way: str) -> str:
        return next(code for code in self.choices("draft", "offer") if code.startswith(f"{way}~"))

    def draft(self, way: str = "INSTALMENTS", **more: str | int) -> Result:
        return self.do(MEDIATOR, "draft", offer=self.offer(way), **more)

    def newest(self) -> str:
        (code,) = self.choices("freeze", "draft")
        return code

    def frozen(self) -> str:
        self.draft()
        self.do(MEDIATOR, "freeze", draft=self.newest())
        (digest,) = self.choices("sign_as_creditor", "document")
        return digest

    def signs(self, actor: object, name: str, digest: str) -> Result:
        self.do(actor, "send_signing_code", document=digest)
        code = self.table.known_staff_code(actor.id)  # type: ignore[attr-defined]
        return self.do(actor, name, document=digest, code=code)

    @property
    def last(self) -> Draft:
        found = agreement_drafts.get(CASE_ID)
        assert found
        return found


@pytest.fixture
def room(scene: Scene) -> Room:
    found = Room(scene, Table(scene.wiring))
    directory.put(replace(LI_JING, id="m-1"))
    vars(scene.wiring)["staff_mail"] = lambda *mail: found.mailed.append(mail)
    vars(scene.wiring)["seal_key"] = LocalKey()
    return found


def test_an_agreement_goes_from_its_draft_to_its_seal_by_the_staffs_acts(room: Room) -> None:
    digest = room.frozen()
    room.table.borrower_signs(digest)
    assert room.signs(BANK, "sign_as_creditor", digest) == Result.DONE
    assert [to for to, _, _ in room.mailed] == ["bank@office.example"]
    assert room.do(BANK, "sign_as_creditor", document=digest, code="000000") == Result.DONE_BEFORE
    assert room.signs(MEDIATOR, "sign_as_mediator", digest) == Result.DONE
    assert cases.get(CASE_ID).status == CaseStatus.SIGNING, "the desk holds no right to the seal"
    assert room.scene.wiring.complete_alone(CASE_ID, room.table.now)  # the machine that was woken does
    assert cases.get(CASE_ID).status == CaseStatus.PLAN_ACTIVE
    assert room.do(MEDIATOR, "sign_as_mediator", document=digest, code="") == Result.DONE_BEFORE
    signed = room.scene.facts(FactKind.SIGNATURE)
    assert {(fact.which[1], fact.detail["how"]) for fact in signed} == {(one.value, "CODE") for one in Party}
    plan = plans.get(CASE_ID)
    assert plan
    assert plan.total == 1_000_000


def test_nobody_of_the_staff_signs_without_the_code_or_for_a_part_not_his(room: Room) -> None:
    digest = room.frozen()
    room.table.borrower_signs(digest)
    with pytest.raises(NotNow, match="4 tries"):
        room.do(BANK, "sign_as_creditor", document=digest, code="")
    for actor, name in (
        (MEDIATOR, "sign_as_creditor"),
        (BANK, "sign_as_mediator"),
        (BOSS, "sign_as_creditor"),
    ):
        with pytest.raises(NotInRole):
            room.do(actor, name, document=digest, code="000000")
    for actor in (OTHER_BANK, STRANGER):
        with pytest.raises(NotFound):
            room.do(actor, "send_signing_code", document=digest)
    room.do(BANK, "send_signing_code", document=digest)
    for _ in range(3):
        with pytest.raises(NotNow, match="tries"):
            room.do(BANK, "sign_as_creditor", document=digest, code="none")
    with pytest.raises(NotNow, match="too many"):
        room.do(BANK, "sign_as_creditor", document=digest, code="none")
    assert len(room.scene.facts(FactKind.SIGNATURE)) == 1


def test_a_code_is_asked_for_under_the_document_that_was_read(room: Room) -> None:
    room.frozen()
    with pytest.raises(OtherDocument):
        room.do(BANK, "send_signing_code", document="00" * 32)
    assert room.mailed == []


def test_offers_are_read_with_their_reasons_and_their_terms_are_exact(room: Room) -> None:
    reads = room.choices("draft", "offer")
    assert all("Instalments" in text and "分期" not in text for code, text in reads.items() if "INST" in code)
    assert all("has not said what can be paid" in text for text in reads.values())
    first = (room.table.now + timedelta(days=20)).date()
    assert room.draft(count="7", first_day=first.isoformat()) == Result.DONE
    found = room.last.arrangement
    assert (found.months, found.first_due, found.plan.total) == (7, first, 1_000_000)
    assert room.last.mediator == LI_JING.name["zh-CN"]


def test_the_same_form_drafts_once_and_a_newer_draft_is_not_passed_over(room: Room) -> None:
    offer = room.offer("INSTALMENTS")
    assert room.do(MEDIATOR, "draft", offer=offer) == Result.DONE
    assert room.do(MEDIATOR, "draft", offer=offer) == Result.DONE_BEFORE
    assert room.last.number == 1
    with pytest.raises(NotNow, match="written meanwhile"):
        room.do(MEDIATOR, "draft", offer=offer, count="3")
    assert room.draft(count="3") == Result.DONE
    assert room.last.number == 2


@pytest.mark.parametrize(
    ("way", "terms", "why"),
    [
        ("INSTALMENTS", {"count": "25"}, "1 to 24"),
        ("INSTALMENTS", {"first_day": "2027-11-23"}, "fall due"),
        ("INSTALMENTS", {"first_day": "2026-11-23"}, "fall due"),
        ("INSTALMENTS", {"waive_principal": 1}, "waives nothing of principal"),
        ("PRINCIPAL_REDUCTION", {"waive_principal": 300_001}, "at most"),
        ("GRACE", {"count": "2"}, "one payment"),
        ("INSTALMENTS", {"issues_en": "The penalty."}, "write issues in each"),
    ],
)
def test_terms_that_the_lender_does_not_permit_are_refused_in_words(
    room: Room, way: str, terms: dict[str, str | int], why: str
) -> None:
    lenders.put(replace(DEMO_BANK, settings={**DEMO_BANK.settings, **WAIVING}))
    _english(room)
    with pytest.raises(NotNow, match=why):
        room.draft(way, **terms)
    assert agreement_drafts.get(CASE_ID) is None


def _english(room: Room) -> None:
    from chalicelib.store.case_rows import to_row

    to_row(replace(room.table.case, borrower=replace(room.table.case.borrower, language="en"))).save()


def test_an_offer_about_what_is_no_longer_owed_drafts_nothing(room: Room) -> None:
    offer = room.offer("INSTALMENTS")
    told.restate(CASE_ID, amount(900_000), room.table.now)
    with pytest.raises(NotNow, match="has changed"):
        room.do(MEDIATOR, "draft", offer=offer)
    for nonsense in ("", "INSTALMENTS~0~0~2026-11-23", "GIFT~0~0~2026-11-23~1"):
        with pytest.raises(NotNow, match="choose one"):
            room.do(MEDIATOR, "draft", offer=nonsense)


def test_a_waiver_above_the_limit_is_a_proposal_and_below_it_none(room: Room) -> None:
    lenders.put(replace(DEMO_BANK, settings={**DEMO_BANK.settings, **WAIVING}))
    assert room.draft("PRINCIPAL_REDUCTION", waive_principal=100_000) == Result.DONE
    assert room.draft("PRINCIPAL_REDUCTION", waive_principal=100_001) == Result.PROPOSED
    assert room.last.number == 1, "nothing is drafted before a second person approves"
    (waits,) = proposals.waiting()
    room.scene.road.clock.advance(days=2)
    assert approve(room.scene, BOSS, waits.id) == Result.DONE
    found = room.last
    assert (found.arrangement.waived.principal, found.by, found.approved_by) == (100_001, "m-1", "boss")
    assert room.do(MEDIATOR, "freeze", draft=room.newest()) == Result.DONE, "approved once is enough"
    assert agreements.get(CASE_ID)


def test_no_draft_is_approved_by_who_proposed_it(room: Room) -> None:
    lenders.put(replace(DEMO_BANK, settings={**DEMO_BANK.settings, **WAIVING}))
    assert room.do(BOSS, "draft", offer=room.offer("PRINCIPAL_REDUCTION")) == Result.PROPOSED
    (waits,) = proposals.waiting()
    with pytest.raises(NeedsApproval):
        approve(room.scene, BOSS, waits.id)
    assert approve(room.scene, BOSS_TOO, waits.id) == Result.DONE


def test_both_sides_comment_and_nothing_becomes_final_past_a_comment(room: Room) -> None:
    room.draft()
    read = room.newest()
    assert room.do(BANK, "comment", draft=read, text="Twelve is too long.") == Result.DONE
    assert room.do(MEDIATOR, "comment", draft=read, text="Let us meet.") == Result.DONE
    comment(CASE_ID, 1, by_borrower("s1", "K-1", "I can pay 300.", room.table.now))
    said = agreement_drafts.comments(CASE_ID, 1).said
    assert [each.party for each in said] == [Party.CREDITOR, Party.MEDIATOR, Party.BORROWER]
    with pytest.raises(OutOfTurn, match="3 comment"):
        room.do(MEDIATOR, "freeze", draft=read)
    assert room.do(MEDIATOR, "freeze", draft=room.newest()) == Result.DONE
    here = desk(room.scene, BANK, "form-key-0002")
    assert acts.send(ACTS["comment"], here, str(CASE_ID), {"draft": read, "text": "Late."}) == (
        Result.DONE_BEFORE
    )


def test_a_text_is_refused_and_the_mediation_closed_without_one(room: Room) -> None:
    digest = room.frozen()
    assert room.do(BANK, "refuse_text", document=digest, reason="Too long.") == Result.DONE
    assert cases.get(CASE_ID).status == CaseStatus.ADJOURNED
    assert room.do(MEDIATOR, "close_without_agreement", reason="No way.") == Result.DONE
    assert cases.get(CASE_ID).outcome == Outcome.NOT_AGREED
    assert room.do(MEDIATOR, "close_without_agreement", reason="No way.") == Result.DONE_BEFORE


def test_invariant_17_the_court_confirms_what_both_sides_asked_for(room: Room) -> None:
    digest = room.frozen()
    room.table.borrower_signs(digest)
    room.signs(BANK, "sign_as_creditor", digest)
    room.signs(MEDIATOR, "sign_as_mediator", digest)
    room.scene.wiring.complete_alone(CASE_ID, room.table.now)
    ruling = {"ruling": "CONFIRMED", "court": "浦东新区人民法院", "number": "(2026)沪0115民特1号"}
    assert room.do(BANK, "join_court") == Result.DONE
    with pytest.raises(OutOfTurn):
        room.do(CLERK, "record_ruling", **ruling)
    join(CASE_ID, Party.BORROWER, room.table.now, room.scene.wiring.wake)
    assert room.do(CLERK, "record_ruling", **ruling) == Result.DONE
    (fact,) = (one for one in room.scene.facts(FactKind.CONFIRMATION) if one.which[1] == "RULING")
    assert (fact.detail["court"], fact.detail["by"]) == (ruling["court"], "clerk")


@pytest.mark.parametrize(("law", "known"), [("CN", True), ("GB", False)])
def test_a_court_is_asked_only_where_the_law_knows_of_it(room: Room, law: str, known: bool) -> None:
    kept = samples.case(status=CaseStatus.PLAN_ACTIVE, profile=law, profile_version=f"{law}@1")
    to_row(kept).save()
    offered = {act.name for who in (BANK, CLERK) for act in acts.open_to(who, On.CASE, str(CASE_ID))}
    assert ({"join_court", "record_ruling"} <= offered) == known
    if not known:
        with pytest.raises(NotNow, match="knows no such act"):
            acts.require_open(BANK, ACTS["join_court"], str(CASE_ID))


def test_a_message_is_written_by_who_takes_part_and_by_nobody_else(room: Room) -> None:
    assert room.do(BANK, "write_message", text="We can wait a month.") == Result.DONE
    assert room.do(MEDIATOR, "write_message", text="Thank you.") == Result.DONE
    assert do(room.scene, MEDIATOR, "write_message", text="Once.") == Result.DONE
    assert do(room.scene, MEDIATOR, "write_message", text="Once.") == Result.DONE_BEFORE
    parts = [fact.which[0] for fact in room.scene.facts(FactKind.MESSAGE)]
    assert sorted(parts) == ["CREDITOR", "MEDIATOR", "MEDIATOR"]
    for actor in (CLERK, BOSS, AUDITOR):
        with pytest.raises(NotInRole):
            room.do(actor, "write_message", text="Hello.")
    for foreign in (STRANGER, OTHER_BANK):
        both = replace(foreign, roles=foreign.roles | CLERK.roles)
        with pytest.raises(NotNow, match="take part"):
            room.do(both, "write_message", text="Hello.")
