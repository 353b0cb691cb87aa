"""Content modes of CloudEvents over HTTP: whatever way it came, the event is the same, to the digit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidEvent
from chalicelib.intake import modes

_HEADERS = {"content-type": "application/json", "ce-specversion": "1.0", "ce-id": "e-1", "ce-source": "demo"}


def _faults(error: InvalidEvent) -> list[str]:
    return [one.pointer for one in error.errors]


def test_a_binary_event_becomes_the_structured_one_with_its_data_untouched() -> None:
    headers = _HEADERS | {"ce-subject": "LN%201%E5%8F%B7", "Ce-Type": "loan.settled.v1"}
    event = json.loads(modes.whole(headers, b' {"n": 12345678901234567890.10} '))
    assert event == {
        "specversion": "1.0",
        "id": "e-1",
        "source": "demo",
        "subject": "LN 1号",
        "type": "loan.settled.v1",
        "data": {"n": 12345678901234567890.10},
    }
    assert b"12345678901234567890.10" in modes.whole(headers, b'{"n": 12345678901234567890.10}')


@pytest.mark.parametrize("name", ["ce-data", "ce-datacontenttype", "ce-", "ce-with_line", "ce-äö"])
def test_a_header_that_is_no_attribute_is_named(name: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        modes.whole(_HEADERS | {name: "x"}, b"{}")
    assert _faults(refused.value) == [f"/{name[3:]}"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"a": 1, "a": 2}', b'{}, "source": "evil"', b"\xff", b"{"])
def test_data_that_are_no_object_cannot_add_attributes(body: bytes) -> None:
    with pytest.raises(InvalidEvent) as refused:
        modes.whole(_HEADERS, body)
    assert _faults(refused.value) == ["/data"]


def test_the_content_type_decides_before_the_headers_do() -> None:
    assert modes.is_binary(modes.JSON, _HEADERS)
    assert not modes.is_binary(modes.STRUCTURED, _HEADERS)
    assert not modes.is_binary(modes.JSON, {})


def test_a_batch_is_taken_apart_without_touching_its_texts() -> None:
    texts = ['{"n": 1.00000000000000000001}', '{"名":"张"}', "7"]
    body = f"\n[ {texts[0]} ,\t{texts[1]},{texts[2]}]\r\n".encode()
    assert [one.decode() for one in modes.each(body)] == texts


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[",
        b"[1",
        b"[1,",
        b"[1,]",
        b"[,1]",
        b"[1 2]",
        b"[1]]",
        b"{}",
        b"[]",
        b"\xff",
        b"[nope]",
        b"[" * 9999,
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(InvalidEvent) as refused:
        modes.each(body)
    assert _faults(refused.value) == [""]


def test_a_batch_has_a_limit() -> None:
    assert len(modes.each(json.dumps([{}] * modes.MOST_EVENTS).encode())) == modes.MOST_EVENTS
    with pytest.raises(InvalidEvent, match="fault"):
        modes.each(json.dumps([{}] * (modes.MOST_EVENTS + 1)).encode())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda x: st.lists(x) | st.dictionaries(st.text(), x),
)


@given(st.lists(_JSON, min_size=1, max_size=5), st.sampled_from([None, 1, "\t"]))
def test_a_batch_holds_what_json_says_it_holds(items: list[Any], indent: Any) -> None:
    body = json.dumps(items, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    try:
        body.decode()
    except UnicodeDecodeError:
        return
    assert [json.loads(one) for one in modes.each(body)] == items


def _is_batch(body: bytes) -> bool:
    try:
        whole = json.loads(body.decode())
    except (ValueError, RecursionError):
        return False
    return isinstance(whole, list) and 0 < len(whole) <= modes.MOST_EVENTS


@given(st.binary() | st.text(alphabet='[]{},:" \\0-1.eEntfalsru').map(str.encode))
def test_whatever_comes_is_taken_apart_or_refused(body: bytes) -> None:
    try:
        found = modes.each(body)
    except InvalidEvent:
        assert not _is_batch(body)
    else:
        assert [json.loads(one) for one in found] == json.loads(body)
