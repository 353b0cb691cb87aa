"""Secrets: found, absent, or an error of the service, which is not the same as absent."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.domain.errors import NotFound
from chalicelib.store.secrets import fetch
from tests.fakes import client_error
from tests.road import KEYS
from tests.scene import Scene


class _Refusing:
    def get_secret_value(self, **_: Any) -> Any:
        raise client_error("AccessDeniedException", "GetSecretValue")


def test_a_secret_is_its_json(scene: Scene) -> None:
    assert fetch(scene.wiring.client("secretsmanager"), "accord/test/keys") == KEYS


def test_an_absent_secret_is_not_found(scene: Scene) -> None:
    with pytest.raises(NotFound):
        fetch(scene.wiring.client("secretsmanager"), "accord/test/lender/nobody")


def test_a_refusal_is_never_mistaken_for_absence() -> None:
    """Else a missing permission would tell every lender that its signature is wrong."""
    with pytest.raises(ClientError):
        fetch(_Refusing(), "accord/test/keys")
