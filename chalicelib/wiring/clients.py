"""The clients of AWS, all of one session, and the buckets and the queue reached over them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.settings import Settings
from chalicelib.store import rows

if TYPE_CHECKING:
    from botocore.config import Config

    from chalicelib.store.archive import Archive
    from chalicelib.store.queue import ReceiptQueue
    from chalicelib.store.seal_key import SealKey
    from chalicelib.store.uploads import Uploads


class Clients:
    """The part of the wiring that makes clients."""

    settings: Settings

    @cached_property
    def receipt_queue(self) -> ReceiptQueue:
        from chalicelib.store.queue import ReceiptQueue

        return ReceiptQueue(self.client("sqs"), self.settings.receipts_queue_url)

    @cached_property
    def archive(self) -> Archive:
        from chalicelib.store.archive import Archive

        return Archive(self.client("s3"), self.settings.records_bucket)

    @cached_property
    def uploads(self) -> Uploads:
        from chalicelib.store.uploads import Uploads

        return Uploads(self._signing, self.settings.uploads_bucket)

    @cached_property
    def shared_records(self) -> Archive:
        """The records, for links that somebody else follows."""
        from chalicelib.store.archive import Archive

        return Archive(self._signing, self.settings.records_bucket)

    @cached_property
    def seal_key(self) -> SealKey:
        """The institution's seal."""
        from chalicelib.store.seal_key import SealKey

        return SealKey(self.client("kms"), f"alias/accord-{self.settings.stage}-seal")

    @cached_property
    def _signing(self) -> Any:
        """A client of S3 whose signatures hold in every region and for encrypted objects."""
        return self.client("s3", signature_version="s3v4", s3={"addressing_style": "virtual"})

    def client(self, service: str, retries: int = 2, **options: Any) -> Any:
        """Return a client with short timeouts; a client that sends messages must not retry (`retries=0`)."""
        config = self._config(retries, **options)
        return rows.session().create_client(service, region_name=self.settings.region, config=config)

    @staticmethod
    def _config(retries: int, **options: Any) -> Config:
        from botocore.config import Config

        most = {"total_max_attempts": retries + 1}
        return Config(connect_timeout=2, read_timeout=5, retries=most, **options)
