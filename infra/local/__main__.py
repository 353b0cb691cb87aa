"""The command line of the local runner: `python -m infra.local --port 8000`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from infra.local.build import BuildFailed
from infra.local.deploy import DeployFailed
from infra.local.places import DataInUse, Places
from infra.local.ports import PortTaken
from infra.local.product import Product
from infra.local.runner import Options, Runner
from infra.local.seed import second_factors

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run until Ctrl-C or SIGTERM; returns the exit status."""
    options = _options()
    over = threading.Event()

    def end(*_: int | FrameType | None) -> None:
        if over.is_set():
            os._exit(1)  # asked a second time: do not wait for anything
        over.set()

    runner = Runner(options)
    try:
        product = runner.start()
    except KeyboardInterrupt:
        return 130
    except PortTaken:
        return _sorry(f"Port {options.port} is taken. Choose another: make run PORT={options.port + 1}")
    except DataInUse as error:
        return _sorry(f"Another runner uses {error}. Stop it, or give this one its own --data.")
    except BuildFailed as error:
        return _sorry(f"Packaging failed:\n{error}")
    except DeployFailed as error:
        return _sorry(f"The deployment failed; FRESH=1 starts from nothing.\n{error}")
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    _welcome(product)
    over.wait()
    options.say("Stopping; your cases are kept.")
    runner.stop()
    sys.stdout.flush()
    os._exit(0)  # an open execution holds a thread of the engine for good


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Run Accord on this machine.")
    parser.add_argument("--port", type=int, default=8000, help="where to listen on 127.0.0.1 (default 8000)")
    parser.add_argument("--fresh", action="store_true", help="forget everything and start empty")
    parser.add_argument(
        "--data", type=Path, default=_ROOT / ".local", help="where data is kept (default .local)"
    )
    parser.add_argument("--record-calls", type=Path, metavar="FILE", help="append every AWS call to FILE")
    chosen = parser.parse_args()
    places = Places(_ROOT, chosen.data.resolve())
    record = chosen.record_calls.resolve() if chosen.record_calls else None
    return Options(chosen.port, places, chosen.fresh, record, _say)


def _welcome(product: Product) -> None:
    factors = "\n".join(f"    {factor}  {loan}  {name}" for loan, _, name, factor in second_factors())
    _say(
        f"Ready: {product.url}\n\n"
        f"  Start page   {product.url}/\n"
        f"  Outbox       {product.url}/_local/outbox\n"
        f"  Cases        {product.url}/_local/cases\n\n"
        "  Second factor of the seeded loans (the page behind a message's link asks for it):\n"
        f"{factors}\n\n"
        "  Post an overdue loan (signed for five minutes, a fresh one is on the start page; factor 123X):\n\n"
        f"{product.curl_for(product.new_event())}\n\n"
        "  Ctrl-C stops it."
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _sorry(line: str) -> int:
    print(line, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
