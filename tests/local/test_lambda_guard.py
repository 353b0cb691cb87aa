"""Nothing of the local runner loads inside Lambda."""

from __future__ import annotations

import subprocess
import sys


def test_refuses_to_load_inside_lambda() -> None:
    code = "import os; os.environ['AWS_LAMBDA_RUNTIME_API'] = '127.0.0.1:9001'; import infra.local.clock"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "must never ship" in done.stderr
