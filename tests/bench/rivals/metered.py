"""Any handler with its CPU time split into botocore's calls and all the rest; a line of JSON per event."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from time import process_time_ns
from typing import Any

from botocore.client import BaseClient

_module, _, _name = os.environ["METERED_HANDLER"].rpartition(".")
_handle = getattr(importlib.import_module(_module), _name)
_report = Path(os.environ["METERED_REPORT"]).open("a", encoding="ascii")  # noqa: SIM115 (lives as long as we do)
_call = BaseClient._make_api_call
_spent = {"calls": 0, "ns": 0}


def _metered(self: Any, operation: str, arguments: Any) -> Any:
    began = process_time_ns()
    try:
        return _call(self, operation, arguments)
    finally:
        _spent["ns"] += process_time_ns() - began
        _spent["calls"] += 1


BaseClient._make_api_call = _metered


def handler(event: Any, context: Any) -> Any:
    """Handle the event and report its nanoseconds: `own` and in `aws`, and how many calls there were."""
    _spent.update(calls=0, ns=0)
    began = process_time_ns()
    answer = _handle(event, context)
    whole = process_time_ns() - began
    line = {"own": whole - _spent["ns"], "aws": _spent["ns"], "calls": _spent["calls"]}
    _report.write(json.dumps(line) + "\n")
    _report.flush()
    return answer
