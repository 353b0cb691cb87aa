"""KMS for the sweep: one key whose signatures are the same in every run, and papers that are set once."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.mediation.agreement import complete
from chalicelib.mediation.agreement.certificate import certificate_pdf
from tests.faults.plane import Act, Call, answer, refusal

KEY_ID = "arn:aws:kms:us-east-1:123456789012:key/seal"
_KEY = ec.derive_private_key(0x5EA1, ec.SECP256R1())
_SIGNS = ec.ECDSA(utils.Prehashed(SHA256()), deterministic_signing=True)


def kms(call: Call, moto: Act) -> AWSResponse:
    """Answer GetPublicKey and Sign."""
    if call.operation == "GetPublicKey":
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        der = _KEY.public_key().public_bytes(serialization.Encoding.DER, form)
        return answer(200, {"KeyId": KEY_ID, "PublicKey": base64.b64encode(der).decode()})
    if call.operation == "Sign":
        made = _KEY.sign(base64.b64decode(call.body["Message"]), _SIGNS)
        return answer(200, {"KeyId": KEY_ID, "Signature": base64.b64encode(made).decode()})
    return refusal("UnsupportedOperationException")


@contextmanager
def papers_set_once() -> Iterator[None]:
    """Setting a certificate takes a tenth of a second, and most worlds of a scene have the same."""
    made: Callable[..., bytes] = certificate_pdf
    known: dict[str, bytes] = {}

    def certificate(*given: Any) -> bytes:
        said = repr(given)
        if said not in known:
            known[said] = made(*given)
        return known[said]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(complete, "certificate_pdf", certificate)
        yield
