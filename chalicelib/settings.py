"""The environment as frozen settings; the only reader of os.environ."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Where this deployment's resources are; `public_url` has no trailing slash.

    `…_per_second` is what each provider takes, `senders` how many processes share it. `alibaba_share` (0 to
    1) is the part of the SMS that goes to the second provider. An empty origination or no share: not in use.
    `staff_login_url` is where the staff's user pool has its sign-in pages, no trailing slash.
    """

    stage: str
    region: str
    table: str
    loan_events_queue_url: str
    receipts_queue_url: str
    case_machine_arn: str
    delivery_machine_arn: str
    repayment_machine_arn: str
    complaint_machine_arn: str
    records_bucket: str
    print_bucket: str
    uploads_bucket: str
    public_url: str
    keys_secret: str
    lender_secret_prefix: str
    sms_origination: str
    sms_configuration_set: str
    sms_per_second: float
    voice_origination: str
    voice_per_second: float
    alibaba_secret: str
    alibaba_share: float
    email_from: str
    email_configuration_set: str
    email_per_second: float
    senders: int
    staff_pool: str
    staff_client: str
    staff_login_url: str

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
            receipts_queue_url=get("RECEIPTS_QUEUE_URL"),
            case_machine_arn=get("CASE_MACHINE_ARN"),
            delivery_machine_arn=get("DELIVERY_MACHINE_ARN"),
            repayment_machine_arn=get("REPAYMENT_MACHINE_ARN"),
            complaint_machine_arn=get("COMPLAINT_MACHINE_ARN"),
            records_bucket=get("RECORDS_BUCKET"),
            print_bucket=get("PRINT_BUCKET"),
            uploads_bucket=get("UPLOADS_BUCKET"),
            public_url=get("PUBLIC_URL").rstrip("/"),
            keys_secret=get("KEYS_SECRET"),
            lender_secret_prefix=get("LENDER_SECRET_PREFIX"),
            sms_origination=get("SMS_ORIGINATION"),
            sms_configuration_set=get("SMS_CONFIGURATION_SET"),
            sms_per_second=float(get("SMS_PER_SECOND")),
            voice_origination=get("VOICE_ORIGINATION"),
            voice_per_second=float(get("VOICE_PER_SECOND")),
            alibaba_secret=get("ALIBABA_SECRET"),
            alibaba_share=float(get("ALIBABA_SHARE")),
            email_from=get("EMAIL_FROM"),
            email_configuration_set=get("EMAIL_CONFIGURATION_SET"),
            email_per_second=float(get("EMAIL_PER_SECOND")),
            senders=int(get("SENDERS")),
            staff_pool=get("STAFF_POOL"),
            staff_client=get("STAFF_CLIENT"),
            staff_login_url=get("STAFF_LOGIN_URL").rstrip("/"),
        )
