"""The report of a month: what came, what was in time, what was upheld, what is open and how old."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.domain.complaint import Category
from chalicelib.domain.complaint_causes import CfpbIssue, cfpb_issue
from chalicelib.domain.complaint_report import lines
from chalicelib.store import complaint_lists
from tests.complaints.desk import Desk


def test_a_month_is_counted_by_lender_profile_and_category(desk: Desk) -> None:
    first = desk.now
    second, third = desk.complain(), desk.complain("SERVICE")
    desk.take()
    desk.extend()
    desk.decide()
    desk.reference = second
    desk.after(days=20)
    found = lines(complaint_lists.of_month(first.date()), desk.now)
    collection, service = found
    assert (collection.category, service.category) == ("COLLECTION", "SERVICE")
    assert (collection.received, collection.decided_in_time, collection.extended) == (2, 1, 1)
    assert (collection.upheld_share, collection.breached) == (1.0, 1)
    assert collection.open_by_age == (0, 0, 2, 0, 0)
    assert third
    assert service.open_by_age == (0, 0, 1, 0, 0)
    assert lines(complaint_lists.of_month(first.date() + timedelta(days=40)), desk.now) == []


def test_us_categories_have_an_issue_of_the_bureau_and_mediation_has_none() -> None:
    assert cfpb_issue(Category.PRICING, "US") == CfpbIssue.NOT_OWED
    assert cfpb_issue(Category.MEDIATOR_BIAS, "US") is None
    assert cfpb_issue(Category.PRICING, "CN") is None
