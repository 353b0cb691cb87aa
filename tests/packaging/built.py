"""The real package of the real app, built once per test process (the pieces are cached by content)."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from infra.package import Packaged, package

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
Resources = dict[str, dict[str, Any]]


@functools.cache
def built(stage: str = "dev") -> Packaged:
    return package(stage, Path(tempfile.mkdtemp(prefix="accord-package-")))


@functools.cache
def template(stage: str = "dev") -> dict[str, Any]:
    """The packaged SAM template; tests must not change it."""
    return dict(json.loads(built(stage).template.read_text()))


def resources(kind: str, stage: str = "dev") -> Resources:
    """The template's resources of one type, by logical id."""
    found = {name: entry for name, entry in template(stage)["Resources"].items() if entry["Type"] == kind}
    assert found, f"no {kind} in the template"
    return found


def properties(kind: str, stage: str = "dev") -> Resources:
    """The properties of the template's resources of one type, by logical id."""
    return {name: entry["Properties"] for name, entry in resources(kind, stage).items()}


@functools.cache
def unpacked() -> tuple[Path, Path]:
    """The folders Lambda would make of the code zip (/var/task) and the layer (/opt)."""
    root = Path(tempfile.mkdtemp(prefix="accord-lambda-"))
    code, layer = root / "task", root / "opt"
    for path, place in zip(built().artefacts, (code, layer), strict=True):
        with zipfile.ZipFile(path) as source:
            source.extractall(place)
    return code, layer


def clean_python(program: str) -> subprocess.CompletedProcess[str]:
    """Run `program` as Lambda would import: isolated, with nothing but the unpacked zips."""
    code, layer = unpacked()
    site = layer / "python" / "lib" / VERSION / "site-packages"
    paths = f"import sys; sys.path[:0] = {[str(code), str(site)]!r}\n"
    variables = template()["Globals"]["Function"]["Environment"]["Variables"]
    environment = {name: value if isinstance(value, str) else "set" for name, value in variables.items()}
    environment |= {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "LOG_LEVEL": "INFO"}
    environment |= {"AWS_EXECUTION_ENV": "AWS_Lambda", "PATH": os.defpath}
    command = [sys.executable, "-I", "-S", "-W", "error::ImportWarning", "-c", paths + program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd="/")
