"""The command line: `python -m tests.bench` measures and prints; it asserts no time."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict

import tests.conftest as _environment  # no network, no credentials  # noqa: F401
from tests.bench import counts, report, speed


def main(arguments: list[str] | None = None) -> int:
    """Run the bench and print tables, or one JSON object with --json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="processes of each contender (default 5)")
    parser.add_argument("--events", type=int, default=200, help="warm events of each process (default 200)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args(arguments)
    if sys.platform != "linux":
        print("the bench needs Linux, as Lambda's bootstrap does", file=sys.stderr)
        return 1
    cost = counts.count()
    speeds = speed.measure(chosen.runs, chosen.events, lambda line: print(line, file=sys.stderr))
    if chosen.json:
        plain = asdict(cost) | {"plain": asdict(cost.plain)}
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        print(json.dumps({**machine, "speed": [asdict(one) for one in speeds], "counts": plain}, indent=1))
    else:
        print(f"{report.speed_table(speeds)}\n\n{report.counts_table(cost)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
