"""Runs the packaged product on one laptop; refuses to load inside Lambda."""

from __future__ import annotations

import os

if os.environ.get("AWS_LAMBDA_RUNTIME_API"):
    raise ImportError(
        "infra.local is the local runner; it moves clocks and forges timeouts and must never ship"
    )
