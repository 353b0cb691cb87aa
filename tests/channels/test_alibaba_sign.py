"""Alibaba Cloud's signature v3 against its published example and against vectors signed independently."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.channels.alibaba_sign import Call, Credentials, signed_headers

# "Request syntax and signature method V3" in Alibaba Cloud's documentation, with its fixed parameters.
PUBLISHED = Call(
    "ecs.cn-shanghai.aliyuncs.com",
    "RunInstances",
    "2014-05-26",
    {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"},
)
PUBLISHED_KEY = Credentials("YourAccessKeyId", "YourAccessKeySecret")
PUBLISHED_AT = datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC)
PUBLISHED_NONCE = "3156853299f313e23d1673dc12e1703d"
PUBLISHED_SIGNATURE = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"

# Signed with the openssl command line from the specification, not with this code.
RECORDED = Call(
    "dysmsapi.aliyuncs.com",
    "SendSms",
    "2017-05-25",
    {
        "PhoneNumbers": "+8613800138000",
        "SignName": "示范银行",
        "TemplateCode": "SMS_1",
        "TemplateParam": '{"name":"张 伟*~"}',
        "OutId": "6kvktdbgvav7gliur7px-1.first_notice",
    },
)
RECORDED_KEY = Credentials("id", "secret")
RECORDED_AT = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)
RECORDED_QUERY = (
    "OutId=6kvktdbgvav7gliur7px-1.first_notice&PhoneNumbers=%2B8613800138000"
    "&SignName=%E7%A4%BA%E8%8C%83%E9%93%B6%E8%A1%8C&TemplateCode=SMS_1"
    "&TemplateParam=%7B%22name%22%3A%22%E5%BC%A0%20%E4%BC%9F%2A~%22%7D"
)
RECORDED_SIGNATURE = "0746548cd0c57131d9ca18809a7f1cd0e20ed3ea194420b6b09b6ce4df431819"


def test_the_published_example_is_signed_as_published() -> None:
    headers = signed_headers(PUBLISHED, PUBLISHED_KEY, PUBLISHED_AT, PUBLISHED_NONCE)
    assert headers == {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": PUBLISHED_NONCE,
        "x-acs-version": "2014-05-26",
        "Authorization": (
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
            f"x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature={PUBLISHED_SIGNATURE}"
        ),
    }


def test_chinese_blanks_and_stars_are_encoded_as_the_specification_has_it() -> None:
    assert RECORDED.query == RECORDED_QUERY
    headers = signed_headers(RECORDED, RECORDED_KEY, RECORDED_AT, "nonce-1")
    assert headers["Authorization"].endswith(f"Signature={RECORDED_SIGNATURE}")


@pytest.mark.parametrize(
    "change",
    [
        {"at": PUBLISHED_AT + timedelta(seconds=1)},
        {"nonce": "another"},
        {"credentials": Credentials("YourAccessKeyId", "AnotherSecret")},
        {"call": Call(PUBLISHED.host, PUBLISHED.action, PUBLISHED.version, {"RegionId": "cn-shanghai"})},
        {"call": Call("elsewhere.aliyuncs.com", PUBLISHED.action, PUBLISHED.version, PUBLISHED.parameters)},
        {"call": Call(PUBLISHED.host, "StopInstances", PUBLISHED.version, PUBLISHED.parameters)},
    ],
)
def test_everything_that_is_sent_is_signed(change: dict[str, object]) -> None:
    whole = {"call": PUBLISHED, "credentials": PUBLISHED_KEY, "at": PUBLISHED_AT, "nonce": PUBLISHED_NONCE}
    headers = signed_headers(**(whole | change))  # type: ignore[arg-type]
    assert PUBLISHED_SIGNATURE not in headers["Authorization"]


def test_the_date_is_utc_whatever_the_clock_shows() -> None:
    beijing = PUBLISHED_AT.astimezone(timezone(timedelta(hours=8)))
    headers = signed_headers(PUBLISHED, PUBLISHED_KEY, beijing, PUBLISHED_NONCE)
    assert PUBLISHED_SIGNATURE in headers["Authorization"]


@given(st.dictionaries(st.text("abZ09", min_size=1), st.text(min_size=1)))
def test_a_query_reads_back_as_its_parameters_in_order(parameters: dict[str, str]) -> None:
    query = Call("h", "a", "v", parameters).query
    assert parse_qsl(query, strict_parsing=bool(parameters)) == sorted(parameters.items())
    assert query.isascii()


def test_the_signature_is_the_one_the_specification_describes() -> None:
    """The whole road once more, in the specification's own words."""
    empty = hashlib.sha256(b"").hexdigest()
    canonical = (
        f"POST\n/\n{RECORDED_QUERY}\nhost:dysmsapi.aliyuncs.com\nx-acs-action:SendSms\n"
        f"x-acs-content-sha256:{empty}\nx-acs-date:2026-11-23T08:00:00Z\nx-acs-signature-nonce:nonce-1\n"
        "x-acs-version:2017-05-25\n\nhost;x-acs-action;x-acs-content-sha256;x-acs-date;"
        f"x-acs-signature-nonce;x-acs-version\n{empty}"
    )
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    assert hmac.new(b"secret", to_sign.encode(), hashlib.sha256).hexdigest() == RECORDED_SIGNATURE
