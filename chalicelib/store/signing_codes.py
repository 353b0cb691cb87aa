"""The one-time codes that sign: each good for one document alone; the code itself is nowhere."""

from __future__ import annotations

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import PutError

from chalicelib.domain.access import SIGNING_CODE, STAFF_CODE, Issued
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.keys import CaseId
from chalicelib.domain.moments import from_stamp, stamp
from chalicelib.store import keys
from chalicelib.store.rows import Row
from chalicelib.store.visitor_rows import AccessCodeRow
from chalicelib.store.writes import lost


class SigningCodeRow(AccessCodeRow):
    """The codes a case was sent to sign with, and which document the last one signs."""

    digest = UnicodeAttribute()


@dataclass(frozen=True, slots=True)
class SigningCode:
    """The last code of a case and the SHA-256 (hex) of the one document it signs.

    `signer` is the id of the member of staff it was sent to, empty for the borrower's.
    """

    issued: Issued
    digest: str
    signer: str = ""


def get(case_id: CaseId, signer: str = "") -> SigningCode | None:
    """Return what is known of a signer's codes in a case (strongly consistent), or None before the first."""
    try:
        row = SigningCodeRow.get(*_key(case_id, signer), consistent_read=True)
    except SigningCodeRow.DoesNotExist:
        return None
    recent = tuple(from_stamp(text) for text in row.recent)
    kind = STAFF_CODE if signer else SIGNING_CODE
    issued = Issued(int(row.number), ChannelName(row.channel), recent, row.used, kind)
    return SigningCode(issued, row.digest, signer)


def put(case_id: CaseId, code: SigningCode, before: SigningCode | None) -> bool:
    """Note one more code; returns False when another request was quicker, which sends its own."""
    issued = code.issued
    row = SigningCodeRow(
        *_key(case_id, code.signer),
        number=issued.number,
        channel=issued.channel.value,
        recent=[stamp(at) for at in issued.recent],
        used=issued.used,
        digest=code.digest,
    )
    unchanged = SigningCodeRow.number == before.issued.number if before else Row.pk.does_not_exist()
    try:
        row.save(condition=unchanged)
    except PutError as error:
        if lost(error):
            return False
        raise
    return True


def row_of(case_id: CaseId, signer: str = "") -> SigningCodeRow:
    """Return the row by its key alone, for a write together with the signature."""
    return SigningCodeRow(*_key(case_id, signer))


def _key(case_id: CaseId, signer: str) -> tuple[str, str]:
    return keys.loan(case_id.loan_key), keys.signing_code(case_id, signer)
