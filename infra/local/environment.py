"""What the engine reads when it is imported, and what boto3 reads in this process."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

ACCOUNT, REGION = "000000000000", "us-east-1"


def prepare_environment(state: Path, objects: Path, engine_url: str, sms_url: str, log: Path) -> None:
    """Set what the engine reads when it is imported and what boto3 reads in this process.

    The engine's own idea of its port stays at its default: it is part of every queue's URL, which must be the
    same after a restart, while the real port is whichever is free.
    """
    os.environ.update(
        BIND_HOST="127.0.0.1",
        MINISTACK_HOST="localhost",
        MINISTACK_REGION=REGION,
        MINISTACK_ACCOUNT_ID=ACCOUNT,
        TZ="UTC",
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        PERSIST_STATE="1",
        STATE_DIR=str(state),
        S3_PERSIST="1",
        S3_DATA_DIR=str(objects),
        SFN_WAIT_SCALE="0.1",  # a machine's retries need not wait their full seconds here
        DOCKER_HOST=f"unix://{state}/no-docker",  # it removes containers of its own wherever it finds Docker
        AWS_ENDPOINT_URL=engine_url,
        AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2=sms_url,
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - the engine checks no signature
        AWS_DEFAULT_REGION=REGION,
        AWS_REGION=REGION,
        AWS_EC2_METADATA_DISABLED="true",
    )
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        os.environ.pop(name, None)  # the developer's own account is none of ours
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    time.tzset()
    # Before the engine's own basicConfig, which would fill the terminal.
    logging.basicConfig(
        filename=log, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
