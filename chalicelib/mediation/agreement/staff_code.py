"""The one-time code a member of the staff signs with: mailed to himself, good for one document alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.access import APART, STAFF_CODE, issue
from chalicelib.domain.actor import Actor
from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.errors import NotNow
from chalicelib.domain.keys import CaseId
from chalicelib.domain.local_form import LANGUAGES
from chalicelib.mediation.agreement.sign import code_of, to_sign
from chalicelib.store import signing_codes, tries
from chalicelib.store.signing_codes import SigningCode
from chalicelib.texts import fill, load_words

Mail = Callable[[str, str, str], None]
"""Sends an e-mail once: to, subject, text; raises NotNow when it surely did not leave."""
_SHOWN = 16  # digits of the document's hash, enough to compare by eye


@dataclass(frozen=True, slots=True)
class SendStaffCode:
    """Mails codes. A code is derived when it leaves and when it is checked, so no row and no log has it."""

    mail: Mail
    pepper: Callable[[], bytes]

    def __call__(self, case_id: CaseId, digest: str, party: Party, signer: Actor, now: datetime) -> bool:
        """Mail a code that signs the document which `digest` names; False when one left a moment ago.

        Raises NotNow without an address, after too many codes or tries, or once the party has signed; and
        what `to_sign` raises.
        """
        _, agreement = to_sign(case_id, digest, now)
        _require_open(case_id, agreement, party, signer, now)
        before = signing_codes.get(case_id, signer.id)
        if before and now - before.issued.recent[-1] < APART:
            return False
        issued = issue(before.issued if before else None, ChannelName.EMAIL, now, STAFF_CODE)
        if issued is None:
            raise NotNow(
                "no more codes can be sent now; the last one is good for ten minutes, try in an hour"
            )
        code = SigningCode(issued, digest, signer.id)
        if not signing_codes.put(case_id, code, before):
            return False
        self.mail(signer.email, *_words(agreement, code_of(case_id, code, self.pepper())))
        return True


def _require_open(case_id: CaseId, agreement: Agreement, party: Party, signer: Actor, now: datetime) -> None:
    if not signer.email:
        raise NotNow("your sign-in has no e-mail address; a code to sign can go to your own address alone")
    if agreement.signed_at(party):
        raise NotNow("this party has signed already")
    if tries.locked(tries.of_signing(case_id, signer.id), now):
        raise NotNow("there were too many wrong codes; no code signs for 24 hours")


def _words(agreement: Agreement, code: str) -> tuple[str, str]:
    """Return subject and text in every language of ours: a sign-in knows no language of its reader."""
    values = {"reference": agreement.reference, "digest": agreement.digest[:_SHOWN], "code": code}
    each = [fill(load_words(f"signing_code/{language}"), **values) for language in LANGUAGES]
    return " · ".join(said["subject"] for said in each), "\n\n".join("\n".join(said["text"]) for said in each)
