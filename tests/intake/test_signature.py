"""Webhook signatures: made by the lender's own library, refused for anything else without saying why."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from chalicelib.domain.errors import SignatureRejected
from chalicelib.intake.signature import verify
from tests.samples import NOON

SECRET, OLD = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0", "whsec_b2xkb2xkb2xkb2xkb2xkb2xk"
BODY = '{"id": "evt-1", "名": "张伟"}'.encode()


def _headers(
    secret: str = SECRET, at: datetime = NOON, body: bytes = BODY, ident: str = "m1"
) -> dict[str, str]:
    return {
        "webhook-id": ident,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(ident, at, body.decode()),
    }


def _accepts(
    headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,), at: datetime = NOON
) -> bool:
    try:
        verify(headers, body, secrets, [at])
    except SignatureRejected:
        return False
    return True


def test_the_published_vector_of_standard_webhooks() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    at = datetime.fromtimestamp(1_614_265_330, tz=NOON.tzinfo)
    assert _accepts(headers, b'{"test": 2432232314}', ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",), at)


def test_what_the_lenders_library_signs_is_accepted() -> None:
    assert _accepts(_headers())


def test_while_secrets_rotate_either_is_accepted_and_later_the_old_one_is_not() -> None:
    assert _accepts(_headers(OLD), secrets=(SECRET, OLD))
    assert _accepts(_headers(SECRET), secrets=(SECRET, OLD))
    assert not _accepts(_headers(OLD), secrets=(SECRET,))


def test_a_sender_that_rotates_signs_with_several_secrets() -> None:
    headers = _headers(OLD)
    headers["webhook-signature"] += " " + _headers(SECRET)["webhook-signature"]
    assert _accepts(headers)
    headers["webhook-signature"] = "v1a,AAAA v2,zzz " + _headers(SECRET)["webhook-signature"]
    assert _accepts(headers)


def test_no_more_than_ten_signatures_are_looked_at() -> None:
    right = _headers()["webhook-signature"]
    assert _accepts(_headers() | {"webhook-signature": " ".join(["v1,AAAA"] * 9 + [right])})
    assert not _accepts(_headers() | {"webhook-signature": " ".join(["v1,AAAA"] * 10 + [right])})


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_five_minutes_either_way(seconds: int, accepted: bool) -> None:
    assert _accepts(_headers(), at=NOON + timedelta(seconds=seconds)) is accepted


def test_any_of_the_senders_clocks_will_do() -> None:
    far = NOON + timedelta(days=7)
    verify(_headers(), BODY, [SECRET], [far, NOON])
    with pytest.raises(SignatureRejected):
        verify(_headers(), BODY, [SECRET], [far])
    with pytest.raises(SignatureRejected):
        verify(_headers(), BODY, [SECRET], [])


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_is_needed(missing: str) -> None:
    headers = _headers()
    del headers[missing]
    assert not _accepts(headers)


def test_an_empty_id_is_refused_though_rightly_signed() -> None:
    assert not _accepts(_headers(ident=""))


def test_no_secret_accepts_nothing() -> None:
    assert not _accepts(_headers(), secrets=())


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_each_signed_part_is_bound(name: str) -> None:
    headers = _headers()
    headers[name] += "0" if name == "webhook-id" else ""
    headers[name] = headers[name] if name == "webhook-id" else str(int(headers[name]) + 1)
    assert not _accepts(headers)


@given(st.integers(0, len(BODY) * 8 - 1))
def test_any_changed_bit_of_the_body_is_refused(bit: int) -> None:
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << bit % 8
    assert not _accepts(_headers(), bytes(changed))


@pytest.mark.parametrize(
    "signature",
    ["", "v1", "v1,", ",", "v1,%%%", "v1,AAA", "v1,é", "v1,\x00", "v2,AAAA", "AAAA", "v1,\ud800", " " * 50],
)
def test_a_malformed_signature_is_refused_and_nothing_else(signature: str) -> None:
    assert not _accepts(_headers() | {"webhook-signature": signature})


@pytest.mark.parametrize(
    "timestamp",
    ["", "now", "-1", "1e9", "1795406400.0", " 1795406400", "１７９５４０６４００", "9" * 400, "\ud800"],
)
def test_a_malformed_timestamp_is_refused_and_nothing_else(timestamp: str) -> None:
    signature = Webhook(SECRET).sign("m1", NOON, BODY.decode())
    headers = {"webhook-id": "m1", "webhook-timestamp": timestamp, "webhook-signature": signature}
    assert not _accepts(headers)


@given(st.dictionaries(st.sampled_from(list(_headers())), st.text(max_size=80)), st.binary(max_size=200))
def test_whatever_comes_is_refused_or_accepted(headers: dict[str, str], body: bytes) -> None:
    assert not _accepts(headers, body)


def test_a_broken_secret_of_ours_is_our_error_not_the_senders() -> None:
    with pytest.raises(ValueError, match="Secrets Manager"):
        verify(_headers(), BODY, ["whsec_a"], [NOON])
