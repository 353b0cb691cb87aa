"""What every test stands on: no network, no real credentials, one table on moto."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from hypothesis import settings
from moto import mock_aws

from tests.quick_engine import quicken
from tests.table import make_table

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "accord",
    "POWERTOOLS_METRICS_NAMESPACE": "Accord",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_METRICS_DISABLED": "true",
}
os.environ.update(_ENVIRONMENT)
for _name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
    os.environ.pop(_name, None)


# Properties are about what is true, not about how fast this machine finds it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def _loopback_only(connect: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise RuntimeError(f"the suite must not reach {address[0]}")
        return connect(self, address)

    return guarded


for _door in ("connect", "connect_ex"):
    setattr(socket.socket, _door, _loopback_only(getattr(socket.socket, _door)))


quicken()


@pytest.fixture
def aws() -> Iterator[None]:
    """Every AWS service as moto has it, without executing machines."""
    with mock_aws():
        yield


@pytest.fixture
def table(aws: None) -> str:
    """The one table, bound to the models."""
    return make_table(boto3.client("dynamodb"))
