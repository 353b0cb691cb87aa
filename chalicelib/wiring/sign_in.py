"""The staff's user pool, as the console signs people in by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.vault import Vault

if TYPE_CHECKING:
    from chalicelib.staff.sign_in.provider import Provider
    from chalicelib.staff.sign_in.token import Checks


class SignIn(Vault):
    """The part of the wiring that signs the staff in."""

    sender_clocks: Sequence[Callable[[], datetime]]
    issuer_at: str

    @cached_property
    def staff_provider(self) -> Provider:
        from chalicelib.staff.sign_in.provider import Provider

        settings = self.settings
        keys = f"{self.issuer_at or self._issuer}/.well-known/jwks.json"
        callback = f"{settings.public_url}/staff/callback"
        return Provider(settings.staff_login_url, keys, settings.staff_client, callback)

    @cached_property
    def staff_token(self) -> Checks:
        from chalicelib.staff.sign_in.token import Checks, key_set

        keys = key_set(self.staff_provider.keys)
        return Checks(self._issuer, self.settings.staff_client, keys, self.sender_clocks)

    @property
    def _issuer(self) -> str:
        settings = self.settings
        return f"https://cognito-idp.{settings.region}.amazonaws.com/{settings.staff_pool}"
