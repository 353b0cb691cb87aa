"""What went to and fro in a borrower's case: messages sent to him, what he sent, the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice import Blueprint, Response

from chalicelib.api.files import PDF, attachment
from chalicelib.api.opened import Opened, open_case
from chalicelib.api.pages import words_of
from chalicelib.api.visit import Visit, Who, visited
from chalicelib.domain.codes import FactKind

if TYPE_CHECKING:
    from chalicelib.borrower.messages import Sent
    from chalicelib.store.facts import Fact

my_records = Blueprint(__name__)

_STATES = {
    "DELIVERED": "arrived",
    "COMPLAINED": "arrived",
    "FAILED": "failed",
    "UNKNOWN": "unknown",
}
"""How a state of the lattice reads; every other is on its way."""


@my_records.route("/my/messages", methods=["GET"])
@visited(my_records, Who.BORROWER)
def messages(visit: Visit) -> Response:
    """List every message sent in this case."""
    from chalicelib.borrower.messages import sent_messages

    opened = open_case(visit)
    found = [_line(opened, each) for each in sent_messages(visit.case_id, opened.mine.facts)]
    return visit.page("messages", messages=found)


@my_records.route("/my/messages/{notice}", methods=["GET"])
@visited(my_records, Who.BORROWER)
def one_message(visit: Visit, notice: str) -> Response:
    """Show the very text of one message of this case, but for the tokens of its links."""
    from chalicelib.borrower.messages import kept_text, message
    from chalicelib.links import masked

    opened = open_case(visit)
    sent = message(visit.case_id, opened.mine.facts, notice)
    kept = kept_text(visit.wiring.archive, visit.case_id, sent)
    line, subject, said = _line(opened, sent), masked(kept["subject"]), masked(kept["text"])
    return visit.page("message", message=line, subject=subject, text=said)


@my_records.route("/my/letters/{notice}", methods=["GET"])
@visited(my_records, Who.BORROWER)
def one_letter(visit: Visit, notice: str) -> Response:
    """Hand out one letter of this case as it was printed."""
    from chalicelib.borrower.messages import letter, message

    sent = message(visit.case_id, open_case(visit).mine.facts, notice)
    return attachment(visit, letter(visit.wiring.archive, visit.case_id, sent), PDF, "letter.pdf")


@my_records.route("/my/documents", methods=["GET"])
@visited(my_records, Who.BORROWER)
def documents(visit: Visit) -> Response:
    """List the documents of this case."""
    from chalicelib.borrower.messages import sent_messages

    opened = open_case(visit)
    stand, found = opened.mine.stand, sent_messages(visit.case_id, opened.mine.facts)
    return visit.page(
        "documents",
        has_notice=stand.case.is_open,
        letters=[_line(opened, each) for each in found if each.pages],
        evidence=len(opened.mine.of(FactKind.EVIDENCE)),
        agreement=stand.agreement is not None,
        plan=stand.plan is not None,
    )


@my_records.route("/my/sent", methods=["GET"])
@visited(my_records, Who.BORROWER)
def sent(visit: Visit) -> Response:
    """List what the borrower sent, each with its reference."""
    from chalicelib.borrower.submissions import submissions

    opened = open_case(visit)
    return visit.page("sent", sent=[_receipt(opened, each) for each in submissions(opened.mine.facts)])


@my_records.route("/my/sent/{reference}", methods=["GET"])
@visited(my_records, Who.BORROWER)
def one_sent(visit: Visit, reference: str) -> Response:
    """Show one thing the borrower sent, in his own words."""
    from chalicelib.api.answered import answered_rows
    from chalicelib.borrower.submissions import submission

    opened = open_case(visit)
    fact = submission(opened.mine.facts, reference)
    return visit.page("sent_one", receipt=_receipt(opened, fact), rows=answered_rows(opened, fact))


def _line(opened: Opened, sent: Sent) -> dict[str, Any]:
    words = words_of("messages", opened.visit.language)
    return {
        "id": sent.id,
        "day": opened.on(sent.at),
        "kind": words["kinds"].get(sent.step.partition("-")[0], words["kinds"]["other"]),
        "channel": words["channels"][sent.channel],
        "state": words["states"][_STATES.get(sent.state, "way")],
        "has_text": bool(sent.digest),
        "has_pages": bool(sent.pages),
    }


def _receipt(opened: Opened, fact: Fact) -> dict[str, str]:
    words = words_of("sent", opened.visit.language)
    reference = str(fact.detail["reference"])
    return {"reference": reference, "kind": words["kinds"][fact.kind.value], "day": opened.on(fact.at)}
