"""Where the local runner keeps its files, all below one data directory."""

from __future__ import annotations

import fcntl
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any


class DataInUse(Exception):
    """Another runner holds the data directory; stop it, or name another with --data."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one runner; `root` is the project, `data` holds everything the runner writes."""

    root: Path
    data: Path

    @property
    def build(self) -> Path:
        """The packaged product; a cache by content, so it outlives a fresh start."""
        return self.data / "build"

    @property
    def state(self) -> Path:
        """What must survive a restart: the engine's stores, the outbox, the clock."""
        return self.data / "state"

    @property
    def engine(self) -> Path:
        return self.state / "engine"

    @property
    def objects(self) -> Path:
        return self.state / "objects"

    @property
    def outbox(self) -> Path:
        return self.state / "outbox.jsonl"

    @property
    def clock(self) -> Path:
        return self.state / "clock.json"

    @property
    def deployed(self) -> Path:
        """What was deployed last, written only after the engine's state was saved."""
        return self.state / "deployed.json"

    @property
    def seeded(self) -> Path:
        return self.state / "seeded.json"

    @property
    def log(self) -> Path:
        """Everything the Lambda functions wrote to their standard output and error."""
        return self.data / "app.log"

    def lock(self) -> IO[str]:
        """Hold the data directory until the returned file is closed; raises DataInUse when it is held."""
        self.data.mkdir(parents=True, exist_ok=True)
        file = (self.data / "lock").open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise DataInUse(str(self.data)) from error
        return file

    def empty(self) -> None:
        """Forget everything but the build."""
        shutil.rmtree(self.state, ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def set_aside(self, suffix: str) -> Path:
        """Move unreadable state out of the way, keeping it for a look, and return where it went."""
        aside = self.data / f"state-{suffix}"
        self.state.rename(aside)
        return aside


def write_json(file: Path, value: Any) -> None:
    """Replace `file` in one step, so that a kill leaves either the old content or the new."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(value, ensure_ascii=False))
    draft.replace(file)


def read_json(file: Path) -> Any:
    """Return the content of `file`, or None when it is missing or unreadable."""
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError):
        return None
