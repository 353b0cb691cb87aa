"""Settings and wiring: what is missing is named, and clients are as patient as they may be."""

from __future__ import annotations

import pytest

from chalicelib.channels.sandbox import LendersApart
from chalicelib.domain.codes import ChannelName
from chalicelib.domain.errors import NotFound
from chalicelib.links import HashKeys
from chalicelib.settings import Settings
from chalicelib.wiring import Wiring, install, wired
from tests.road import KEYS, SECRET
from tests.scene import Scene

NAMES = [
    "STAGE", "TABLE", "LOAN_EVENTS_QUEUE_URL", "RECEIPTS_QUEUE_URL", "CASE_MACHINE_ARN",
    "DELIVERY_MACHINE_ARN", "REPAYMENT_MACHINE_ARN", "COMPLAINT_MACHINE_ARN",
    "RECORDS_BUCKET", "PRINT_BUCKET", "UPLOADS_BUCKET", "PUBLIC_URL", "KEYS_SECRET",
    "LENDER_SECRET_PREFIX", "SMS_ORIGINATION", "SMS_CONFIGURATION_SET", "VOICE_ORIGINATION", "ALIBABA_SECRET",
    "EMAIL_FROM", "EMAIL_CONFIGURATION_SET", "STAFF_POOL", "STAFF_CLIENT", "STAFF_LOGIN_URL",
]  # fmt: skip
NUMBERS = ["SMS_PER_SECOND", "VOICE_PER_SECOND", "ALIBABA_SHARE", "EMAIL_PER_SECOND", "SENDERS"]
ENVIRONMENT = (
    {f"ACCORD_{name}": name.lower() for name in NAMES}
    | {f"ACCORD_{name}": "3" for name in NUMBERS}
    | {"AWS_REGION": "cn-north-1"}
)


def test_the_environment_becomes_settings() -> None:
    settings = Settings.from_environment(ENVIRONMENT | {"ACCORD_PUBLIC_URL": "https://accord.example/"})
    assert settings.public_url == "https://accord.example"
    assert (settings.table, settings.region, settings.email_from) == ("table", "cn-north-1", "email_from")


def test_rates_and_shares_are_numbers() -> None:
    settings = Settings.from_environment(ENVIRONMENT | {"ACCORD_ALIBABA_SHARE": "0.25"})
    assert (settings.sms_per_second, settings.alibaba_share, settings.senders) == (3.0, 0.25, 3)
    with pytest.raises(ValueError):
        Settings.from_environment(ENVIRONMENT | {"ACCORD_SENDERS": "many"})


@pytest.mark.parametrize("name", [*NAMES, *NUMBERS])
def test_a_missing_variable_is_named(name: str) -> None:
    environment = {key: value for key, value in ENVIRONMENT.items() if key != f"ACCORD_{name}"}
    with pytest.raises(KeyError, match=f"ACCORD_{name}"):
        Settings.from_environment(environment)


def test_secrets_are_found_and_a_stranger_has_none(scene: Scene) -> None:
    assert scene.wiring.lender_secrets("demo-bank") == (SECRET,)
    assert scene.wiring.pepper() == KEYS["link_pepper"].encode()
    wiring = scene.wiring
    keys = {wiring.pepper(), wiring.session_key(), wiring.reference_key(), wiring.person_key()}
    assert len(keys) == 4
    assert wiring.hash_keys() == HashKeys(wiring.pepper(), wiring.person_key())
    with pytest.raises(NotFound):
        scene.wiring.lender_secrets("no-such-bank")


def test_clients_that_send_never_retry_and_all_are_done_before_the_gateway_is(scene: Scene) -> None:
    sending = scene.wiring.client("sesv2", retries=0).meta.config
    other = scene.wiring.client("sqs").meta.config
    assert sending.retries["total_max_attempts"] == 1
    for config in (sending, other):
        attempts = config.retries["total_max_attempts"]
        assert attempts * (config.connect_timeout + config.read_timeout) < 29


def test_the_real_channels_are_wired_without_retries(scene: Scene) -> None:
    wiring = Wiring(scene.wiring.settings, clock=scene.wiring.clock)
    channels = wiring._sender.channels
    assert set(channels) == set(ChannelName)
    for name in (ChannelName.SMS, ChannelName.EMAIL, ChannelName.VOICE):
        apart = channels[name]
        assert isinstance(apart, LendersApart)
        (provider,) = vars(apart.live)["_providers"]
        assert vars(provider.channel)["_client"].meta.config.retries["total_max_attempts"] == 1


def test_one_process_has_one_wiring(scene: Scene) -> None:
    assert wired() is scene.wiring
    other = Wiring(scene.wiring.settings)
    install(other)
    assert wired() is other
    assert other.sender_clocks == (other.clock,)
