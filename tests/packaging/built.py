"""The real package of the real app, built once per test process (the pieces are cached by content)."""

from __future__ import annotations

import functools
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from infra.package import Packaged, package

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


@functools.cache
def unpacked() -> tuple[Path, Path]:
    """The folders Lambda would make of the code zip (/var/task) and the layer (/opt)."""
    root = Path(tempfile.mkdtemp(prefix="accord-lambda-"))
    code, layer = root / "task", root / "opt"
    for path, place in zip(built().artefacts, (code, layer), strict=True):
        with zipfile.ZipFile(path) as source:
            source.extractall(place)
    return code, layer
