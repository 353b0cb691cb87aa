"""Files that borrowers put into the uploads bucket, straight from their browsers, to be checked there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FOLDER = "uploads/"
FORM_SECONDS = 900
MOST_SENT = 25 * 1024 * 1024
"""What the bucket takes at most: more than what is kept, so that a photo somewhat too large is refused by us,
in plain words. The bucket's own refusal is a page of XML that nobody can change."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that puts one file into the bucket: where it goes, and the fields that must come with it."""

    url: str
    fields: dict[str, str]


class Uploads:
    """The bucket of files that nobody has checked yet; what lies there goes after a day."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def form(self, upload_id: str, then: str) -> UploadForm:
        """Return the form for one file, good for FORM_SECONDS; the browser goes on to the URL `then`.

        The key and the media type are ours: a file is never served from here, and what it is says
        `domain.documents`, not its sender.
        """
        fields = {"success_action_redirect": then, "Content-Type": "application/octet-stream"}
        signed = self._client.generate_presigned_post(
            self._bucket,
            FOLDER + upload_id,
            Fields=dict(fields),
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 1, MOST_SENT],
            ],
            ExpiresIn=FORM_SECONDS,
        )
        return UploadForm(signed["url"], signed["fields"])

    def get(self, upload_id: str, most: int) -> tuple[int, bytes]:
        """Return a file's size and its bytes; none of them when it is larger than `most`."""
        found = self._client.get_object(Bucket=self._bucket, Key=FOLDER + upload_id)
        size = int(found["ContentLength"])
        return size, found["Body"].read() if size <= most else b""

    def remove(self, upload_id: str) -> None:
        """Take a file away; one that is gone already is no fault."""
        self._client.delete_object(Bucket=self._bucket, Key=FOLDER + upload_id)
