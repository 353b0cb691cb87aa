"""The AWS clients that can be made of what ships: those the policies allow, to the right places."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from infra import artefacts
from tests.packaging.built import clean_python, resources, template

KEYS = 'aws_access_key_id="x", aws_secret_access_key="y"'
REGIONAL = sorted(artefacts.SERVICES - {"pinpoint-sms-voice-v2"})
"""Services of every partition."""


def test_services_the_policies_allow_have_their_models() -> None:
    models = {"states": "stepfunctions", "ses": "sesv2", "sms-voice": "pinpoint-sms-voice-v2"}
    called = set()
    for function in resources("AWS::Serverless::Function").values():
        role = template()["Resources"][function["Properties"]["Role"]["Fn::GetAtt"][0]]
        for statement in role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
            if not statement["Sid"].startswith("Runtime"):  # what Lambda itself does with the role
                called |= {action.split(":")[0] for action in statement["Action"]}
    assert {models.get(prefix, prefix) for prefix in called} == artefacts.SERVICES - {"sts"}


def test_every_service_client_can_be_made_from_what_ships() -> None:
    ran = clean_python(
        "import boto3\n"
        f"for name in {sorted(artefacts.SERVICES)!r}:\n"
        "    boto3.client(name, aws_access_key_id='x', aws_secret_access_key='y')\n"
    )
    assert ran.returncode == 0, ran.stderr


def test_a_service_without_a_model_fails_here_and_not_in_production() -> None:
    ran = clean_python("import boto3\nboto3.client('ec2', aws_access_key_id='x', aws_secret_access_key='y')")
    assert "UnknownServiceError" in ran.stderr


def test_what_ships_puts_and_gets_an_object_over_a_real_connection(engine: str) -> None:
    """With all that an upload needs besides S3's model: signature, checksum, streaming."""
    ran = clean_python(f"""
import boto3
s3 = boto3.client("s3", endpoint_url={engine!r}, {KEYS})
s3.create_bucket(Bucket="letters", CreateBucketConfiguration={{"LocationConstraint": "eu-west-1"}})
s3.put_object(Bucket="letters", Key="outbox/n.pdf", Body=b"%PDF", ContentType="application/pdf")
got = s3.get_object(Bucket="letters", Key="outbox/n.pdf")
assert (got["Body"].read(), got["ContentType"]) == (b"%PDF", "application/pdf")
""")
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-west-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
        ("us-gov-west-1", "amazonaws.com"),
        ("eu-isoe-west-1", "cloud.adc-e.uk"),
    ],
)
def test_what_was_cut_from_the_endpoints_was_not_needed(region: str, host: str) -> None:
    """The shipped rules name the same hosts as the whole ones do, in every partition."""
    program = f"""
import boto3, json
clients = {{n: boto3.client(n, region_name={region!r}, {KEYS}) for n in {REGIONAL!r}}}
hosts = {{name: client.meta.endpoint_url for name, client in clients.items()}}
hosts["object"] = clients["s3"].generate_presigned_url("put_object", Params={{"Bucket": "b", "Key": "k"}})
print(json.dumps({{name: url.split("?")[0] for name, url in hosts.items()}}))
"""
    ran = clean_python(program)
    assert ran.returncode == 0, ran.stderr
    hosts = json.loads(ran.stdout)
    whole = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert hosts == json.loads(whole.stdout)
    assert hosts["sqs"] == f"https://sqs.{region}.{host}"
