"""The embedded AWS engine (ministack): its environment, its server, its state and its quiet moments."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

ACCOUNT, REGION = "000000000000", "us-east-1"
Asgi = Callable[[Any, Any, Any], Awaitable[None]]
# What changes while the product runs: saved right after it changed, so that even a kill loses little.
# The rest (functions, layers, API, machine) changes with a deployment only: saved after it and at the end.
_LIVELY = ("dynamodb", "sqs", "stepfunctions", "secretsmanager")
_CHECKPOINT_SECONDS, _CHECKPOINT_SHARE = 0.2, 20  # at most a twentieth of the time goes into saving


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


class Engine:
    """One engine per process: it keeps its stores in module globals and reads its environment once."""

    def __init__(self, sockets: list[socket.socket], dispatch: Callable[[Asgi], Asgi]) -> None:
        self._sockets, self._dispatch = sockets, dispatch
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started, self._ended = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._saving, self._stopping, self._requests = threading.Lock(), False, 0
        self._thread = threading.Thread(target=self._serve, name="engine", daemon=True)

    def start(self, execute: Callable[[Any, Any, str], dict[str, Any]] | None) -> None:
        """Load the saved state and serve; raises what stopped the start.

        `execute` runs the functions in this process; without it the engine starts a process for each.
        """
        if execute:
            _service("lambda_svc")._execute_function_warm = execute
        self._thread.start()
        self._started.wait(60)
        if self._error:
            raise self._error
        threading.Thread(target=self._checkpoints, name="engine-checkpoints", daemon=True).start()

    def stop(self) -> None:
        """Stop serving and save everything; waits up to 20 seconds."""
        with self._saving:
            self._stopping = True  # from here on the engine's own shutdown alone writes
        if self._loop and self._stop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._ended.wait(20)

    def save(self) -> None:
        """Save every store now."""
        with self._saving:
            _module("ministack.core.persistence").save_all(
                _module("ministack.app")._build_persistence_save_dict()
            )

    def checkpoint(self) -> None:
        """Save what changes while the product runs; costs milliseconds."""
        with self._saving:
            if not self._stopping:
                stores = {name: _steady(_service(name).get_state) for name in _LIVELY}
                _module("ministack.core.persistence").save_all(stores)

    def _checkpoints(self) -> None:
        saved, pause = 0, _CHECKPOINT_SECONDS
        while not self._stopping and not self._ended.wait(pause):
            if (requests := self._requests) != saved:
                saved, started = requests, time.monotonic()
                self.checkpoint()
                pause = max(_CHECKPOINT_SECONDS, _CHECKPOINT_SHARE * (time.monotonic() - started))

    def _serve(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._error = error
        finally:
            self._ended.set()
            self._started.set()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        config = Config()
        config.bind = [f"fd://{each.fileno()}" for each in self._sockets]
        config.accesslog = config.errorlog = None
        config.graceful_timeout = 1.0
        config.keep_alive_timeout = 75.0

        engine: Asgi = _module("ministack.app").app

        async def counted(scope: Any, receive: Any, send: Any) -> None:
            self._requests += 1
            await engine(scope, receive, send)

        front = self._dispatch(counted)

        async def started(scope: Any, receive: Any, send: Any) -> None:
            async def told(message: Any) -> None:
                await send(message)
                if message["type"] == "lifespan.startup.complete":
                    self._started.set()

            await front(scope, receive, told if scope["type"] == "lifespan" else send)

        await serve(started, config, shutdown_trigger=self._stop.wait)

    # What the runner must know of the engine's inside; test_engine_contract.py holds each of these.

    def waiting_tokens(self) -> set[str]:
        """Return the tokens of tasks that wait for an answer now."""
        stores = _service("stepfunctions")._task_tokens._data
        return {key[-1] for key, info in list(stores.items()) if not info["event"].is_set()}

    def is_quiet(self) -> bool:
        """Say whether every execution waits for a token and no queue holds work that can be done now."""
        executions = list(_service("stepfunctions")._executions._data.values())
        running = sum(1 for each in executions if each["status"] == "RUNNING")
        return running == len(self.waiting_tokens()) and not self._queued()

    def _queued(self) -> bool:
        functions, queues = _service("lambda_svc"), _service("sqs")
        if any(functions._esm_inflight.values()):
            return True
        sources = {each.get("EventSourceArn") for each in list(functions._esms._data.values())}
        now = time.time()
        return any(
            message.get("visible_at", 0) <= now
            for queue in list(queues._queues._data.values())
            if queue["attributes"].get("QueueArn") in sources
            for message in list(queue["messages"])
        )

    def forget_dead_executions(self) -> int:
        """Drop the executions a restart has killed and return how many.

        AWS would have kept them running. Dropped, they are what the sweeper looks for: an open case whose
        execution is missing.
        """
        store = _service("stepfunctions")._executions._data
        dead = [key for key, each in store.items() if each.get("error") == "States.ServiceRestart"]
        for key in dead:
            del store[key]
        return len(dead)


def state_problem(state: Path) -> str | None:
    """Return what is wrong with the saved stores in `state`, or None when every file can be read."""
    for file in sorted(state.glob("*.json")):
        try:
            json.loads(file.read_text())
        except (OSError, ValueError) as error:
            return f"{file.name}: {error}"
    return None


def _steady(get_state: Callable[[], Any]) -> Callable[[], Any]:
    """Return `get_state`, tried again when a store changes while it is copied."""

    def tried() -> Any:
        for _ in range(10):
            try:
                return get_state()
            except RuntimeError:
                time.sleep(0.005)
        return get_state()

    return tried


def _module(name: str) -> Any:
    # By name: the engine has no type hints, and must not be imported before its environment is set.
    return importlib.import_module(name)


def _service(name: str) -> Any:
    return _module(f"ministack.services.{name}")
