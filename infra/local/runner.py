"""Brings the product up on this machine: builds, deploys, wires, resumes and seeds it; and takes it down."""

from __future__ import annotations

import importlib
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from infra.local import daylight, deploy, inside, seed, staff, stand_in
from infra.local.build import STAGE, Build, build, is_built
from infra.local.cases import Cases
from infra.local.clock import MovableClock, real_now
from infra.local.deploy import SENDER, Deployed
from infra.local.engine import Engine, state_problem
from infra.local.environment import prepare_environment
from infra.local.executor import Executor
from infra.local.gateway import Gateway
from infra.local.mail_tap import MailTap
from infra.local.objects import Buckets
from infra.local.outbox import Outbox
from infra.local.pages import Pages
from infra.local.places import Places, read_json, write_json
from infra.local.ports import listen
from infra.local.product import Product
from infra.local.recording import record_calls
from infra.local.second_factor import SecondFactor
from infra.local.sms_api import SmsApi
from infra.local.table import Table
from infra.local.timers import Timers

_LAST_SECONDS = 3.0


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
            if moved := daylight.start(self._clock, seed.zones()):
                self._say(moved)
        self._executor.load(deployed.environment, deployed.names, self._install)
        product = self._product(deployed)
        self._begin(product, deployed, first)
        self._gateway.serve_pages(Pages(product, self._second.code))
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
        self._executor = Executor(built.code, self._places.log, stand_in.fail_task)
        sms = SmsApi(self._messages, lambda: str(uuid.uuid4()), self._checkpoint)
        mail = MailTap(self._messages, self._checkpoint)
        self._second = SecondFactor(time.time, lambda: str(uuid.uuid4()), inside.signed_in_by)
        self._gateway = Gateway(self._options.port, sms_port, sms, mail, self._second.guard)
        self._engine = Engine(self._sockets, self._gateway.dispatch)
        self._engine.start(self._executor)

    def _deploy(self, built: Build) -> Deployed:
        parameters = deploy.parameters(self._url)
        wanted = {"build": built.key, "parameters": parameters}
        if read_json(self._places.deployed) != wanted:
            self._say("Deploying the packaged template on the local engine ...")
            deploy.deploy(built, parameters)
            self._engine.save()
            write_json(self._places.deployed, wanted)
        return deploy.describe()

    def _install(self) -> None:
        """Give the product this runner's clock and apps on this machine; everything else is as on AWS."""
        wiring = importlib.import_module("chalicelib.wiring")
        settings = importlib.import_module("chalicelib.settings").Settings.from_environment()
        clocks = (self._clock, real_now)
        made = wiring.Wiring(
            settings,
            clock=self._clock,
            sender_clocks=clocks,
            private_apps=True,
            issuer_at=f"{os.environ['AWS_ENDPOINT_URL']}/{settings.staff_pool}",
        )
        wiring.install(made)

    def _product(self, deployed: Deployed) -> Product:
        environment, names = deployed.environment, deployed.names
        table = Table(environment["ACCORD_TABLE"])
        self._timers = Timers(
            self._clock,
            table,
            lambda: self._executor.finished,
            lambda: self._executor.running == 0 and inside.is_quiet(),
            lambda every: self._sweep(names["Sweep"], every),
        )
        return Product(
            self._url,
            self._options.port,
            self._clock,
            self._timers,
            self._messages,
            Cases(table),
            Buckets(environment["ACCORD_RECORDS_BUCKET"], environment["ACCORD_PRINT_BUCKET"]),
            seed.lenders(STAGE, self._url),
            names["ReceiptsTopic"],
        )

    def _begin(self, product: Product, deployed: Deployed, first: bool) -> None:
        """Seed a first run; in a later one let the product's own sweeper restart what the stop killed."""
        if first:
            seed.store(product.lenders)
            staff.invite_all(deployed.names["StaffPool"])
            self._engine.save()  # from here on the verified sender and the secrets survive a kill
            for line in product.send_seeds():
                self._say(f"A seeded loan was not taken: {line}")
            seed.live_on(self._clock())
            self._timers.settle()
            self._engine.save()
            write_json(self._places.seeded, {"at": self._clock().isoformat()})
        else:
            inside.forget_dead_executions()
            self._timers.resume()
        self._timers.start()

    def _checkpoint(self) -> None:
        self._engine.checkpoint()

    def _sweep(self, function: str, every: bool) -> None:
        if not stand_in.sweep(function, self._clock(), every=every):
            self._say(f"The sweeper failed; see {self._places.log}")
