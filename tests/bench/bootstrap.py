"""Runs a handler under the real Lambda bootstrap against a Runtime API of our own, and takes its CPU time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any

from tests.bench.aws_stub import QuietHandler, address, serving

_LIMIT_SECONDS = 120
_PREFIX = "/2018-06-01/runtime"


class HandlerFailed(Exception):
    """The handler raised, or answered other than expected; the message holds what it said."""


@dataclass
class Measured:
    """Nanoseconds of one process: CPU of its init, then CPU and wall clock of each event."""

    init: int
    cpu: list[int]
    wall: list[int]


@dataclass
class _Course:
    """One process's course through its events; marks are (CPU, wall) each time it asks for the next."""

    event: bytes
    events: int
    right: Callable[[Any], bool]
    pid: int = 0
    marks: list[tuple[int, int]] = field(default_factory=list)
    fault: str = ""
    over: Event = field(default_factory=Event)

    def mark(self) -> bool:
        """Take the process's times; returns whether there is another event for it."""
        if self.over.is_set():
            return False
        self.marks.append((_cpu_ns(self.pid), time.perf_counter_ns()))
        return len(self.marks) <= self.events

    def answered(self, answer: bytes) -> None:
        if not self.right(json.loads(answer)):
            self.failed(answer)

    def failed(self, error: bytes) -> None:
        self.fault = error.decode(errors="replace")[:2000]
        self.over.set()


def _cpu_ns(pid: int) -> int:
    """CPU time of another process, all its threads, in nanoseconds: Linux's clock_getcpuclockid(3)."""
    return time.clock_gettime_ns(((~pid) << 3) | 2)


class _RuntimeApi(QuietHandler):
    """Lambda's Runtime API; bound to a course by `partial`, as the base class takes no state of ours."""

    def __init__(self, course: _Course, *args: Any, **kwargs: Any) -> None:
        self.course = course
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:  # noqa: N802 (the base class calls it so)
        if not self.course.mark():
            self.course.over.set()
            self.close_connection = True
            self.rfile.read(1)  # no answer: the process waits here until it is ended
            return
        headers = {
            "content-type": "application/json",
            "lambda-runtime-aws-request-id": f"8476a536-e9f4-11e8-9739-{len(self.course.marks):012d}",
            "lambda-runtime-deadline-ms": str(int(time.time() * 1000) + 30_000),
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:bench",
        }
        self.answer(200, self.course.event, headers)

    def do_POST(self) -> None:  # noqa: N802 (the base class calls it so)
        body = self.body()
        if self.path.endswith("/response"):
            self.course.answered(body)
        else:
            self.course.failed(body)
        self.answer(202, b'{"status":"OK"}', {"content-type": "application/json"})


def run(
    handler: str,
    folder: Path,
    paths: list[Path],
    environment: Mapping[str, str],
    *,
    event: Mapping[str, Any],
    events: int,
    right: Callable[[Any], bool],
) -> Measured:
    """Give `handler` (module.name in `folder`, with `paths` after it) the same event so many times.

    Raises HandlerFailed when an answer is not `right`, or when the process ends or stands still.
    """
    course = _Course(json.dumps(event).encode(), events, right)
    with serving(partial(_RuntimeApi, course)) as server, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [_interpreter(), "-S", "-m", "awslambdaric", handler],
            cwd=folder,
            env={
                **environment,
                "PYTHONPATH": ":".join(str(path) for path in (folder, *paths)),
                "AWS_LAMBDA_RUNTIME_API": address(server),
                "_HANDLER": handler,
            },
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        course.pid = process.pid
        try:
            _wait(course, process)
        finally:
            process.kill()
            process.wait()
        if course.fault or len(course.marks) <= events:
            said.seek(0)
            raise HandlerFailed(f"{handler}: {course.fault}\n{said.read()[-3000:].decode(errors='replace')}")
    return _measured(course.marks)


def _interpreter() -> str:
    """The interpreter itself, not the virtual environment's: only `paths` are to be importable."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _wait(course: _Course, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _LIMIT_SECONDS
    while not course.over.wait(0.05) and process.poll() is None and time.monotonic() < until:
        pass


def _measured(marks: list[tuple[int, int]]) -> Measured:
    steps = list(pairwise(marks))
    return Measured(
        init=marks[0][0],
        cpu=[after[0] - before[0] for before, after in steps],
        wall=[after[1] - before[1] for before, after in steps],
    )
