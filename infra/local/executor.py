"""Runs the deployed Lambda functions in this process, from the built artefact."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TextIO, cast

from infra.local.recording import current_function

_output: ContextVar[StringIO | None] = ContextVar("output", default=None)

Handler = Callable[[Any, Any], Any]
# Told the event and the error body of a function that failed.
Failed = Callable[[Any, dict[str, str]], None]


@dataclass(frozen=True, slots=True)
class Context:
    """What Lambda hands a function beside the event; times in milliseconds, memory in MB."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the function may still run."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class FunctionOutput:
    """A standard stream that keeps what functions write apart from what the runner writes."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal

    def write(self, text: str) -> int:
        return (_output.get() or self._terminal).write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(_output.get() or self._terminal, name)


class Executor:
    """Takes the place of the engine's own executor, which is slow and loses the names of errors.

    One invocation at a time for the whole product: Lambda promises a process to each invocation, and code may
    keep what it likes in module globals (Chalice keeps the current request there). No function waits for
    another one's answer, so the queue always moves.
    """

    def __init__(self, code: Path, log: Path, on_failure: Failed) -> None:
        self._code, self._log, self._on_failure = code, log, on_failure
        self._turn, self._count, self._ready = threading.Lock(), threading.Lock(), threading.Event()
        self._handlers: dict[str, Handler] = {}
        self._logical: dict[str, str] = {}
        self.running, self.finished = 0, 0

    def load(self, environment: dict[str, str], names: dict[str, str], install: Callable[[], None]) -> None:
        """Import the artefact's app under the functions' `environment`, then let `install` wire it.

        `names` maps the template's logical names to the deployed ones; invocations before this wait for it.
        """
        self._logical = {deployed: logical for logical, deployed in names.items()}
        sys.path.insert(0, str(self._code))
        os.environ.update(environment)
        sys.stdout = cast(TextIO, FunctionOutput(sys.stdout))
        sys.stderr = cast(TextIO, FunctionOutput(sys.stderr))
        module = importlib.import_module("app")
        if self._code not in Path(str(module.__file__)).resolve().parents:
            raise RuntimeError(f"app was imported from {module.__file__}, not from the built artefact")
        install()
        self._ready.set()

    def __call__(self, func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        """Run one invocation as the engine asks for it; `func` is the engine's record of the function."""
        config = func.get("config") or func
        with self._count:
            self.running += 1
        try:
            self._ready.wait(120)
            with self._turn:
                return self._run(config, event, request_id)
        finally:
            with self._count:
                self.running, self.finished = self.running - 1, self.finished + 1

    def _run(self, config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        name, written = str(config["FunctionName"]), StringIO()
        os.environ["AWS_LAMBDA_FUNCTION_NAME"] = name
        os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = str(config.get("MemorySize", 128))
        function_token, output_token = (
            current_function.set(self._logical.get(name, name)),
            _output.set(written),
        )
        try:
            result = self._handler(str(config["Handler"]))(_copied(event), _context(config, request_id))
            return {"body": _copied(result), "log": written.getvalue()}
        except Exception as error:
            body = {"errorMessage": str(error), "errorType": type(error).__name__}
            trace = traceback.format_exc()
        finally:
            current_function.reset(function_token)
            _output.reset(output_token)
            self._keep(written.getvalue())
        self._keep(json.dumps({"level": "ERROR", "function_name": name, "trace": trace}) + "\n")
        self._on_failure(event, body)
        return {"body": body, "error": True, "log": written.getvalue() + trace}

    def _handler(self, path: str) -> Handler:
        if path not in self._handlers:
            module, _, attribute = path.replace("/", ".").rpartition(".")
            self._handlers[path] = getattr(importlib.import_module(module), attribute)
        return self._handlers[path]

    def _keep(self, text: str) -> None:
        if text:
            with self._log.open("a") as log:
                log.write(text if text.endswith("\n") else text + "\n")


def _copied(value: Any) -> Any:
    """Send a value through JSON, as Lambda does: nothing is shared, and what JSON cannot say is an error."""
    return json.loads(json.dumps(value))


def _context(config: dict[str, Any], request_id: str) -> Context:
    name = str(config["FunctionName"])
    return Context(
        function_name=name,
        function_version=str(config.get("Version", "$LATEST")),
        invoked_function_arn=str(config.get("FunctionArn", "")),
        memory_limit_in_mb=str(config.get("MemorySize", 128)),
        aws_request_id=request_id,
        log_group_name=f"/aws/lambda/{name}",
        log_stream_name="local",
        deadline=time.monotonic() + float(config.get("Timeout", 60)),
    )
