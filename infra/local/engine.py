"""The embedded AWS engine (ministack): its server, and its state on disk."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config

from infra.local.inside import module, service

Asgi = Callable[[Any, Any, Any], Awaitable[None]]
# What changes while the product runs: saved right after it changed, so that even a kill loses little.
# The rest (functions, layers, API, machine) changes with a deployment only: saved after it and at the end.
_LIVELY = ("dynamodb", "sqs", "stepfunctions", "secretsmanager")
_CHECKPOINT_SECONDS, _CHECKPOINT_SHARE = 0.2, 20  # at most a twentieth of the time goes into saving


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
            service("lambda_svc")._execute_function_warm = execute
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
            module("ministack.core.persistence").save_all(
                module("ministack.app")._build_persistence_save_dict()
            )

    def checkpoint(self) -> None:
        """Save what changes while the product runs; costs milliseconds."""
        with self._saving:
            if not self._stopping:
                stores = {name: _steady(service(name).get_state) for name in _LIVELY}
                module("ministack.core.persistence").save_all(stores)

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

        engine: Asgi = module("ministack.app").app

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
