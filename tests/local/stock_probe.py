"""Carries one event through the deployed package on the engine's own executor, a process per function.

Those processes run the bare interpreter without any site-packages, so what the functions import comes from
the archives that ship or from nowhere. `python -m tests.local.stock_probe FOLDER` prints what came of it.
"""

from __future__ import annotations

import importlib
import json
import os
import shlex
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3

from infra.local import deploy, seed
from infra.local.build import STAGE, build
from infra.local.cases import Cases
from infra.local.clock import real_now
from infra.local.engine import Engine
from infra.local.environment import ACCOUNT, REGION, prepare_environment
from infra.local.gateway import Gateway
from infra.local.mail_tap import MailTap
from infra.local.objects import Buckets
from infra.local.outbox import Outbox
from infra.local.ports import listen
from infra.local.receipts import Ways
from infra.local.sms_api import SmsApi
from infra.local.table import Table
from tests.local.running import ROOT


def main(folder: Path) -> dict[str, Any]:
    """Deploy, post an overdue event, tell receipts, call each other function; return what came of it."""
    built = build(ROOT, ROOT / ".local" / "build")
    sockets = listen(0)
    port, engine_port, sms_port = (each.getsockname()[1] for each in sockets)
    folder.joinpath("engine").mkdir(parents=True)
    engine_url, sms_url = (f"http://127.0.0.1:{number}" for number in (engine_port, sms_port))
    prepare_environment(folder / "engine", folder / "objects", engine_url, sms_url, folder / "engine.log")
    _use_bare_interpreter(folder)
    outbox = Outbox(folder / "outbox.jsonl", real_now)
    gateway = Gateway(
        port,
        sms_port,
        SmsApi(outbox, lambda: str(uuid.uuid4()), _no_kill),
        MailTap(outbox, _no_kill),
        lambda pages: pages,
    )
    engine = Engine(sockets, gateway.dispatch)
    engine.start(None)
    url = f"http://127.0.0.1:{port}"
    deploy.deploy(built, deploy.parameters(url))
    deployed = deploy.describe()
    gateway.serve_api(deployed.api_id, deployed.api_stage)
    seed.verify_sender(deploy.SENDER)
    lender = seed.lenders(STAGE, url)[0]
    _store(deployed.environment["ACCORD_TABLE"], lender)
    status, body = seed.send(url, lender, _at_noon(seed.loans(real_now())[0]), int(time.time()))
    _until(lambda: len(outbox.all()) == 2)
    environment = deployed.environment
    prints = environment["ACCORD_PRINT_BUCKET"]
    ways = Ways(deployed.names["ReceiptsTopic"], prints, lambda *_: None)
    for message in outbox.all():
        ways.tell(message, "FAILED", real_now())
    _until(lambda: len(outbox.all()) == 3)  # a call, because nothing has arrived
    ways.tell(outbox.all()[2], "BUSY", real_now())
    buckets = Buckets(environment["ACCORD_RECORDS_BUCKET"], prints)
    _until(lambda: len(buckets.letters()) == 1)
    ways.tell(buckets.letters()[0], "DELIVERED", real_now())
    cases = Cases(Table(environment["ACCORD_TABLE"]))
    _until(lambda: cases.all()[0]["deliveries"][0]["ended"] == "reached")
    return {
        "answer": [status, body],
        "channels": sorted(message.channel for message in [*outbox.all(), *buckets.letters()]),
        "case": cases.all()[0],
        "others": {
            name: _invoked(deployed.names[name]) for name in ("AwaitSignal", "Steer", "CloseCase", "Sweep")
        },
    }


def _no_kill() -> None:
    """Nothing is killed here, so nothing needs saving before a send."""


def _use_bare_interpreter(folder: Path) -> None:
    """Make the engine start its workers on this Python's base, with -S (no site-packages) and -s."""
    wrapper = folder / "python"
    base = Path(getattr(sys, "_base_executable", sys.executable))
    wrapper.write_text(f'#!/bin/sh\nunset PYTHONPATH VIRTUAL_ENV\nexec {shlex.quote(str(base))} -s -S "$@"\n')
    wrapper.chmod(0o755)
    runtime: Any = importlib.import_module("ministack.core.lambda_runtime")
    script = runtime._detect_runtime_binary("python3.11")[1]
    runtime._detect_runtime_binary = lambda _: (str(wrapper), script)


def _store(table: str, lender: seed.LocalLender) -> None:
    importlib.import_module("chalicelib.store.rows").bind(table, REGION)
    seed.store([lender])


def _at_noon(event: dict[str, Any]) -> dict[str, Any]:
    """Move the borrower to where it is noon, so that a notice may leave now."""
    behind = real_now().hour - 12
    event["data"]["borrower"]["timezone"] = f"Etc/GMT{behind:+d}" if behind else "Etc/GMT"
    yesterday = (real_now() - timedelta(days=1)).date().isoformat()
    event["data"]["amount"]["as_of"] = yesterday
    return event


def _invoked(function: str) -> str:
    """Call a function with a case nobody knows; return its answer. It need not succeed, only be complete."""
    task = {"case_id": "a" * 20 + "-1", "stage": "Notify", "resume": "Notify", "seconds": 60, "token": "t"}
    scheduled: dict[str, Any] = {
        "version": "0",
        "id": "x",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "time": "",
    }
    scheduled |= {"account": ACCOUNT, "region": REGION, "resources": [], "detail": {}}
    payload = json.dumps(scheduled if "sweep" in function else task).encode()
    return str(
        boto3.client("lambda").invoke(FunctionName=function, Payload=payload)["Payload"].read().decode()
    )


def _until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError("it did not happen in time")
        time.sleep(0.1)


if __name__ == "__main__":
    try:
        print(json.dumps(main(Path(sys.argv[1])), ensure_ascii=False), flush=True)
        status = 0
    except Exception:
        traceback.print_exc()
        print((Path(sys.argv[1]) / "engine.log").read_text()[-4000:], file=sys.stderr, flush=True)
        status = 1
    os._exit(status)  # open executions and idle workers hold threads of the engine
