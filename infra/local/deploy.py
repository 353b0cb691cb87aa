"""Deploys the package on the engine with the very code that deploys it on AWS."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import ClientError

from infra.deploy import Deployment
from infra.local.build import STAGE, Build
from infra.local.clients import client
from infra.local.environment import ACCOUNT, REGION
from infra.package import Packaged
from infra.stack import StackError

STACK, _BUCKET = f"accord-{STAGE}", "accord-local-artefacts"
SENDER = "notice@accord.example"
_PAUSE_SECONDS = 0.2
_NO_PACE = "10000"  # a second: the providers here have no rate to keep to


class DeployFailed(Exception):
    """The engine did not take the template; the message says what it refused."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """The deployed stack: its API, what its logical names are called, and its functions' environment."""

    api_id: str
    api_stage: str
    names: dict[str, str]
    environment: dict[str, str]


def parameters(url: str) -> dict[str, str]:
    """Return what is chosen for a deployment whose visitors come to `url`."""
    return {
        "PublicUrl": url,
        "StaffLoginUrl": url,  # the engine's sign-in pages, which the front passes on
        "EmailFrom": SENDER,
        "AlarmEmail": "operator@accord.example",
        "SmsOrigination": f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:sender-id/Accord/CN",
        "VoiceOrigination": f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:phone-number/phone-local",
        **dict.fromkeys(("SmsPerSecond", "EmailPerSecond", "VoicePerSecond"), _NO_PACE),
        "ManageFirewall": "no",  # the engine binds none to an API
        "ManageSms": "no",  # the engine lacks the type; its own provider here needs no set
        "AlarmShares": "no",
        "LogLevel": "INFO",
    }


def deploy(build: Build, parameters: dict[str, str]) -> None:
    """Create or update the stack from `build`; raises DeployFailed. An unchanged stack is left alone."""
    client("s3").create_bucket(Bucket=_BUCKET)
    deployment = Deployment(STAGE, _BUCKET, client, lambda _: True, _PAUSE_SECONDS)
    try:
        deployment.run(Packaged(build.template, sorted(build.folder.glob("*.zip"))), parameters)
    except (StackError, ClientError) as error:
        raise DeployFailed(str(error)) from error
    _number_concurrency()


def _number_concurrency() -> None:
    """Make each consumer's concurrency a number: the engine passes on a Number parameter as text."""
    functions = client("lambda")
    for each in functions.list_event_source_mappings()["EventSourceMappings"]:
        if most := each.get("ScalingConfig", {}).get("MaximumConcurrency"):
            scaling = {"MaximumConcurrency": int(most)}
            functions.update_event_source_mapping(UUID=each["UUID"], ScalingConfig=scaling)


def describe() -> Deployed:
    """Return what is deployed; raises DeployFailed when the stack is not there."""
    stacks = client("cloudformation")
    try:
        pages = stacks.get_paginator("list_stack_resources").paginate(StackName=STACK)
        resources = [each for page in pages for each in page["StackResourceSummaries"]]
    except ClientError as error:
        raise DeployFailed(f"the stack {STACK} is not deployed: {error}") from error
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    kinds = {each["ResourceType"]: each["PhysicalResourceId"] for each in resources}
    api_id = kinds["AWS::ApiGateway::RestApi"]
    stages = client("apigateway").get_stages(restApiId=api_id)["item"]
    # SAM makes a stage called "Stage" of its own beside the one asked for.
    stage = next(each["stageName"] for each in stages if each["stageName"] != "Stage")
    # One process runs all functions here, and the template gives them all one environment.
    config = client("lambda").get_function_configuration(FunctionName=names["APIHandler"])
    return Deployed(api_id, stage, names, dict(config["Environment"]["Variables"]))
