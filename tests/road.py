"""The road on moto: the real wiring and handlers, with moto's AWS, a stand-in SMS service and a set clock."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from chalicelib import wiring as wirings
from chalicelib.settings import Settings
from chalicelib.store import lenders
from chalicelib.store.lenders import Lender
from tests.table import make_table

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
SECRET = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
RECORDS, PRINTS, UPLOADS = "accord-test-records", "accord-test-print", "accord-test-uploads"
KEYS = {
    "link_pepper": "pepper" * 6,
    "session_key": "session" * 5,
    "reference_key": "reference" * 4,
    "person_key": "person" * 6,
}

DEMO_BANK = Lender(
    "demo-bank",
    "CN",
    {
        "initiator_name": {"zh-CN": "示范银行", "en": "Demo Bank"},
        "creditor_name": {"zh-CN": "示范银行", "en": "Demo Bank"},
        "mediator_org": {"zh-CN": "示范市金融纠纷调解中心", "en": "Demo City Financial Mediation Centre"},
        "sms_signature": {"zh-CN": "示范银行", "en": "Demo Bank"},
        "pay_channel": {"zh-CN": "示范银行手机银行“我的贷款”", "en": "Demo Bank app, My loans"},
        "complaint_contact": "400-000-0000",
        "legal_advice_contact": {"zh-CN": "12348 公共法律服务热线", "en": "12348 public legal service line"},
        "hardship_help": {"zh-CN": "困难客户专线 400-000-0001", "en": "hardship line 400-000-0001"},
        "default_timezone": "Asia/Shanghai",
        "callback_number": "400-000-0002",
    },
    live=True,
)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class Road:
    """One deployment on moto."""

    clock: Clock = field(default_factory=Clock)
    wiring: wirings.Wiring = field(init=False)

    def __post_init__(self) -> None:
        table = make_table(boto3.client("dynamodb"))
        queue = boto3.client("sqs").create_queue(QueueName="accord-loan-events")["QueueUrl"]
        receipts = boto3.client("sqs").create_queue(QueueName="accord-receipts")["QueueUrl"]
        for bucket in (RECORDS, PRINTS, UPLOADS):
            boto3.client("s3").create_bucket(Bucket=bucket)
        secrets = boto3.client("secretsmanager")
        secrets.create_secret(Name="accord/test/keys", SecretString=json.dumps(KEYS))
        secrets.create_secret(
            Name="accord/test/lender/demo-bank", SecretString=json.dumps({"webhook_secrets": [SECRET]})
        )
        boto3.client("sesv2").create_email_identity(EmailIdentity="notice@accord.example")
        self.wiring = wirings.Wiring(_settings(table, queue, receipts), clock=self.clock)
        wirings.install(self.wiring)
        lenders.put(DEMO_BANK)

    def event(self, name: str = "overdue", **changes: Any) -> bytes:
        """Return an example event with other CloudEvents attributes."""
        example = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        return json.dumps(example | changes, ensure_ascii=False).encode()


def _machine(name: str) -> str:
    role = boto3.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}
    machine = boto3.client("stepfunctions").create_state_machine(
        name=f"accord-test-{name}", definition=json.dumps(definition), roleArn=role
    )
    return str(machine["stateMachineArn"])


def _settings(table: str, queue: str, receipts: str) -> Settings:
    return Settings(
        stage="test",
        region="us-east-1",
        table=table,
        loan_events_queue_url=queue,
        receipts_queue_url=receipts,
        case_machine_arn=_machine("case"),
        delivery_machine_arn=_machine("delivery"),
        repayment_machine_arn=_machine("repayment"),
        complaint_machine_arn=_machine("complaint"),
        records_bucket=RECORDS,
        print_bucket=PRINTS,
        uploads_bucket=UPLOADS,
        public_url="https://accord.example",
        keys_secret="accord/test/keys",
        lender_secret_prefix="accord/test/lender/",
        sms_origination="ACCORD",
        sms_configuration_set="accord-test",
        sms_per_second=1000,
        voice_origination="VOICE",
        voice_per_second=1000,
        alibaba_secret="accord/test/alibaba",
        alibaba_share=0,
        email_from="notice@accord.example",
        email_configuration_set="accord-test",
        email_per_second=1000,
        senders=1,
        staff_pool="us-east-1_Staff",
        staff_client="client",
        staff_login_url="https://sign-in.example",
    )
