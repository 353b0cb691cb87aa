"""The institution's seal: a key that never leaves KMS (ECC_NIST_P256, SIGN_VERIFY)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

_ALGORITHM = "ECDSA_SHA_256"


class SealKey:
    """A key of KMS by alias, id or ARN; a notices.evidence.seal.Signer."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @property
    def key_id(self) -> str:
        """How KMS knows the key."""
        return str(self._key["KeyId"])

    def public_key(self) -> bytes:
        """Return the public key in DER."""
        return bytes(self._key["PublicKey"])

    def sign(self, digest: bytes) -> bytes:
        """Return the DER signature over a SHA-256 digest; KMS hashes nothing itself."""
        made = self._client.sign(
            KeyId=self.key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=_ALGORITHM
        )
        return bytes(made["Signature"])

    @cached_property
    def _key(self) -> dict[str, Any]:
        found: dict[str, Any] = self._client.get_public_key(KeyId=self._name)
        return found
