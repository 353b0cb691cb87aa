"""Keys, secrets and lenders: what is fetched once and kept fresh for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from chalicelib.store import lenders
from chalicelib.store.lenders import Lender
from chalicelib.store.recent import Recent
from chalicelib.wiring.clients import Clients

if TYPE_CHECKING:
    from chalicelib.intake.take import Keys
    from chalicelib.links import HashKeys

_SECRET_SECONDS, _LENDER_SECONDS = 300, 60


class Vault(Clients):
    """The part of the wiring that knows secrets."""

    def pepper(self) -> bytes:
        """The key of link tokens and second factors."""
        return self._key("link_pepper")

    def session_key(self) -> bytes:
        """The key of borrower sessions."""
        return self._key("session_key")

    def reference_key(self) -> bytes:
        """The key of event references."""
        return self._key("reference_key")

    def person_key(self) -> bytes:
        """The key under which a person's address is stored."""
        return self._key("person_key")

    def hash_keys(self) -> HashKeys:
        """Both keys that intake needs."""
        from chalicelib.links import HashKeys

        return HashKeys(self.pepper(), self.person_key())

    def lender_secrets(self, lender: str) -> tuple[str, ...]:
        """Return a lender's webhook secrets; raises NotFound for a lender without any."""
        return tuple(self.secret(self.settings.lender_secret_prefix + lender)["webhook_secrets"])

    def lender_keys(self, lender: str) -> Keys:
        """Return the secrets that a lender's events may be signed with; raises NotFound as above."""
        from chalicelib.intake.take import Keys

        kept = self.secret(self.settings.lender_secret_prefix + lender)
        return Keys(tuple(kept["webhook_secrets"]), tuple(kept.get("webhook_test_secrets", ())))

    def _key(self, name: str) -> bytes:
        return str(self.secret(self.settings.keys_secret)[name]).encode()

    @cached_property
    def secret(self) -> Callable[[str], dict[str, Any]]:
        """A secret by name, at most five minutes old."""
        from chalicelib.store.secrets import fetch

        return Recent(partial(fetch, self.client("secretsmanager")), _SECRET_SECONDS, time.monotonic)

    @cached_property
    def lender(self) -> Callable[[str], Lender]:
        """A lender's row, at most a minute old: it is on every road and changes once a year."""
        return Recent(lenders.get, _LENDER_SECONDS, time.monotonic)
