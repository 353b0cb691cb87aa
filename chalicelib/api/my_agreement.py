"""The borrower's agreement: the draft, the text, his signature, what was signed, the court's confirmation."""

from __future__ import annotations

from typing import Any

from chalice import Blueprint, Response

from chalicelib.api import agreed
from chalicelib.api.files import PDF, attachment
from chalicelib.api.opened import Opened, open_case
from chalicelib.api.visit import FORM, Visit, Who, visited
from chalicelib.domain.agreement import Agreement, Party
from chalicelib.domain.codes import CaseStatus, FactKind
from chalicelib.domain.errors import NotFound, OtherDocument, OutOfTurn, TooLate

my_agreement = Blueprint(__name__)


@my_agreement.route("/my/agreement", methods=["GET"])
@visited(my_agreement, Who.BORROWER)
def agreement(visit: Visit) -> Response:
    """Show the draft, or what was agreed and who has signed; or that nothing is agreed yet."""
    opened = open_case(visit)
    found = opened.mine.stand.agreement
    return visit.page(
        "agreement",
        a=agreed.final(opened, found) if found else None,
        d=None if found else agreed.draft(opened),
        ended=not found and bool(opened.mine.of(FactKind.UNSIGNED)),
        court=agreed.court(opened, found),
    )


@my_agreement.route("/my/agreement/text", methods=["GET"])
@visited(my_agreement, Who.BORROWER)
def whole_text(visit: Visit) -> Response:
    """Show the text, clause by clause, in parts that a phone loads quickly."""
    opened = open_case(visit)
    parts, final = agreed.parts(opened)
    asked = visit.query.get("part", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= len(parts) else 1
    return visit.page("agreement_text", blocks=parts[number - 1], part=number, parts=len(parts), final=final)


@my_agreement.route("/my/agreement/file", methods=["GET"])
@visited(my_agreement, Who.BORROWER)
def file(visit: Visit) -> Response:
    """Hand out the final text, byte for byte as it is signed."""
    return _pdf(visit, _standing(open_case(visit)).digest, "agreement.pdf")


@my_agreement.route("/my/agreement/certificate", methods=["GET"])
@visited(my_agreement, Who.BORROWER)
def certificate(visit: Visit) -> Response:
    """Hand out the certificate of signature."""
    opened = open_case(visit)
    digest = _standing(opened).digest
    for fact in opened.mine.of(FactKind.SEAL):
        if fact.which[0] == digest:
            return _pdf(visit, str(fact.detail["certificate"]), "certificate.pdf")
    raise NotFound("not sealed yet")


@my_agreement.route("/my/agreement/sign", methods=["GET"])
@visited(my_agreement, Who.BORROWER)
def ask_signature(visit: Visit) -> Response:
    """Say what signing means, and ask for the code once one was asked for."""
    found = _to_sign(visit)
    return _sign_page(visit, found) if found else visit.go("/my/agreement")


@my_agreement.route("/my/agreement/sign/send", methods=["POST"], content_types=FORM)
@visited(my_agreement, Who.BORROWER)
def send_code(visit: Visit) -> Response:
    """Set a code going that signs this text and nothing else; the answer is the same if none may be sent."""
    from chalicelib.mediation.agreement.code import SendSigningCode

    try:
        wiring = visit.wiring
        SendSigningCode(wiring.timers)(visit.case_id, visit.form.get("digest", ""), wiring.clock())
    except (OtherDocument, OutOfTurn, TooLate):
        return visit.go("/my/agreement")
    return visit.go("/my/agreement/sign", None, sent="1")


@my_agreement.route("/my/agreement/sign", methods=["POST"], content_types=FORM)
@visited(my_agreement, Who.BORROWER)
def sign(visit: Visit) -> Response:
    """Take the signature: the code, for the very text that the page showed."""
    from chalicelib.links import ACCESS_DIGITS, digits
    from chalicelib.mediation.agreement.sign import CodesLocked, WrongCode

    found = _to_sign(visit)
    if found is None:
        return visit.go("/my/agreement")
    code = digits(visit.form.get("code", ""))
    if len(code) != ACCESS_DIGITS:
        return _sign_page(visit, found, 400, "empty")
    try:
        said = visit.wiring.sign.as_borrower(
            visit.case_id, visit.form.get("digest", ""), code, visit.wiring.clock()
        )
    except (OtherDocument, OutOfTurn, TooLate):
        return visit.go("/my/agreement")
    match said:
        case WrongCode(left):
            return _sign_page(visit, found, 400, "wrong", left)
        case CodesLocked():
            return _sign_page(visit, found, 429, "locked")
    return visit.go("/my/agreement")


@my_agreement.route("/my/agreement/court", methods=["POST"], content_types=FORM)
@visited(my_agreement, Who.BORROWER)
def apply_to_court(visit: Visit) -> Response:
    """Join the application to the court."""
    from chalicelib.mediation.agreement.confirm import join

    try:
        join(visit.case_id, Party.BORROWER, visit.wiring.clock(), visit.wiring.wake)
    except (OutOfTurn, TooLate):
        return visit.go("/my/agreement")
    return visit.go("/my/agreement")


def _standing(opened: Opened) -> Agreement:
    found = opened.mine.stand.agreement
    if found is None:
        raise NotFound("no agreement")
    return found


def _to_sign(visit: Visit) -> Agreement | None:
    """Return the text that waits for his signature, or None."""
    opened = open_case(visit)
    found = opened.mine.stand.agreement
    signing = opened.mine.stand.case.status == CaseStatus.SIGNING
    return found if found and signing and not found.signed_at(Party.BORROWER) else None


def _sign_page(visit: Visit, found: Agreement, http: int = 200, error: str = "", left: int = 0) -> Response:
    context: dict[str, Any] = agreed.signing(open_case(visit), found, error, left)
    return visit.page("agreement_sign", http, **context, sent="sent" in visit.query or bool(error))


def _pdf(visit: Visit, digest: str, name: str) -> Response:
    from chalicelib.mediation.agreement.freeze import archive_key

    return attachment(visit, visit.wiring.archive.get(archive_key(visit.case_id, digest)), PDF, name)
