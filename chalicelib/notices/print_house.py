"""What the print house tells: a file of events it put into its bucket, each a receipt of a letter."""

from __future__ import annotations

import json
from dataclasses import dataclass

from chalicelib.channels.letter_events import print_events
from chalicelib.store.archive import Archive


@dataclass(frozen=True, slots=True)
class PrintHouse:
    """Reads the files that EventBridge points to; `bucket` is the print house's."""

    bucket: Archive

    def events_of(self, body: str) -> list[str] | None:
        """Return a receipt's body for each event in the file a queue message names; None for other messages.

        What cannot be read is put beside the file under `rejected/`, with the reason for each line.
        """
        event = json.loads(body)
        if not isinstance(event, dict) or event.get("source") != "aws.s3":
            return None
        key = event["detail"]["object"]["key"]  # as it is: S3's own notifications alone encode it
        told, rejected = print_events(self.bucket.get(key))
        if rejected:
            reasons = [{"line": each.line, "reason": each.reason} for each in rejected]
            self.bucket.put(f"rejected/{key}.json", json.dumps(reasons, ensure_ascii=False).encode())
        return [each.body() for each in told]
