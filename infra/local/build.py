"""Packages the product once per content: the same `chalice package` output a deployment uploads."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Everything that decides what a package holds. Machines and resources are in the template.
_SOURCES = (
    "app.py",
    "chalicelib",
    ".chalice",
    "requirements.txt",
    "infra/package.py",
    "infra/artefacts.py",
    "infra/machines",
    "infra/resources",
)
STAGE = "dev"
_KEPT = 3


class BuildFailed(Exception):
    """Packaging did not succeed; the message ends with what it printed last."""


@dataclass(frozen=True, slots=True)
class Build:
    """A package on disk: `template` beside its archives, `code` the unpacked deployment archive."""

    key: str
    template: Path
    code: Path

    @property
    def folder(self) -> Path:
        return self.template.parent


def source_key(root: Path) -> str:
    """Return the hash of everything that decides the package's content, this Python's version included."""
    digest = hashlib.sha256(f"{sys.version_info[:2]} {sys.platform}".encode())
    for file in sorted(_files(root)):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def build(root: Path, where: Path) -> Build:
    """Return the package of the sources in `root`, made in `where` unless it is there; raises BuildFailed."""
    key = source_key(root)
    folder = where / key
    where.mkdir(parents=True, exist_ok=True)
    with (where / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runners may share the folder
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _package(root, folder)
            with zipfile.ZipFile(folder / "deployment.zip") as archive:
                archive.extractall(folder / "code")
            (folder / "done").touch()
            _forget_oldest(where)
    return Build(key, folder / "sam.json", (folder / "code").resolve())


def _forget_oldest(where: Path) -> None:
    """Keep the newest builds; another runner may still import from one of them."""
    made = sorted(where.glob("*/done"), key=lambda done: done.stat().st_mtime, reverse=True)
    for done in made[_KEPT:]:
        shutil.rmtree(done.parent, ignore_errors=True)


def is_built(root: Path, where: Path) -> bool:
    """Say whether `build` would find its work done."""
    return (where / source_key(root) / "done").exists()


def _package(root: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "infra.package", "--stage", STAGE, "--out", str(folder)]
    # Chalice asks for a region and imports the app; it must see neither the engine nor an account.
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed("\n".join((done.stdout + done.stderr).strip().splitlines()[-25:]))


def _files(root: Path) -> Iterator[Path]:
    for place in (root / each for each in _SOURCES):
        for file in [place] if place.is_file() else place.rglob("*") if place.is_dir() else []:
            inside = file.relative_to(root).parts
            # .chalice/deployments and deployed are outputs of chalice itself.
            if file.is_file() and "__pycache__" not in inside and inside[:2] not in _OUTPUTS:
                yield file


_OUTPUTS = ((".chalice", "deployments"), (".chalice", "deployed"), (".chalice", "venv"))
