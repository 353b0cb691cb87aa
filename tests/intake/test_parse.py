"""Bytes become a checked event, or every fault at once with its pointer, and never anything else."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidEvent
from chalicelib.intake.contract import DATA, OverdueData, PaymentData, SettledData
from chalicelib.intake.parse import parse_event
from tests.road import EXAMPLES

_FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("*.json")}
EXAMPLE: dict[str, dict[str, Any]] = {
    name: content for name, content in _FILES.items() if "specversion" in content
}
OVERDUE = EXAMPLE["overdue"]


def _faults(body: bytes | dict[str, Any]) -> dict[str, str]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(InvalidEvent) as caught:
        parse_event(raw)
    return {error.pointer: error.detail for error in caught.value.errors}


def _with(path: str, value: Any, event: dict[str, Any] = OVERDUE) -> dict[str, Any]:
    changed = copy.deepcopy(event)
    *way, last = path.strip("/").split("/")
    place = changed
    for part in way:
        place = place[part]
    place[last] = value
    return changed


@pytest.mark.parametrize("name", sorted(EXAMPLE))
def test_every_example_in_the_documentation_is_valid(name: str) -> None:
    event = parse_event(json.dumps(EXAMPLE[name]).encode())
    assert (event.type, event.source) == (EXAMPLE[name]["type"], "demo-bank")
    assert isinstance(event.data, DATA[event.type])


def test_there_is_an_example_of_every_type() -> None:
    assert {example["type"] for example in EXAMPLE.values()} == set(DATA)


def test_an_event_says_what_was_sent() -> None:
    event = parse_event(json.dumps(OVERDUE, ensure_ascii=False).encode())
    assert (event.id, event.subject) == ("evt-overdue-0001", "LN-2026-000001")
    assert event.time == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert isinstance(event.data, OverdueData)
    assert (event.data.borrower.name, event.data.amount.total) == ("张伟", 1_234_567)


def test_times_of_any_zone_become_utc_and_none_stays_none() -> None:
    event = parse_event(json.dumps(_with("/time", "2026-11-20T09:30:00+08:00")).encode())
    assert event.time == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    without = {name: value for name, value in OVERDUE.items() if name != "time"}
    assert parse_event(json.dumps(without).encode()).time is None


def test_every_fault_comes_at_once_with_its_pointer() -> None:
    bad = _with("/id", 7)
    bad["specversion"] = "0.3"
    bad["data"]["borrower"]["phone"] = "138"
    bad["data"]["borrower"]["salary"] = 1
    bad["data"]["amount"]["principal"] = "1180000"
    bad["data"]["amount"]["as_of"] = "20 November"
    del bad["data"]["due_date"]
    assert set(_faults(bad)) == {
        "/id",
        "/specversion",
        "/data/borrower/phone",
        "/data/borrower/salary",
        "/data/amount/principal",
        "/data/amount/as_of",
        "/data/due_date",
    }


def test_a_pointer_escapes_what_json_pointer_escapes() -> None:
    bad = _with("/data/borrower/a~b", 1)
    bad["data"]["borrower"]["c/d"] = 1
    assert set(_faults(bad)) == {"/data/borrower/a~0b", "/data/borrower/c~1d"}


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("/data/amount/total", 1_234_568, "/data/amount"),
        ("/data/amount/total", 0, "/data/amount/total"),
        ("/data/amount/total", 12345.67, "/data/amount/total"),
        ("/data/amount/total", True, "/data/amount/total"),
        ("/data/amount/fees", -1, "/data/amount/fees"),
        ("/data/amount/principal", 10**15 + 1, "/data/amount/principal"),
        ("/data/amount/principal", 10**40, "/data/amount/principal"),
        ("/data/amount/currency", "rmb", "/data/amount/currency"),
        ("/data/borrower/id_last4", "12", "/data/borrower/id_last4"),
        ("/data/borrower/email", "a@b", "/data/borrower/email"),
        ("/data/borrower/email", "a@b.cn\nBcc: x@y.cn", "/data/borrower/email"),
        ("/data/borrower/phone", "13800138000", "/data/borrower/phone"),
        ("/data/borrower/phone", "+8613800138000\n", "/data/borrower/phone"),
        ("/data/borrower/name", "", "/data/borrower/name"),
        ("/data/borrower/postal", ["张伟"], "/data/borrower/postal"),
        ("/data/borrower/postal", ["张伟"] * 7, "/data/borrower/postal"),
        ("/data/borrower/postal", ["张伟", ""], "/data/borrower/postal/1"),
        ("/data/borrower/postal", ["张伟", "x" * 41], "/data/borrower/postal/1"),
        ("/data/borrower/postal", ["张伟", "a\nb"], "/data/borrower/postal/1"),
        ("/data/borrower/app_user", "a b", "/data/borrower/app_user"),
        ("/data/borrower/app_user", "x" * 65, "/data/borrower/app_user"),
        ("/data/borrower/name", "x" * 129, "/data/borrower/name"),
        ("/data/borrower/name", "a\r\nb", "/data/borrower/name"),
        ("/data/borrower/language", "zh_CN", "/data/borrower/language"),
        ("/data/borrower/timezone", "Asia/Shang hai", "/data/borrower/timezone"),
        ("/data/overdue_since", "2026-10-17", "/data"),
        ("/data/due_date", "2026-02-30", "/data/due_date"),
        ("/data/due_date", 1_795_406_400, "/data/due_date"),
        ("/data/account_last4", "12345", "/data/account_last4"),
        ("/data", [], "/data"),
        ("/type", "loan.overdue.v2", "/type"),
        ("/type", ["loan.overdue.v1"], "/type"),
        ("/source", "Demo Bank", "/source"),
        ("/subject", "", "/subject"),
        ("/subject", "x" * 65, "/subject"),
        ("/datacontenttype", "application/xml", "/datacontenttype"),
        ("/time", "2026-11-20T01:30:00", "/time"),
        ("/time", "yesterday", "/time"),
        ("/time", "0001-01-01T00:00:00+08:00", "/time"),
        ("/time", "9999-12-31T23:59:59-08:00", "/time"),
        ("/time", "0999-01-01T00:00:00Z", "/time"),
        ("/data_base64", "AAAA", ""),
        ("/Source", "x", ""),
    ],
)
def test_a_wrong_value_is_told_where_it_is(path: str, value: Any, pointer: str) -> None:
    assert pointer in _faults(_with(path, value))


def test_a_borrower_needs_some_address() -> None:
    bad = _with("/data/borrower/phone", None)
    bad["data"]["borrower"]["email"] = None
    assert "phone" in _faults(bad)["/data/borrower"]


def test_a_payment_keeps_to_one_currency() -> None:
    bad = _with("/data/amount/currency", "USD", EXAMPLE["payment"])
    assert "currency" in _faults(bad)["/data"]


def test_extension_attributes_are_allowed_as_cloudevents_has_them() -> None:
    parse_event(json.dumps(_with("/traceparent", "00-ab-cd-01")).encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b"{",
        b"{}{}",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"id": NaN}',
        b'{"data": {"amount": {"total": Infinity}}}',
        b'{"id": "a", "id": "b"}',
        b'{"data": {"x": {"y": 1, "y": 1}}}',
        b'{"id": ' + b"9" * 5_000 + b"}",
    ],
)
def test_what_is_no_single_plain_json_object_is_refused(body: bytes) -> None:
    assert _faults(body)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"id": "evt', '"id": "evt-other", "id": "evt', "'id' occurs twice"),
        ('"total": ', '"total": 1, "total": ', "'total' occurs twice"),
        ('"id": "evt', '"extension": NaN, "id": "evt', "NaN is no JSON number"),
        ('"id": "evt', '"extension": -Infinity, "id": "evt', "-Infinity is no JSON number"),
    ],
)
def test_what_readers_of_json_disagree_on_is_refused_in_an_event_that_is_else_right(
    old: str, new: str, told: str
) -> None:
    body = json.dumps(OVERDUE).replace(old, new).encode()
    assert told in _faults(body)[""]


def test_numbers_too_large_for_a_float_are_refused() -> None:
    body = json.dumps(OVERDUE).replace("1234567", "1e999").encode()
    assert "/data/amount/total" in _faults(body)


@pytest.mark.parametrize("depth", [*range(100, 1_100, 50), *range(900, 1_000, 7), 5_000, 30_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_no_nesting_is_too_deep_to_be_refused(depth: int, opening: str, closing: str) -> None:
    nested = opening * depth + "1" + closing * depth
    body = json.dumps(OVERDUE).replace('"evt-overdue-0001"', nested).encode()
    assert _faults(body)


def test_a_fault_never_repeats_a_personal_value() -> None:
    bad = _with("/data/borrower/phone", "SECRET-PHONE")
    bad["data"]["borrower"]["email"] = "SECRET-MAIL"
    bad["data"]["borrower"]["id_last4"] = "SECRET-ID"
    bad["data"]["due_date"] = "SECRET-DAY"
    assert "SECRET" not in str(_faults(bad))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        "/id", "/source", "/type", "/subject", "/time", "/data", "/specversion", "/extension",
        "/data/borrower", "/data/borrower/name", "/data/borrower/phone", "/data/borrower/timezone",
        "/data/amount", "/data/amount/total", "/data/amount/as_of", "/data/due_date", "/data/overdue_since",
    ]
)  # fmt: skip


def _never_breaks(body: bytes) -> None:
    try:
        event = parse_event(body)
    except InvalidEvent as error:
        event = None
        faults = error.errors
    assert isinstance(event.data, OverdueData | PaymentData | SettledData) if event else faults


@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_an_event_or_an_invalid_one(body: bytes) -> None:
    _never_breaks(body)


@given(PATHS, JSON | st.datetimes().map(str) | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"))
def test_any_value_in_any_place_is_an_event_or_an_invalid_one(path: str, value: Any) -> None:
    _never_breaks(json.dumps(_with(path, value)).encode())


ITEMIZATION = {"date": "2026-08-01", "balance": 1_200_000, "interest": 44_567, "credits": 10_000}


def test_an_event_may_itemise_the_debt_and_name_a_default_date() -> None:
    event = _with("/data/itemization", ITEMIZATION, _with("/data/default_date", "2026-12-20"))
    data = parse_event(json.dumps(event).encode()).data
    assert isinstance(data, OverdueData)
    assert data.itemization is not None
    found = data.itemization.itemisation()
    assert (found.balance, found.interest, found.payments_credits, found.creditor) == (
        1_200_000,
        44_567,
        10_000,
        "",
    )
    found.require_sum(data.amount.total)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"balance": -1}, "/data/itemization/balance"),
        ({"date": "1 August"}, "/data/itemization/date"),
        ({"penalty": 1}, "/data/itemization/penalty"),
        ({"fees": 1}, "/data"),
        ({"date": "2026-11-21"}, "/data"),
    ],
)
def test_an_itemization_that_is_wrong_is_refused_where_it_is(changes: dict[str, Any], pointer: str) -> None:
    assert list(_faults(_with("/data/itemization", ITEMIZATION | changes))) == [pointer]


def test_a_default_date_lies_after_the_day_of_the_amount() -> None:
    assert list(_faults(_with("/data/default_date", "2026-11-20"))) == ["/data"]
