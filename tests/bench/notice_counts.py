"""What one notice costs on AWS, whatever its channel: its sender's calls, counted over moto."""

from __future__ import annotations

import json
from contextlib import ExitStack

import boto3
from moto import mock_aws

from tests import lenders_app
from tests.bench import gateway
from tests.bench.due import DUE, IN_APP, Due
from tests.bench.record import Tally, recording
from tests.channels.loopback import Loopback, answer
from tests.road import DEMO_BANK, SECRET, Road


def count_notices() -> dict[str, Tally]:
    """Return the tally of each channel's notice; secrets and lender are cached."""
    counted = {name: _count(due) for name, due in DUE.items()}
    with lenders_app.used(), Loopback(answer(200)) as lenders:
        counted["in-app"] = _count(IN_APP, lenders.url)
        assert len(lenders.requests) == 1
    return counted


def _count(due: Due, app_url: str = "") -> Tally:
    import app

    with ExitStack() as around:
        around.enter_context(mock_aws())
        recorder = around.enter_context(recording())
        road = Road()
        road.wiring.private_apps = True
        name = f"{road.wiring.settings.lender_secret_prefix}{DEMO_BANK.id}"
        kept = {"webhook_secrets": [SECRET], "app_url": app_url, "app_secret": SECRET}
        boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString=json.dumps(kept))
        due.prepare(road)
        road.wiring.lender(DEMO_BANK.id)
        road.wiring.secret(name)
        with recorder.phase("notice"):
            done = app.send_notice(gateway.records(due.message), gateway.Context())
        assert done == {"batchItemFailures": []}
        return recorder.tallies["notice"]
