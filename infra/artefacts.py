"""Turns Chalice's zips into those that ship: repeatable, compiled, without unused service models."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

SERVICES = frozenset(
    {
        "dynamodb",
        "kms",
        "pinpoint-sms-voice-v2",
        "s3",
        "secretsmanager",
        "sesv2",
        "sqs",
        "stepfunctions",
        "sts",
    }
)
"""AWS services the functions call; botocore's models of the other 400 stay out (of 20 MB, 19)."""

_ENDPOINTS = frozenset(
    {"dynamodb", "email", "kms", "s3", "secretsmanager", "sms-voice", "sqs", "states", "sts"}
)
"""The same services by their endpoint prefixes."""

_MODELS = "botocore/data/"
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def finished(zipped: Path, cache: Path) -> Path:
    """The shipping form of `zipped`, made once per content and Python, and kept in the folder `cache`.

    Byte code is unchecked (PEP 552): zip dates are fixed, so a date check would discard it, and nothing
    changes sources in Lambda. Without it every cold start compiles every module.
    """
    recipe = hashlib.sha256(Path(__file__).read_bytes() + sys.version.encode())
    recipe.update(zipped.read_bytes())
    made = cache / f"finished-{recipe.hexdigest()[:32]}.zip"
    if not made.exists():
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder)
            _unpack(zipped, tree)
            _trim_endpoints(tree)
            _compile(tree)
            _pack(tree, made)
    return made


def ships(name: str) -> bool:
    """Whether the zip entry `name` is needed at run time."""
    if name.endswith(("/", ".pyc")):
        return False
    _, models, rest = name.partition(_MODELS)
    service, below, _ = rest.partition("/")
    return not (models and below) or service in SERVICES


def _unpack(zipped: Path, tree: Path) -> None:
    with zipfile.ZipFile(zipped) as source:
        source.extractall(tree, [name for name in source.namelist() if ships(name)])


def _trim_endpoints(tree: Path) -> None:
    """Leave our services alone in botocore's endpoints: 1.2 MB of JSON, read at every cold start in 20 ms."""
    for path in tree.rglob("botocore/data/endpoints.json"):
        endpoints = json.loads(path.read_text(encoding="utf-8"))
        for partition in endpoints["partitions"]:
            partition["services"] = {n: s for n, s in partition["services"].items() if n in _ENDPOINTS}
        path.write_text(json.dumps(endpoints, separators=(",", ":")), encoding="utf-8")


def _compile(tree: Path) -> None:
    """Byte code beside every module; a file that is no Python of this version simply ships as it is.

    In a process of its own: what else a process has loaded changes which constants are written as shared.
    """
    command = [sys.executable, "-S", "-m", "compileall", "-qq", "-s", str(tree), "-p", "/"]
    command += ["--invalidation-mode", "unchecked-hash", str(tree)]
    subprocess.run(command, env={"PYTHONHASHSEED": "0"}, check=False)


def _files(tree: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(tree.rglob("*")):
        if path.is_file():
            yield path.relative_to(tree).as_posix(), path


def _pack(tree: Path, made: Path) -> None:
    """Write the zip beside its place and move it there, so that a half-written one is never found."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.NamedTemporaryFile(dir=made.parent, suffix=".tmp", delete=False) as partial,
        zipfile.ZipFile(partial, "w") as target,
    ):
        for name, path in _files(tree):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = _MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, path.read_bytes())
    shutil.move(partial.name, made)
