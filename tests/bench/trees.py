"""The folders a contender runs from, laid out as Lambda lays them out: task, layer, runtime."""

from __future__ import annotations

import compileall
import shutil
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from py_compile import PycInvalidationMode

from packaging.requirements import Requirement

from infra.package import package

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Trees:
    """`task` and `layer` are the shipped zips; the rest is what the rivals and the bootstrap need."""

    task: Path
    layer: Path
    runtime: Path
    frameworks: Path
    rivals: Path


def build(folder: Path) -> Trees:
    """Package the app and lay everything out under `folder`, all of it compiled as what ships is."""
    packaged = package("dev", folder / "package")
    names = ("task", "layer", "runtime", "frameworks", "rivals")
    trees = Trees(**{name: folder / name for name in names})
    for zipped, tree in zip(packaged.artefacts, (trees.task, trees.layer), strict=True):
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(tree)
    layer = next(trees.layer.glob("python/lib/python*/site-packages"))
    _install(trees.runtime, "awslambdaric")
    _install(trees.frameworks, "fastapi", "mangum")
    shutil.copytree(_HERE / "rivals", trees.rivals / "rivals", ignore=shutil.ignore_patterns("__pycache__"))
    for tree in (trees.runtime, trees.frameworks, trees.rivals):
        compileall.compile_dir(tree, quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return Trees(trees.task, layer, trees.runtime, trees.frameworks, trees.rivals)


def _install(tree: Path, *names: str) -> None:
    """Copy installed distributions and all they need; nothing is downloaded."""
    for name in sorted(_closure(names)):
        for file in metadata.files(name) or ():
            source = Path(str(file.locate()))
            if ".." in file.parts or "__pycache__" in file.parts or not source.is_file():
                continue
            target = tree / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _closure(names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        needed = [Requirement(text) for text in metadata.requires(name) or ()]
        waiting += [one.name for one in needed if not one.marker or one.marker.evaluate({"extra": ""})]
    return found
