"""The zips: small enough, built for Lambda, complete without anything they do not ship."""

from __future__ import annotations

import ast
import json
import re
import sys
import zipfile
from pathlib import Path

import pytest

from infra import artefacts
from infra.resources.functions import FUNCTIONS
from tests.packaging.built import VERSION, built, clean_python, resources, unpacked

ZIPPED_MB, UNPACKED_MB = 50, 150
GLIBC = (2, 26) if sys.version_info < (3, 12) else (2, 34)
"""Of Lambda's image for this Python: Amazon Linux 2 or 2023."""


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as source:
        return source.namelist()


def test_sizes_keep_well_below_lambdas_limits() -> None:
    zipped = sum(path.stat().st_size for path in built().artefacts)
    whole = 0
    for path in built().artefacts:
        with zipfile.ZipFile(path) as source:
            whole += sum(entry.file_size for entry in source.infolist())
    assert zipped <= ZIPPED_MB * 1e6
    assert whole <= UNPACKED_MB * 1e6


def test_every_wheel_was_made_for_lambdas_image() -> None:
    """A `linux_x86_64` tag means built here from source, against the wrong glibc."""
    wheels = [name for name in names(built().artefacts[1]) if name.endswith(".dist-info/WHEEL")]
    assert len(wheels) > 10
    with zipfile.ZipFile(built().artefacts[1]) as layer:
        tags = {name: re.findall(r"^Tag: .*-(\S+)$", layer.read(name).decode(), re.M) for name in wheels}
    for name, platforms in tags.items():
        assert platforms, name
        assert any(fits(platform) for platform in platforms), f"{name} is for {platforms}"


def fits(platform: str) -> bool:
    """Whether a wheel's platform tag runs on Lambda's image."""
    legacy = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
    if platform == "any":
        return True
    perennial = re.fullmatch(r"manylinux_(\d+)_(\d+)_x86_64", platform)
    needed = (
        (int(perennial[1]), int(perennial[2])) if perennial else legacy.get(platform.removesuffix("_x86_64"))
    )
    return needed is not None and platform.endswith("_x86_64") and needed <= GLIBC


@pytest.mark.parametrize(
    ("platform", "runs"),
    [
        ("any", True),
        ("manylinux2014_x86_64", True),
        ("manylinux_2_17_x86_64", True),
        ("manylinux_2_39_x86_64", False),
        ("manylinux2014_aarch64", False),
        ("linux_x86_64", False),
        ("musllinux_1_2_x86_64", False),
    ],
)
def test_platform_tags_are_judged(platform: str, runs: bool) -> None:
    assert fits(platform) is runs


def test_what_ships_is_the_app_and_its_requirements_alone() -> None:
    code, layer = (names(path) for path in built().artefacts)
    assert {name.split("/")[0] for name in code} <= {"app.py", "chalice", "chalicelib", "__pycache__"}
    prefix = f"python/lib/{VERSION}/site-packages/"
    assert all(name.startswith(prefix) for name in layer)
    tops = {name.removeprefix(prefix).split("/")[0] for name in layer}
    assert not tops & {"chalice", "pip", "setuptools", "wheel", "moto", "pytest", "infra"}


def test_service_models_are_those_in_use() -> None:
    models = {
        name.split("botocore/data/")[1].split("/")[0]
        for name in names(built().artefacts[1])
        if re.search(r"botocore/data/[^/]+/", name)
    }
    assert models == artefacts.SERVICES


def test_every_module_ships_unchecked_byte_code() -> None:
    for path in built().artefacts:
        with zipfile.ZipFile(path) as source:
            modules = [name for name in source.namelist() if name.endswith(".py")]
            compiled = {name for name in source.namelist() if name.endswith(".pyc")}
            assert len(compiled) == len(modules)
            flags = {int.from_bytes(source.read(name)[4:8], "little") for name in compiled}
        assert flags == {0b01}, "hash-based and unchecked (PEP 552)"


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    code = built().artefacts[0]
    again = artefacts.finished(code, tmp_path / "a")
    once_more = artefacts.finished(code, tmp_path / "b")
    assert again.read_bytes() == once_more.read_bytes() == code.read_bytes()


def test_every_handler_imports_from_what_ships() -> None:
    handlers = [entry["Properties"]["Handler"] for entry in resources("AWS::Serverless::Function").values()]
    program = f"""
import importlib, json
for handler in {handlers!r}:
    module, _, name = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name)), handler
import pkgutil, chalicelib
for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(found.name)
foreign = [m.__file__ for m in sys.modules.values()
           if "site-packages" in (getattr(m, "__file__", None) or "") and "accord-lambda-" not in m.__file__]
print(json.dumps(foreign))
"""
    ran = clean_python(program)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == []
    assert len(handlers) == len(FUNCTIONS)


def imported() -> set[str]:
    """Every module the shipped code imports anywhere, inside functions too."""
    code, _ = unpacked()
    found = set()
    for path in code.rglob("*.py"):
        if path.relative_to(code).parts[0] == "chalice":
            continue  # its command line's imports do not run in Lambda
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return found


def test_what_is_imported_late_ships_too() -> None:
    """A cold start imports little; the rest must be there when its time comes."""
    modules = sorted(imported())
    assert "jinja2" in modules
    ran = clean_python(f"import importlib\nfor name in {modules!r}: importlib.import_module(name)")
    assert ran.returncode == 0, ran.stderr
