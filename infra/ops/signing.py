"""Signs evidence with a key that never leaves KMS, and checks such signatures offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.notices.evidence.seal import ALGORITHM
from infra.ops.command import Refusal

_KEY_SPEC = "ECC_NIST_P256"


class KmsSigner:
    """A KMS key ECC_NIST_P256 for SIGN_VERIFY, by alias, id or ARN."""

    def __init__(self, client: Any, name: str) -> None:
        """Raises Refusal when the key is of another kind, botocore's ClientError when there is none."""
        self._client = client
        found = client.get_public_key(KeyId=name)
        if ALGORITHM not in found.get("SigningAlgorithms", ()):
            raise Refusal(f"{name} cannot sign {ALGORITHM}; make it a {_KEY_SPEC} key for SIGN_VERIFY.")
        self._public_key = bytes(found["PublicKey"])
        self.key_id = str(found["KeyId"])

    def public_key(self) -> bytes:
        """Return the public key in DER."""
        return self._public_key

    def sign(self, digest: bytes) -> bytes:
        """Return the DER signature over a SHA-256 digest; KMS hashes nothing itself (DIGEST)."""
        made = self._client.sign(
            KeyId=self.key_id, Message=digest, MessageType="DIGEST", SigningAlgorithm=ALGORITHM
        )
        return bytes(made["Signature"])


def verifies(key: bytes, signature: bytes, digest: bytes) -> bool:
    """Whether an ECDSA P-256 key (DER) made a signature (DER) over a SHA-256 digest; never raises."""
    try:
        public = serialization.load_der_public_key(key)
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            return False
        public.verify(signature, digest, ec.ECDSA(utils.Prehashed(SHA256())))
    except (ValueError, UnsupportedAlgorithm, InvalidSignature):
        return False
    return True


def read_key(path: Path) -> bytes:
    """Return the public key (DER) in a PEM file; raises Refusal when there is none in it."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refusal(f"{path} holds no public key in PEM: {error}") from error
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
