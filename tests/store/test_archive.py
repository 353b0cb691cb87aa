"""The archive: what is put comes back byte for byte, with its kind, under its key."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.store.archive import Archive
from tests.road import RECORDS
from tests.scene import Scene


def test_bytes_come_back_as_they_went_in(scene: Scene) -> None:
    scene.wiring.archive.put("cases/a/receipts/1.json", "短信\r\n".encode())
    assert scene.wiring.archive.get("cases/a/receipts/1.json") == "短信\r\n".encode()


def test_each_object_says_what_it_is(scene: Scene) -> None:
    scene.wiring.archive.put("cases/b/letters/1.pdf", b"%PDF", "application/pdf")
    scene.wiring.archive.put("cases/b/notices/1.json", b"{}")
    client = boto3.client("s3")
    kinds = [
        client.head_object(Bucket=RECORDS, Key=f"cases/b/{name}")["ContentType"]
        for name in ("letters/1.pdf", "notices/1.json")
    ]
    assert kinds == ["application/pdf", "application/json"]


def test_the_keys_of_a_case_are_its_own_and_more_than_a_page_of_them_come(scene: Scene) -> None:
    class Pages:
        """The S3 client, with pages of two."""

        def get_paginator(self, name: str) -> Pages:
            self._paginator = boto3.client("s3").get_paginator(name)
            return self

        def paginate(self, **kwargs: str) -> object:
            return self._paginator.paginate(**kwargs, PaginationConfig={"PageSize": 2})

    for name in ("c/1", "c/2", "c/3", "cc/1"):
        scene.wiring.archive.put(f"cases/{name}", b"x")
    assert list(Archive(Pages(), RECORDS).keys("cases/c/")) == [f"cases/c/{n}" for n in (1, 2, 3)]


def test_what_was_never_kept_is_an_error(scene: Scene) -> None:
    with pytest.raises(ClientError):
        scene.wiring.archive.get("cases/none")
