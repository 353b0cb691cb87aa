"""The environment as frozen settings; the only reader of os.environ."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this deployment's resources are; `public_url` has no trailing slash."""

    stage: str
    region: str
    table: str
    loan_events_queue_url: str
    case_machine_arn: str
    public_url: str
    keys_secret: str
    lender_secret_prefix: str
    sms_origination: str
    sms_configuration_set: str
    email_from: str
    email_configuration_set: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings; raises KeyError naming the first variable that is missing."""

        def get(name: str) -> str:
            return environment[f"ACCORD_{name}"]

        return cls(
            stage=get("STAGE"),
            region=environment.get("AWS_REGION") or environment["AWS_DEFAULT_REGION"],
            table=get("TABLE"),
            loan_events_queue_url=get("LOAN_EVENTS_QUEUE_URL"),
            case_machine_arn=get("CASE_MACHINE_ARN"),
            public_url=get("PUBLIC_URL").rstrip("/"),
            keys_secret=get("KEYS_SECRET"),
            lender_secret_prefix=get("LENDER_SECRET_PREFIX"),
            sms_origination=get("SMS_ORIGINATION"),
            sms_configuration_set=get("SMS_CONFIGURATION_SET"),
            email_from=get("EMAIL_FROM"),
            email_configuration_set=get("EMAIL_CONFIGURATION_SET"),
        )
