"""Signatures: each written once, only under the case's own document and while it is being signed."""

from __future__ import annotations

from pynamodb.exceptions import TransactWriteError
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.domain.agreement import Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import TryAgain
from chalicelib.domain.keys import CaseId
from chalicelib.store import facts, keys, signing_codes
from chalicelib.store.facts import Fact
from chalicelib.store.heads import connection
from chalicelib.store.rows import CaseRow, Row
from chalicelib.store.signing_codes import SigningCode, SigningCodeRow
from chalicelib.store.writes import conflicted, lost

_TRIES_AT_CONFLICT = 4


def put(fact: Fact, code: SigningCode) -> bool:
    """Write a signature and use its signer's code up, both or none.

    Returns False when either was done already, the code is for another document, or nothing is signed now.
    """
    for _ in range(_TRIES_AT_CONFLICT):
        try:
            _write(fact, code)
        except TransactWriteError as error:
            if conflicted(error):  # another party signs in this moment
                continue
            if lost(error):
                return False
            raise
        return True
    raise TryAgain("this agreement is being signed by others")


def exists(case_id: CaseId, digest: str, party: Party) -> bool:
    """Whether a party has signed a document (strongly consistent)."""
    return facts.exists(case_id, FactKind.SIGNATURE, digest, party.value)


def signers(case_id: CaseId, digest: str, party: Party) -> set[str]:
    """Return the id of the member of staff who signed a document for a party; empty before."""
    found = facts.of(case_id, FactKind.SIGNATURE)
    return {fact.detail.get("by", "") for fact in found if fact.which == (digest, party.value)} - {""}


def _write(fact: Fact, code: SigningCode) -> None:
    case_id, signing = fact.case_id, CaseStatus.SIGNING.value
    unused = (SigningCodeRow.number == code.issued.number) & (SigningCodeRow.used == False)  # noqa: E712
    own = (CaseRow.generation == case_id.generation) & (CaseRow.status == signing)
    with TransactWrite(connection=connection()) as transaction:
        transaction.save(facts.to_row(fact), condition=Row.pk.does_not_exist())
        transaction.update(
            signing_codes.row_of(case_id, code.signer),
            [SigningCodeRow.used.set(True)],
            unused & (SigningCodeRow.digest == fact.which[0]),
        )
        unmoved: list[Action] = [CaseRow.status.set(signing)]
        if fact.which[1] == Party.MEDIATOR:  # he signs last: from now on nobody refuses this text
            unmoved.append(CaseRow.signed.set(True))
        transaction.update(CaseRow(keys.loan(case_id.loan_key), keys.CASE), unmoved, own)
