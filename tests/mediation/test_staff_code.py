"""The codes the staff sign with: mailed to the signer, for one document, good once; nobody signs without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.actor import Actor
from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import FactKind
from chalicelib.domain.errors import NotNow, OtherDocument, OutOfTurn
from chalicelib.mediation.agreement.sign import CodesLocked, Signed, WrongCode
from chalicelib.mediation.agreement.statement import statement_in
from chalicelib.store import facts, signatures, signing_codes
from chalicelib.store.facts import Fact
from tests.samples import CASE_ID
from tests.scene import Scene
from tests.signing import Table, mediator, representative

BANK = representative()


@pytest.fixture
def table(scene: Scene) -> Table:
    return Table(scene.wiring)


def sign(table: Table, digest: str, code: str, signer: Actor = BANK) -> object:
    return table.signing.as_creditor(CASE_ID, digest, code, signer, table.now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_is_mailed_to_the_signer_and_written_nowhere(table: Table, scene: Scene) -> None:
    digest = table.frozen()
    code = table.staff_code(digest, Party.CREDITOR, BANK)
    ((to, subject, text),) = table.mailed
    assert to == "bank-1@bank.example"
    assert code in text
    assert code not in subject
    assert digest[:16] in text
    assert code not in str(scene.rows())
    assert sign(table, digest, code) == Signed(new=True)


def test_nobody_of_the_staff_signs_without_his_code(table: Table) -> None:
    digest = table.frozen()
    assert sign(table, digest, "") == WrongCode(4)
    code = table.staff_code(digest, Party.CREDITOR, BANK)
    assert sign(table, digest, code, representative("bank-2")) == WrongCode(4), "another's code signs nothing"
    table.staff_code(digest, Party.CREDITOR, representative("bank-2"))
    assert sign(table, digest, code, representative("bank-2")) == WrongCode(3), "nor when he has one himself"
    assert not signatures.exists(CASE_ID, digest, Party.CREDITOR)
    assert sign(table, digest, code) == Signed(new=True)
    table.borrower_signs(digest)
    assert table.signing.as_mediator(CASE_ID, digest, code, mediator(), table.now) == WrongCode(4)
    assert table.mediator_signs(digest) == Signed(new=True)


def test_invariant_15_a_staff_code_signs_only_the_document_it_was_sent_for(table: Table) -> None:
    first = table.frozen()
    code = table.staff_code(first, Party.CREDITOR, BANK)
    with pytest.raises(OtherDocument):
        sign(table, "00" * 32, code)
    table.refusing(CASE_ID, first, Party.BORROWER, table.now)
    table.draft(arrangement=table.arrangement(6))
    second = table.freeze(2).digest
    assert sign(table, second, code) == WrongCode(4)
    assert not signatures.exists(CASE_ID, second, Party.CREDITOR)


def test_a_code_is_used_up_in_the_write_of_its_signature(table: Table) -> None:
    digest = table.frozen()
    table.staff_code(digest, Party.CREDITOR, BANK)
    known = signing_codes.get(CASE_ID, BANK.id)
    assert known
    fact = Fact(CASE_ID, FactKind.SIGNATURE, table.now, (digest, "CREDITOR"), {"name": "王芳"})
    used = replace(known, issued=replace(known.issued, used=True))
    signing_codes.put(CASE_ID, used, known)
    assert not signatures.put(fact, known), "a used code writes no signature"
    assert not signatures.exists(CASE_ID, digest, Party.CREDITOR)
    signing_codes.put(CASE_ID, known, known)
    assert signatures.put(fact, known)
    after = signing_codes.get(CASE_ID, BANK.id)
    assert after
    assert after.issued.used


def test_a_code_is_good_for_ten_minutes_and_five_tries(table: Table, scene: Scene) -> None:
    digest = table.frozen()
    code = table.staff_code(digest, Party.CREDITOR, BANK)
    scene.road.clock.advance(minutes=10)
    assert sign(table, digest, code) == WrongCode(4)
    fresh = table.staff_code(digest, Party.CREDITOR, BANK)
    answers = [sign(table, digest, wrong(fresh)) for _ in range(4)]
    assert answers == [WrongCode(3), WrongCode(2), WrongCode(1), CodesLocked()]
    assert sign(table, digest, fresh) == CodesLocked()
    scene.road.clock.advance(minutes=1)
    with pytest.raises(NotNow, match="24 hours"):
        table.sending(CASE_ID, digest, Party.CREDITOR, BANK, table.now)
    table.borrower_signs(digest)  # one signer's tries lock nobody else out


def test_a_second_tap_mails_no_second_code_and_three_an_hour_are_the_most(table: Table) -> None:
    digest, at = table.frozen(), table.now

    def ask(**later: float) -> bool:
        return table.sending(CASE_ID, digest, Party.CREDITOR, BANK, at + timedelta(**later))

    assert [ask(), ask(), ask(minutes=1), ask(minutes=2)] == [True, False, True, True]
    with pytest.raises(NotNow, match="no more codes"):
        ask(minutes=3)
    assert ask(minutes=61)
    assert len(table.mailed) == 4


def test_no_code_goes_without_an_address_or_for_a_signature_that_is_there(table: Table) -> None:
    digest = table.frozen()
    with pytest.raises(NotNow, match="no e-mail address"):
        table.sending(CASE_ID, digest, Party.CREDITOR, replace(BANK, email=""), table.now)
    table.creditor_signs(digest)
    with pytest.raises(NotNow, match="signed already"):
        table.sending(CASE_ID, digest, Party.CREDITOR, representative("bank-2"), table.now)
    assert len(table.mailed) == 1


def test_only_the_lenders_own_representative_signs_for_it(table: Table) -> None:
    digest, other = table.frozen(), representative("bank-9", "other-bank")
    code = table.staff_code(digest, Party.CREDITOR, other)
    with pytest.raises(OutOfTurn, match="representative"):
        sign(table, digest, code, other)


def test_the_certificate_says_by_which_code_each_signed(table: Table) -> None:
    digest = table.frozen()
    table.all_sign(digest)
    (seal,) = facts.of(CASE_ID, FactKind.SEAL)
    key = f"cases/{CASE_ID}/agreements/{seal.detail['certificate']}.pdf"
    found = statement_in(table.wiring.archive.get(key))
    assert found
    assert [(each.how, each.to) for each in found.signatories] == [
        ("CODE", "****8000"),
        ("CODE", "b***@bank.example"),
        ("CODE", "m***@centre.example"),
    ]
