"""The institution's seal: a key that never leaves KMS (ECC_NIST_P256, SIGN_VERIFY)."""

from __future__ import annotations

from typing import Any

_ALGORITHM = "ECDSA_SHA_256"


class SealKey:
    """A key of KMS by alias, id or ARN; a notices.evidence.seal.Signer."""

    def __init__(self, client: Any, name: str) -> None:
        """Asks KMS for the public key, so that it is known whose signature follows."""
        self._client = client
        found = client.get_public_key(KeyId=name)
        self._public_key = bytes(found["PublicKey"])
        self.key_id = str(found["KeyId"])

    def public_key(self) -> bytes:
        """Return the public key in DER."""
        return self._public_key

    def sign(self, digest: bytes) -> bytes:
        """Return the DER signature over a SHA-256 digest; KMS hashes nothing itself."""
        made = self._client.sign(
            KeyId=self.key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=_ALGORITHM
        )
        return bytes(made["Signature"])
