"""The plan calculator: exact sums, dates in order, nothing above his means unless it says so."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from chalicelib.domain.affordability import Affordable
from chalicelib.domain.arrangement import Arrangement, Parts, Way, still_owed
from chalicelib.domain.codes import IncomeChange
from chalicelib.domain.errors import AmountMismatch
from chalicelib.domain.money import Amount
from chalicelib.domain.offer_limits import Limits, Means, limits_of, means_of
from chalicelib.domain.offers import Offer, Reason, offers
from chalicelib.domain.schedules import amortised, at_once, equal, least_payment
from chalicelib.texts import load_words

TODAY = date(2026, 11, 24)


def debt(principal: int, interest: int = 0, fees: int = 0, penalty: int = 0, paid: int = 0) -> Amount:
    total = principal + interest + fees + penalty - paid
    return Amount("CNY", total, principal, interest, fees, penalty, paid, TODAY)


DEBT = debt(1_000_000, 30_000, 5_000, 15_000)
LENIENT = Limits(penalty=100, fees=50, interest=10, principal=5, alone=2, yearly_rate=600)

sums = some.integers(0, 10**9)
limits = some.builds(
    Limits,
    most_months=some.integers(1, 120),
    most_delay_days=some.integers(0, 365),
    grace_days=some.integers(1, 90),
    least_instalment=some.integers(0, 10**6),
    yearly_rate=some.integers(0, 3_600),
    penalty=some.integers(0, 100),
    fees=some.integers(0, 100),
    interest=some.integers(0, 100),
    principal=some.integers(0, 100),
    alone=some.integers(0, 100),
)
days = some.dates(date(2026, 1, 1), date(2028, 12, 31))
means = some.builds(
    Means,
    income=some.none() | some.sampled_from(IncomeChange),
    monthly=some.none() | some.integers(1, 10**7),
    monthly_from=some.none() | days,
    lump=some.none() | some.integers(1, 10**9),
    lump_on=some.none() | days,
    nothing=some.booleans(),
)


@some.composite
def debts(draw: some.DrawFn) -> Amount:
    parts = [draw(sums) for _ in range(4)]
    principal, interest, fees, penalty = parts
    paid = draw(some.integers(0, sum(parts)))
    return debt(principal, interest, fees, penalty, paid)


def by_way(found: tuple[Offer, ...]) -> dict[Way, Offer]:
    return {each.arrangement.way: each for each in found}


@given(debts(), days, limits, means)
def test_every_offer_sums_exactly_and_its_dates_increase(
    owed: Amount, today: date, permitted: Limits, said: Means
) -> None:
    for offer in offers(owed, today, permitted, said):
        found = offer.arrangement
        amounts = [each.amount for each in found.plan.instalments]
        assert sum(amounts) == owed.total - found.waived.total + found.interest
        assert min(amounts) > 0
        assert found.interest >= 0
        dates = [each.due for each in found.plan.instalments]
        assert all(before < after for before, after in pairwise(dates))
        assert today < dates[0]
        assert len(amounts) <= permitted.most_months


@given(debts(), days, limits, means)
def test_no_instalment_is_above_what_he_can_pay_unless_the_offer_says_so(
    owed: Amount, today: date, permitted: Limits, said: Means
) -> None:
    for offer in offers(owed, today, permitted, said):
        plan = offer.arrangement.plan
        if said.monthly is not None and not plan.is_lump_sum:
            over = any(each.amount > said.monthly for each in plan.instalments)
            assert not over or (offer.affordable == Affordable.NO and Reason.ABOVE_MEANS in offer.reasons)
        assert (offer.affordable == Affordable.YES) == (Reason.WITHIN_MEANS in offer.reasons)


@given(debts(), days, limits, means)
def test_nothing_is_waived_beyond_what_the_lender_permits(
    owed: Amount, today: date, permitted: Limits, said: Means
) -> None:
    for offer in offers(owed, today, permitted, said):
        waived, of = asdict(offer.arrangement.waived), asdict(still_owed(owed))
        assert all(part * 100 <= of[name] * getattr(permitted, name) for name, part in waived.items())
        above = sum(waived.values()) * 100 > owed.total * permitted.alone
        assert offer.four_eyes == above == (Reason.NEEDS_FOUR_EYES in offer.reasons)


@given(debts(), days, limits, means)
def test_the_same_input_gives_the_same_offers_each_way_once(
    owed: Amount, today: date, permitted: Limits, said: Means
) -> None:
    found = offers(owed, today, permitted, said)
    assert found == offers(owed, today, permitted, said)
    assert len(by_way(found)) == len(found)


def test_a_lender_who_says_nothing_gives_time_and_waives_nothing() -> None:
    found = by_way(offers(DEBT, TODAY, Limits(), Means()))
    assert set(found) == {Way.INSTALMENTS, Way.GRACE, Way.DEFERRAL, Way.EXTENSION, Way.LUMP_SUM}
    assert {each.arrangement.cost for each in found.values()} == {0}
    assert not any(each.four_eyes for each in found.values())


def test_he_pays_as_few_instalments_as_what_he_can_pay_allows() -> None:
    said = Means(monthly=100_000, monthly_from=date(2026, 12, 10), income=IncomeChange.FELL)
    offer = by_way(offers(DEBT, TODAY, Limits(), said))[Way.INSTALMENTS]
    amounts = [each.amount for each in offer.arrangement.plan.instalments]
    assert amounts == [95_455] * 10 + [95_450]
    assert offer.arrangement.first_due == date(2026, 12, 10)
    assert offer.reasons == (Reason.WITHIN_MEANS, Reason.STARTS_WHEN_HE_CAN, Reason.INCOME_FELL)


def test_what_he_can_pay_too_slowly_is_offered_and_marked() -> None:
    offer = by_way(offers(DEBT, TODAY, Limits(most_months=6), Means(monthly=1_000)))[Way.INSTALMENTS]
    assert offer.arrangement.months == 6
    assert offer.affordable == Affordable.NO
    assert {Reason.ABOVE_MEANS, Reason.LONGEST_PERMITTED} <= set(offer.reasons)


def test_a_first_payment_before_he_can_pay_is_marked() -> None:
    said = Means(monthly=10_000_000, monthly_from=date(2027, 11, 1))
    offer = by_way(offers(debt(900), TODAY, Limits(), Means(monthly=300, monthly_from=said.monthly_from)))
    assert offer[Way.INSTALMENTS].reasons == (Reason.TOO_EARLY,)


def test_a_lump_sum_he_named_is_affordable_with_what_the_lender_waives() -> None:
    said = Means(lump=1_000_000, lump_on=date(2026, 12, 1))
    first, *_ = offers(DEBT, TODAY, LENIENT, said)
    assert first.arrangement.way == Way.LUMP_SUM
    assert first.arrangement.waived == Parts(principal=50_000, interest=3_000, fees=2_500, penalty=15_000)
    assert first.arrangement.cost == -70_500
    assert first.affordable == Affordable.YES
    assert first.four_eyes
    assert Reason.LEAST_TOTAL in first.reasons


def test_a_waiver_within_what_one_may_waive_alone_needs_no_second_person() -> None:
    found = by_way(offers(DEBT, TODAY, LENIENT, Means()))
    assert found[Way.WAIVER].arrangement.waived == Parts(interest=3_000, fees=2_500, penalty=15_000)
    assert not found[Way.WAIVER].four_eyes
    assert found[Way.PRINCIPAL_REDUCTION].four_eyes


def test_a_reamortisation_adds_the_interest_of_what_is_left() -> None:
    offer = by_way(offers(debt(1_200_000), TODAY, LENIENT, Means()))[Way.REAMORTISATION]
    assert offer.arrangement.months == 12
    assert offer.arrangement.plan.instalments[0].amount == 103_280
    assert offer.arrangement.interest == 39_358
    assert Reason.ADDS_INTEREST in offer.reasons


@given(some.integers(1, 10**9), some.integers(0, 3_600), some.integers(1, 60))
def test_the_least_payment_repays_and_one_minor_unit_less_does_not(
    total: int, rate: int, months: int
) -> None:
    least = least_payment(total, rate, months)
    assert amortised(total, rate, least, months)
    assert least == 1 or amortised(total, rate, least - 1, months) is None


@given(some.integers(1, 10**9), some.integers(1, 120))
def test_only_the_last_of_equal_payments_is_smaller(total: int, count: int) -> None:
    amounts = [each.amount for each in equal("CNY", total, count, TODAY).instalments]
    assert sum(amounts) == total
    assert len(amounts) <= count
    assert max(amounts) == -(-total // count)
    assert len(set(amounts[:-1])) <= 1
    assert amounts[-1] <= amounts[0]


def test_invariant_16_an_arrangement_that_does_not_sum_to_what_is_agreed_is_refused() -> None:
    plan = at_once("CNY", 900, TODAY)
    with pytest.raises(AmountMismatch):
        Arrangement(way=Way.WAIVER, owed=debt(1_000), plan=plan, waived=Parts(principal=99))
    assert Arrangement(way=Way.WAIVER, owed=debt(1_000), plan=plan, waived=Parts(principal=100)).cost == -100


def test_no_more_of_a_component_is_waived_than_is_owed_of_it() -> None:
    with pytest.raises(ValueError, match="waived"):
        Arrangement(
            way=Way.WAIVER,
            owed=debt(1_000, fees=10),
            plan=at_once("CNY", 910, TODAY),
            waived=Parts(fees=100),
        )


def test_payments_are_set_off_against_fees_then_interest_then_penalty_then_principal() -> None:
    left = still_owed(debt(1_000, interest=100, fees=50, penalty=30, paid=170))
    assert left == Parts(principal=1_000, interest=0, fees=0, penalty=10)


def test_a_debt_that_is_paid_has_no_offers() -> None:
    assert offers(debt(100, paid=100), TODAY, Limits(), Means()) == ()


def test_limits_are_read_from_a_lenders_settings() -> None:
    assert limits_of("") == Limits()
    assert limits_of({"most_months": "24", "penalty": "100"}) == Limits(most_months=24, penalty=100)


@pytest.mark.parametrize(
    "said", [{"months": "3"}, {"penalty": "101"}, {"penalty": "-1"}, {"most_months": "0"}]
)
def test_a_limit_that_is_none_is_refused_by_name(said: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"plan_limits.{next(iter(said))}"):
        limits_of(said)


def test_means_are_read_from_a_feedback() -> None:
    answers = {"income": "FELL", "pay": "MONTHLY", "monthly_sum": 50_000, "monthly_from": "2026-12-10"}
    expected = Means(income=IncomeChange.FELL, monthly=50_000, monthly_from=date(2026, 12, 10))
    assert means_of(answers) == expected
    assert means_of({"pay": "NOTHING"}) == Means(nothing=True)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_way_and_reason_can_be_said(language: str) -> None:
    words = load_words(f"offers/{language}")
    codes = {"ways": Way, "affordable": Affordable, "reasons": Reason}
    assert {name: set(said) for name, said in words.items()} == {
        name: set(each) for name, each in codes.items()
    }
