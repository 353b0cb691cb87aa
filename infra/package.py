"""Packages the app: `python -m infra.package --stage dev --out build` writes sam.json and its zips."""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.artefacts import finished
from infra.resources import resources

PROJECT = Path(__file__).parents[1]
STAGES = ("dev", "prod")
_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"
_IMAGE = "manylinux2014_x86_64"
"""Wheels that run on every one of Lambda's images, Amazon Linux 2 (glibc 2.26) and 2023."""


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
        _require_all(zips[1], project / "requirements.txt", cache)
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
    if ran.returncode:
        said = ran.stdout + ran.stderr
        raise PackagingError(f"chalice package failed; read its last lines:\n{said[-3000:]}")


def _require_all(layer: Path, requirements: Path, cache: Path) -> None:
    """Raise PackagingError if the layer lacks a requirement.

    Chalice warns once, exits with 0, and takes the torn layer from its cache ever after; so that goes too.
    """
    if missing := left_out(layer, requirements):
        for kept in cache.glob("managed-layer-*"):
            kept.unlink()
        raise PackagingError(
            f"there is no {_IMAGE} wheel of {', '.join(missing)}: pin a version that has one"
        )


def left_out(layer: Path, requirements: Path) -> list[str]:
    """The names in a compiled requirements file of which the layer holds no wheel."""
    with zipfile.ZipFile(layer) as source:
        found = re.findall(r"([^/]+)-[^/]+\.dist-info/WHEEL$", "\n".join(source.namelist()), re.MULTILINE)
    shipped = {name.lower().replace("_", "-") for name in found}
    wanted = re.findall(r"^([a-z0-9-]+)==\S+ \\$", requirements.read_text(encoding="utf-8"), re.MULTILINE)
    return sorted(set(wanted) - shipped)


def _environment() -> dict[str, str]:
    """The environment Chalice runs in: no byte code left in the sources, no AWS account needed."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
    environment.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    # Lambda's wheels at once, each by its hash: what does not fit, Chalice would fetch again by name alone.
    return environment | {"PIP_REQUIRE_HASHES": "1", "PIP_ONLY_BINARY": ":all:", "PIP_PLATFORM": _IMAGE}


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
