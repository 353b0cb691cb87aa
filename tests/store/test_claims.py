"""Claims: one send, one claimant, counted for its person, and lost to whatever forbids it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.connection.base import Connection
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError

from chalicelib.domain.case import Case
from chalicelib.domain.codes import CaseStatus, ChannelName, Purpose
from chalicelib.domain.errors import NotFound, TryAgain
from chalicelib.domain.keys import CaseId, loan_key
from chalicelib.domain.person import AddressKey, Contact, Person
from chalicelib.store import cases, claims, persons
from chalicelib.store.case_rows import to_row
from chalicelib.store.claims import Moved
from tests import told
from tests.samples import CASE_ID, KEY, NOON, case

pytestmark = pytest.mark.usefixtures("scene")

SMS, EMAIL = "first_notice#SMS", "first_notice#EMAIL"
MINE, OTHERS = "attempt1@1795406400", "attempt2@1795406400"
LATER = NOON + timedelta(hours=1)
WHO = case().borrower.person


def _stored(**changes: Any) -> Case:
    given = case(**changes)
    to_row(given).save()
    return given


def _claim(
    read: Case, key: str = SMS, value: str = MINE, *, person: Person | None = None, **more: Any
) -> Case | Moved | None:
    at = more.pop("at", NOON)
    channel = ChannelName(key.partition("#")[2])
    contact = Contact(at, channel, Purpose.STATUTORY, read.lender, read.id.loan_key)
    return claims.claim(read, person or persons.get(WHO), key, value, contact, **more)


def _claimed(read: Case, key: str = SMS, value: str = MINE, **more: Any) -> Case:
    claimed = _claim(read, key, value, **more)
    assert isinstance(claimed, Case)
    return claimed


def _settle() -> Case | None:
    return told.settle(CASE_ID, "paid", NOON, LATER)


def test_a_claim_notices_the_case_and_returns_it() -> None:
    claimed = _claimed(_stored(), at=LATER)
    assert (claimed.status, claimed.noticed_at) == (CaseStatus.NOTICED, LATER)
    assert claimed.claims == {SMS: MINE}
    assert cases.get(CASE_ID) == claimed


def test_a_later_claim_keeps_the_moment_of_the_first_notice() -> None:
    _stored()
    _claimed(cases.get(CASE_ID))
    claimed = _claimed(cases.get(CASE_ID), "reminder_1#SMS", at=LATER)
    assert claimed.noticed_at == NOON
    assert set(claimed.claims) == {SMS, "reminder_1#SMS"}


@pytest.mark.parametrize(
    "obstacle",
    [
        {"status": CaseStatus.CLOSED},
        {"status": CaseStatus.FEEDBACK},
        {"status": CaseStatus.APPLIED},
        {"holds": frozenset({"DISPUTE"})},
        {"balance_at": LATER},
        {"claims": {SMS: OTHERS}},
        {"id": CaseId(KEY, 2)},
    ],
    ids=["closed", "answered", "applied", "held", "balance moved", "claimed", "next case"],
)
def test_a_claim_loses_to_what_happened_since_the_case_was_read(obstacle: dict[str, Any]) -> None:
    stored = _stored(**obstacle)
    read_before = case()
    if "id" in obstacle:
        with pytest.raises(NotFound):
            _claim(read_before)
    else:
        assert _claim(read_before) is None
    assert cases.latest(KEY) == stored
    assert persons.get(WHO) == Person(WHO), "what is not sent is not counted"


def _opted_out() -> None:
    persons.opt_out(WHO, ChannelName.SMS)


def _dead() -> None:
    persons.suppress(WHO, AddressKey(ChannelName.SMS, "d" * 12), "Bounce")


def _contacted() -> None:
    _claimed(_other_case(), EMAIL)


def _other_case(lender: str = "other-bank", loan: str = "LN-9") -> Case:
    other = case(id=CaseId(loan_key(lender, loan), 1), lender=lender, loan=loan)
    to_row(other).save()
    return other


@pytest.mark.parametrize("meanwhile", [_opted_out, _dead, _contacted])
def test_a_person_who_changed_since_he_was_read_has_to_be_read_again(
    meanwhile: Callable[[], None],
) -> None:
    before = _stored()
    read = persons.get(WHO)
    meanwhile()
    assert _claim(before, person=read) == Moved()
    assert cases.get(CASE_ID) == before
    assert _claimed(before, person=persons.get(WHO))


def test_a_person_who_changed_and_a_case_that_forbids_it_is_a_lost_claim() -> None:
    before = _stored()
    read = persons.get(WHO)
    _opted_out()
    _settle()
    assert _claim(before, person=read) is None


def test_of_two_senders_who_read_the_same_person_one_is_first() -> None:
    """Two loans, two lenders, one reading of the person: the second has to look again (invariant 2)."""
    mine, other = _stored(), _other_case()
    read = persons.get(WHO)
    assert isinstance(_claim(mine, person=read), Case)
    assert _claim(other, person=read) == Moved()
    assert len(persons.get(WHO).contacts) == 1
    assert isinstance(_claim(other, person=persons.get(WHO)), Case)
    assert len(persons.get(WHO).contacts) == 2


def test_a_fallback_is_lost_once_a_message_of_its_step_arrived() -> None:
    before = _stored(status=CaseStatus.NOTICED, noticed_at=NOON)
    cases.reach(CASE_ID, "first_notice")
    assert _claim(before, "first_notice#VOICE", unreached="first_notice") is None
    assert _claimed(before, "reminder_1#VOICE", unreached="reminder_1")


def test_a_fallback_goes_while_nothing_arrived_and_a_first_send_asks_no_such_thing() -> None:
    before = _stored()
    assert _claimed(before, EMAIL, unreached="first_notice")
    cases.reach(CASE_ID, "first_notice")
    assert _claimed(cases.get(CASE_ID), SMS)


def test_our_own_claim_is_recognised_and_another_attempt_is_not() -> None:
    before = _stored()
    first = _claimed(before)
    assert _claim(before) == first
    assert _claim(before, SMS, OTHERS) is None
    assert len(persons.get(WHO).contacts) == 1


def test_our_own_claim_on_a_case_settled_meanwhile_is_lost() -> None:
    before = _stored()
    _claimed(before)
    _settle()
    assert _claim(before) is None


def _faults(monkeypatch: pytest.MonkeyPatch, *plans: str) -> None:
    """Let the next transactions go wrong: `lost` is written but never answered, `conflict` is not written."""
    left, write = list(plans), Connection.transact_write_items
    met = VerboseClientError(
        {"Error": {"Code": "TransactionCanceledException", "Message": "conflict"}},
        "TransactWriteItems",
        cancellation_reasons=[CancellationReason("TransactionConflict"), None],
    )

    def faulty(self: Connection, *args: Any, **kwargs: Any) -> Any:
        plan = left.pop(0) if left else ""
        if plan == "conflict":
            raise TransactWriteError("conflict", met)
        done = write(self, *args, **kwargs)
        if plan == "lost":
            raise TransactWriteError("no answer", ReadTimeoutError(endpoint_url="dynamodb"))
        return done

    monkeypatch.setattr(Connection, "transact_write_items", faulty)


@pytest.mark.parametrize(
    "status", [CaseStatus.RECEIVED, CaseStatus.NOTICED, CaseStatus.FEEDBACK, CaseStatus.CLOSED]
)
def test_a_claim_whose_answer_was_lost_is_ours(monkeypatch: pytest.MonkeyPatch, status: CaseStatus) -> None:
    """Also on a case that is answered or closed, for what confirms an act of the borrower."""
    before = _stored(status=status)
    _faults(monkeypatch, "lost")
    claimed = _claimed(before)
    assert claimed.claims == {SMS: MINE}
    assert claimed == cases.get(CASE_ID)


def test_a_claim_that_met_another_write_is_to_be_decided_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _stored()
    _faults(monkeypatch, "conflict")
    assert _claim(before) == Moved()
    assert cases.get(CASE_ID) == before


def test_a_claim_on_a_closed_case_is_seen_by_the_sweeper() -> None:
    """A confirmation may go out after the close; if its sender dies, somebody must find that."""
    before = _stored(status=CaseStatus.CLOSED)
    assert list(cases.opened_on("demo-bank", NOON)) == []
    _claimed(before, "opt_out_confirmation#SMS")
    assert list(cases.opened_on("demo-bank", NOON)) == [KEY]


def test_a_released_first_claim_leaves_case_and_person_as_they_were() -> None:
    before = _stored()
    _claimed(before)
    claims.release(before, WHO, SMS, MINE)
    assert cases.get(CASE_ID) == before
    assert persons.get(WHO).contacts == {}
    assert _claimed(before, SMS, OTHERS, at=LATER)


def test_a_release_takes_back_only_its_own_claim() -> None:
    before = _stored()
    claimed = _claimed(before)
    claims.release(before, WHO, SMS, OTHERS)
    assert cases.get(CASE_ID) == claimed
    assert len(persons.get(WHO).contacts) == 1


def test_a_release_keeps_the_notice_that_went_out_over_the_other_channel() -> None:
    """Both claims of a step start from the same case; one provider accepts, the other throttles."""
    before = _stored()
    _claimed(before)
    _claimed(before, EMAIL)
    claims.release(before, WHO, EMAIL, MINE)
    after = cases.get(CASE_ID)
    assert after.claims == {SMS: MINE}
    assert (after.status, after.noticed_at) == (CaseStatus.NOTICED, NOON)
    assert list(persons.get(WHO).contacts) == [f"{CASE_ID}#{SMS}"]


def test_a_release_after_the_case_moved_on_leaves_its_status() -> None:
    before = _stored()
    _claimed(before)
    _settle()
    claims.release(before, WHO, SMS, MINE)
    after = cases.get(CASE_ID)
    assert (after.status, after.claims) == (CaseStatus.CLOSED, {})


def test_a_release_moves_the_person_so_that_what_rests_on_the_claim_is_read_again() -> None:
    before = _stored()
    _claimed(before)
    read = persons.get(WHO)
    claims.release(before, WHO, SMS, MINE)
    assert _claim(_other_case(), person=read) == Moved()


def test_a_release_that_met_another_write_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Left claimed, a message that surely was not sent would never be sent."""
    before = _stored()
    _claimed(before)
    _faults(monkeypatch, "conflict", "conflict")
    claims.release(before, WHO, SMS, MINE)
    assert cases.get(CASE_ID) == before


