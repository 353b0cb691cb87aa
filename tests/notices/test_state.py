"""Where a notice stands: the same whatever order its evidence comes in, and never lower than before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.statuses import STATUSES
from chalicelib.domain.codes import FactKind
from chalicelib.notices.state import ARRIVED, FAILED, LATTICE, notice_states
from chalicelib.store.facts import Fact
from tests.samples import CASE_ID, NOON

SMS, EMAIL = ("first_notice", "SMS"), ("first_notice", "EMAIL")
WORDS = ["ACCEPTED", "DELAYED", "DELIVERED", "FAILED", "COMPLAINED", "OTHER"]


def _fact(kind: FactKind, which: tuple[str, ...]) -> Fact:
    return Fact(CASE_ID, kind, NOON, which)


EVIDENCE = st.one_of(
    st.builds(_fact, st.sampled_from([FactKind.SENT, FactKind.FAILED, FactKind.UNKNOWN]), st.just(SMS)),
    st.sampled_from(WORDS).map(lambda word: _fact(FactKind.RECEIPT, (*SMS, word))),
)


@given(st.lists(EVIDENCE, max_size=8), st.randoms(use_true_random=False), st.data())
def test_any_order_and_any_duplicates_give_one_state(
    facts: list[Fact], random: object, data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=4)) if facts else []
    shuffled = data.draw(st.permutations(facts + again))
    assert notice_states(["first_notice#SMS"], shuffled) == notice_states(["first_notice#SMS"], facts)


@given(st.lists(EVIDENCE, max_size=8), EVIDENCE)
def test_more_evidence_never_lowers_a_state(facts: list[Fact], more: Fact) -> None:
    before = notice_states(["first_notice#SMS"], facts)["first_notice#SMS"]
    after = notice_states(["first_notice#SMS"], [*facts, more])["first_notice#SMS"]
    assert LATTICE.index(after) >= LATTICE.index(before)


def test_a_claim_without_evidence_is_still_being_sent() -> None:
    assert notice_states(["first_notice#SMS"], []) == {"first_notice#SMS": "SENDING"}


def test_a_receipt_that_comes_before_our_own_record_settles_the_notice() -> None:
    states = notice_states(["first_notice#SMS"], [_fact(FactKind.RECEIPT, (*SMS, "DELIVERED"))])
    assert states == {"first_notice#SMS": "DELIVERED"}


def test_a_late_receipt_outweighs_unknown() -> None:
    facts = [_fact(FactKind.UNKNOWN, SMS), _fact(FactKind.RECEIPT, (*SMS, "ACCEPTED"))]
    assert notice_states([], facts) == {"first_notice#SMS": "ACCEPTED"}


def test_one_notices_evidence_says_nothing_about_another() -> None:
    facts = [
        _fact(FactKind.SENT, EMAIL),
        _fact(FactKind.FEEDBACK, ("a1",)),
        _fact(FactKind.DENIED, (*SMS, "r")),
    ]
    states = notice_states(["first_notice#SMS"], facts)
    assert states == {"first_notice#SMS": "SENDING", "first_notice#EMAIL": "SENT"}


@given(st.lists(EVIDENCE, min_size=1, max_size=8))
def test_what_arrived_is_never_taken_for_failed(facts: list[Fact]) -> None:
    """A delivery goes on to the next channel only when all has FAILED."""
    arrived = any(fact.kind == FactKind.RECEIPT and fact.which[2] in ARRIVED for fact in facts)
    state = notice_states(["first_notice#SMS"], facts)["first_notice#SMS"]
    assert (state in ARRIVED) is arrived
    assert not (arrived and state == FAILED)


def test_every_status_of_the_providers_tables_has_its_place() -> None:
    assert set(STATUSES) <= set(LATTICE)


def test_a_word_nobody_knows_says_less_than_any_other() -> None:
    facts = [_fact(FactKind.RECEIPT, (*SMS, "OTHER")), _fact(FactKind.UNKNOWN, SMS)]
    assert notice_states([], facts) == {"first_notice#SMS": "UNKNOWN"}
