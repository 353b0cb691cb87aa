"""A package is whole or there is none: Chalice leaves out what it cannot download, and says so only once."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from infra import package as packaging
from infra.package import PROJECT, PackagingError, left_out, package
from tests.packaging.built import built

REQUIREMENTS = "jinja2==3.1.6 \\\n    --hash=sha256:00\npillow==12.2.0 \\\n    --hash=sha256:00\n"


def layer(path: Path, *wheels: str) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        for wheel in wheels:
            target.writestr(f"python/lib/python3.11/site-packages/{wheel}.dist-info/WHEEL", "")
    return path


def test_the_layer_has_every_requirement() -> None:
    assert left_out(built().artefacts[1], PROJECT / "requirements.txt") == []


def test_what_a_layer_lacks_is_named(tmp_path: Path) -> None:
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(REQUIREMENTS)
    assert left_out(layer(tmp_path / "a.zip", "jinja2-3.1.6"), wanted) == ["pillow"]
    assert left_out(layer(tmp_path / "b.zip", "jinja2-3.1.6", "pillow-12.2.0"), wanted) == []


def test_a_torn_layer_is_refused_and_not_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chalice keeps the torn layer, and does not warn when it takes it from there."""
    cache = tmp_path / ".chalice" / "deployments"
    (tmp_path / "requirements.txt").write_text(REQUIREMENTS)

    def chalice(stage: str, out: Path, project: Path) -> None:
        layer(cache / "managed-layer-00-python3.11.zip", "jinja2-3.1.6")
        layer(out / "layer-deployment.zip", "jinja2-3.1.6")

    monkeypatch.setattr(packaging, "_chalice", chalice)
    with pytest.raises(PackagingError, match="wheel of pillow: pin a version"):
        package("dev", tmp_path / "out", tmp_path)
    assert list(cache.glob("managed-layer-*")) == []