def test_a_release_that_never_gets_its_turn_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _stored()
    _claimed(before)
    _faults(monkeypatch, *["conflict"] * 9)
    with pytest.raises(TryAgain):
        claims.release(before, WHO, SMS, MINE)


@pytest.mark.parametrize(
    "order", sorted(set(permutations(["claim", "release", "rival", "rival gives back"])))
)
def test_in_whatever_order_senders_meet_only_what_may_have_gone_out_is_counted(
    order: tuple[str, ...],
) -> None:
    """Claims and releases for two cases of one person leave as many contacts as claims."""
    before, other = _stored(), _other_case()
    _claimed(_other_case("third-bank", "LN-3"), EMAIL)
    acts: dict[str, Callable[[], object]] = {
        "claim": lambda: _claim(before),
        "release": lambda: claims.release(before, WHO, SMS, MINE),
        "rival": lambda: _claim(other, EMAIL, OTHERS),
        "rival gives back": lambda: claims.release(other, WHO, EMAIL, OTHERS),
    }
    for act in order:
        acts[act]()
    kept = {f"{known.id}#{key}" for known in (before, other) for key in cases.get(known.id).claims}
    counted = set(persons.get(WHO).contacts)
    assert {name for name in counted if not name.startswith(loan_key("third-bank", "LN-3"))} == kept
    gone = [_comes_before(order, *pair) for pair in (("claim", "release"), ("rival", "rival gives back"))]
    assert len(kept) == 2 - sum(gone)


def _comes_before(order: tuple[str, ...], first: str, then: str) -> bool:
    return order.index(first) < order.index(then)
