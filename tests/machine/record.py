"""Records what executions of a definition hold: `python -m tests.machine.record MACHINE NAME [DEFINITION]`.

Run it before a machine is changed: what it writes is what executions hold that still run after the change.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from moto import mock_aws

import tests.conftest as _environment  # no network, no credentials  # noqa: F401
from tests.machine.recording import DEFINITION, RECORDED, record, row_of, waits
from tests.road import Road
from tests.scene import fresh
from tests.timers.play import MACHINES, Play
from tests.timers.play import definition as shipped


def main() -> None:
    """Walk to each stage of the definition and write down what is held there."""
    parser = argparse.ArgumentParser(prog="python -m tests.machine.record", description=__doc__)
    parser.add_argument("machine", choices=MACHINES)
    parser.add_argument("name", help="what it is called from now on, for example before_mediation")
    parser.add_argument("definition", nargs="?", type=Path, help="another one than what ships")
    chosen = parser.parse_args()
    given = chosen.definition
    definition = json.loads(given.read_text(encoding="utf-8")) if given else shipped(chosen.machine)
    folder = RECORDED / chosen.machine / chosen.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DEFINITION).write_text(json.dumps(definition, indent=1) + "\n", encoding="utf-8")
    with mock_aws():
        road = Road()
        for stage in waits(definition):
            play, row = Play(fresh(road)), row_of(chosen.machine, stage)
            play.receipts, play.direct = row.receipts, True
            play.machine.definitions[chosen.machine] = definition
            for act in row.road:
                act(play)
                play.run()
            record(play, chosen.machine, chosen.name, stage).keep()
            print(stage)


if __name__ == "__main__":
    main()
