"""Brings the product up on this machine: builds, deploys, wires, resumes and seeds it; and takes it down."""

from __future__ import annotations

import importlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local import deploy, seed
from infra.local.build import STAGE, Build, build, is_built
from infra.local.cases import Cases
from infra.local.clients import client
from infra.local.clock import MovableClock, real_now
from infra.local.deploy import Deployed
from infra.local.engine import ACCOUNT, REGION, Engine, prepare_environment, state_problem
from infra.local.executor import Executor
from infra.local.gateway import Gateway
from infra.local.mail_tap import MailTap
from infra.local.outbox import Outbox
from infra.local.pages import Pages
from infra.local.places import Places, read_json, write_json
from infra.local.ports import listen
from infra.local.product import Product
from infra.local.recording import record_calls
from infra.local.sms_api import SmsApi
from infra.local.timers import Timers

SENDER = "notice@accord.example"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_LAST_SECONDS = 3.0
_MORNING, _EVENING = 9, 21  # an hour inside the permitted 08-22, so that a newcomer has time


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line chose; `say` prints a line for the developer."""

    port: int
    places: Places
    fresh: bool
    record: Path | None
    say: Callable[[str], None]


class Runner:
    """The product on this machine; `start` returns it when it is ready for visitors."""

    def __init__(self, options: Options) -> None:
        self._options, self._places, self._say = options, options.places, options.say
        self._url = f"http://localhost:{options.port}"

    def start(self) -> Product:
        """Bring everything up; raises PortTaken, DataInUse, BuildFailed or DeployFailed."""
        self._sockets = listen(self._options.port)
        self._lock = self._places.lock()
        self._settle_state()
        built = self._build()
        self._serve(built)
        deployed = self._deploy(built)
        self._gateway.serve_api(deployed.api_id, deployed.api_stage)
        first = not self._places.seeded.exists()
        if first:
            seed.verify_sender(SENDER)
            self._move_into_the_day()
        self._executor.load(deployed.environment, deployed.names, self._install)
        product = self._product(deployed)
        self._begin(product, first)
        self._gateway.serve_pages(Pages(product))
        return product

    def stop(self) -> None:
        """Stop the timers, let what is under way finish, save everything and let go of the data."""
        self._timers.stop()
        self._timers.settle(_LAST_SECONDS)
        self._clock.save()
        self._engine.stop()
        self._lock.close()

    def _settle_state(self) -> None:
        """Make sure the engine never starts on state it cannot read."""
        if self._options.fresh:
            self._places.empty()
        if problem := state_problem(self._places.engine):
            aside = self._places.set_aside(f"{real_now():%Y%m%d%H%M%S}")
            self._say(f"The saved state cannot be read ({problem}). It is kept in {aside}; starting empty.")
        elif not self._places.deployed.exists():
            self._places.empty()  # a first start that was cut off: nothing in it was ever whole
        for folder in (self._places.engine, self._places.objects):
            folder.mkdir(parents=True, exist_ok=True)

    def _build(self) -> Build:
        if not is_built(self._places.root, self._places.build):
            self._say("Packaging (chalice package; the first time takes a minute or two) ...")
        return build(self._places.root, self._places.build)

    def _serve(self, built: Build) -> None:
        engine_port, sms_port = (each.getsockname()[1] for each in self._sockets[1:])
        engine_url, sms_url = (f"http://127.0.0.1:{port}" for port in (engine_port, sms_port))
        log = self._places.data / "engine.log"
        prepare_environment(self._places.engine, self._places.objects, engine_url, sms_url, log)
        if self._options.record:
            record_calls(self._options.record)
        self._clock = MovableClock(self._places.clock)
        self._messages = Outbox(self._places.outbox, self._clock)
        self._executor = Executor(built.code, self._places.log, self._fail_task)
        sms = SmsApi(self._messages, lambda: str(uuid.uuid4()), self._checkpoint)
        mail = MailTap(self._messages, self._checkpoint)
        self._gateway = Gateway(self._options.port, sms_port, sms, mail)
        self._engine = Engine(self._sockets, self._gateway.dispatch)
        self._engine.start(self._executor)

    def _deploy(self, built: Build) -> Deployed:
        parameters = {
            "PublicUrl": self._url,
            "EmailFrom": SENDER,
            "AlarmEmail": "operator@accord.example",
            "SmsOrigination": f"arn:aws:sms-voice:{REGION}:{ACCOUNT}:sender-id/Accord/CN",
            "ManageSms": "no",  # the engine lacks the type; its own provider here needs no set
            "LogLevel": "INFO",
        }
        wanted = {"build": built.key, "parameters": parameters}
        if read_json(self._places.deployed) != wanted:
            self._say("Deploying the packaged template on the local engine ...")
            deploy.deploy(built, parameters)
            self._engine.save()
            write_json(self._places.deployed, wanted)
        return deploy.describe()

    def _move_into_the_day(self) -> None:
        """Start a first run at nine in the morning if it is night in Shanghai, when no notice may leave."""
        there = self._clock().astimezone(_SHANGHAI)
        if _MORNING <= there.hour < _EVENING:
            return
        morning = there.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
        morning += timedelta(days=1 if there.hour >= _EVENING else 0)
        self._clock.stand_at(morning.astimezone(UTC))
        self._clock.run_on()
        self._say(
            f"It is night in Shanghai, when no notice may leave: this clock starts at {morning:%d %b, %H:%M}."
        )

    def _install(self) -> None:
        """Give the product this runner's clock; everything else is as on AWS."""
        wiring = importlib.import_module("chalicelib.wiring")
        settings = importlib.import_module("chalicelib.settings").Settings.from_environment()
        clocks = (self._clock, real_now)
        wiring.install(wiring.Wiring(settings, clock=self._clock, sender_clocks=clocks))

    def _product(self, deployed: Deployed) -> Product:
        cases = Cases(deployed.environment["ACCORD_TABLE"])
        self._timers = Timers(
            self._clock,
            cases,
            self._engine.waiting_tokens,
            lambda: self._executor.finished,
            lambda: self._executor.running == 0 and self._engine.is_quiet(),
            lambda every: self._sweep(deployed.names["Sweep"], every),
        )
        return Product(
            self._url,
            self._options.port,
            self._clock,
            self._timers,
            self._messages,
            cases,
            seed.lenders(STAGE),
            deployed.names["ReceiptsTopic"],
            self._engine.waiting_tokens,
        )

    def _begin(self, product: Product, first: bool) -> None:
        """Seed a first run; in a later one let the product's own sweeper restart what the stop killed."""
        if first:
            seed.store(product.lenders)
            self._engine.save()  # from here on the verified sender and the secrets survive a kill
            for line in product.send_seeds():
                self._say(f"A seeded loan was not taken: {line}")
            self._engine.save()
            write_json(self._places.seeded, {"at": self._clock().isoformat()})
        else:
            self._engine.forget_dead_executions()
            self._timers.resume()
        self._timers.start()

    def _checkpoint(self) -> None:
        self._engine.checkpoint()

    def _sweep(self, function: str, every: bool) -> None:
        """Call the deployed sweeper as its schedule does; `every`: check every open case's execution."""
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": self._clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [],
            "detail": {"every": every},
        }
        answer = client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        if answer.get("FunctionError"):
            self._say(f"The sweeper failed; see {self._places.log}")

    def _fail_task(self, event: Any, error: dict[str, str]) -> None:
        """Fail the waiting task of a function that raised, as AWS does; the engine would wait on."""
        tokens = self._engine.waiting_tokens()
        for value in event.values() if isinstance(event, dict) else ():
            if isinstance(value, str) and value in tokens:
                client("stepfunctions").send_task_failure(
                    taskToken=value, error=error["errorType"], cause=json.dumps(error)
                )
