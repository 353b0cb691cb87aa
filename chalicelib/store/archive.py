"""The archive: what was sent and what came back, byte for byte, in a bucket of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote


class Archive:
    """Objects under `cases/{case id}/…`, each written once; the key of a repeat is the same."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes, kind: str = "application/json") -> None:
        """Keep `body` under `key`; `kind` is its media type."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=kind)

    def get(self, key: str) -> bytes:
        """Return what is kept under `key`; raises what the SDK raises when there is nothing."""
        body: bytes = self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body

    def link(self, key: str, file_name: str, seconds: int) -> str:
        """Return a URL that fetches what is kept under `key`, as a file to be saved, for some seconds.

        `file_name` is the borrower's own wording; the header holds nothing but its percent-encoded form.
        """
        asked = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": "application/octet-stream",
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        }
        return str(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield every key under a prefix, in order."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        for page in pages:
            yield from (entry["Key"] for entry in page.get("Contents", ()))
