"""Packages the app: `python -m infra.package --stage dev --out build` writes sam.json and its zips."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.artefacts import finished
from infra.resources import resources

PROJECT = Path(__file__).parents[1]
STAGES = ("dev", "prod")
_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"
_MISSING = "Could not install dependencies"
"""How Chalice begins its warning that a dependency is left out; its exit code is 0 all the same."""


class PackagingError(Exception):
    """The app could not be packaged; the message says what to do."""


@dataclass(frozen=True)
class Packaged:
    """A SAM template and the zips its `./name.zip` locations mean, in one folder."""

    template: Path
    artefacts: list[Path]


def package(stage: str, out: Path, project: Path = PROJECT) -> Packaged:
    """Package `project` for `stage` into the folder `out`; the same sources give the same bytes.

    The result runs on the Python version this runs on. PackagingError if Chalice fails or leaves out a part.
    """
    if stage not in STAGES:
        raise PackagingError(f"unknown stage {stage!r}: choose one of {', '.join(STAGES)}")
    out.mkdir(parents=True, exist_ok=True)
    cache = project / ".chalice" / "deployments"
    with _alone(cache):
        _chalice(stage, out, project)
        zips = [out / "deployment.zip", out / "layer-deployment.zip"]
        made = [finished(zipped, cache) for zipped in zips]
        for shipped, zipped in zip(made, zips, strict=True):
            shutil.copyfile(shipped, zipped)
        _prune(cache, made)
    template = out / "sam.json"
    template.write_text(json.dumps(json.loads(template.read_text()), indent=1, sort_keys=True) + "\n")
    return Packaged(template, zips)


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """One packaging at a time per project: Chalice fills its cache in place."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prune(cache: Path, keep: list[Path]) -> None:
    """Drop code packaged before; the layers Chalice downloaded stay."""
    for path in (*cache.glob("appcode-*"), *cache.glob("finished-*")):
        if path not in keep:
            path.unlink()


def _chalice(stage: str, out: Path, project: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        merged = Path(folder) / "resources.json"
        merged.write_text(json.dumps(resources(stage)))
        command = [sys.executable, "-c", _CHALICE, "--project-dir", str(project), "package"]
        command += ["--stage", stage, "--merge-template", str(merged), str(out)]
        ran = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    if ran.returncode or _MISSING in said:
        raise PackagingError(f"chalice package failed; read its last lines:\n{said[-3000:]}")


def _environment() -> dict[str, str]:
    """The environment Chalice runs in: no byte code left in the sources, no AWS account needed."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    environment.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        # Elsewhere Chalice needs a second download, of Lambda's wheels, by name alone; here all is hashed.
        environment["PIP_REQUIRE_HASHES"] = "1"
    return environment


def main(arguments: list[str] | None = None) -> int:
    """The command line; prints what was written."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description=__doc__)
    parser.add_argument("--stage", default="dev", choices=STAGES)
    parser.add_argument("--out", type=Path, default=PROJECT / "build")
    chosen = parser.parse_args(arguments)
    try:
        packaged = package(chosen.stage, chosen.out)
    except PackagingError as error:
        print(error, file=sys.stderr)
        return 1
    for path in (packaged.template, *packaged.artefacts):
        print(f"{path} ({path.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
