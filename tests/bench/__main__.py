"""The command line: `python -m tests.bench` measures and prints; it asserts no time."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import tests.conftest as _environment  # no network, no credentials  # noqa: F401
from tests.bench import counts, mediated, pages, report, senders, speed
from tests.bench.senders import NoticeCost
from tests.bench.speed import Speed
from tests.bench.trees import build


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
    cost, mediation, page_costs = counts.count(), mediated.count(), pages.measure()
    speeds, notices = _measured(chosen.runs, chosen.events)
    if chosen.json:
        plain = asdict(cost) | {"plain": asdict(cost.plain)}
        machine = {"python": platform.python_version(), "machine": platform.machine()}
        found = {**machine, "counts": plain, "mediated": asdict(mediation)} | {
            "speed": [asdict(one) for one in speeds],
            "notices": [asdict(one) | {"cpu_ms": one.cpu_ms} for one in notices],
            "pages": [asdict(one) for one in page_costs],
        }
        print(json.dumps(found, indent=1))
    else:
        tables = [report.speed_table(speeds), report.notices_table(notices), report.counts_table(cost)]
        tables += [report.mediated_table(mediation), pages.table(page_costs)]
        print("\n\n".join(tables))
    return 0


def _measured(runs: int, events: int) -> tuple[list[Speed], list[NoticeCost]]:
    """Package once, then let everyone run."""

    def said(line: str) -> None:
        print(line, file=sys.stderr)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said("packaging")
        trees = build(folder)
        speeds = speed.measure(trees, runs, events, folder, said)
        said("notices")
        return speeds, senders.measure(trees, runs, events, folder)


if __name__ == "__main__":
    sys.exit(main())
