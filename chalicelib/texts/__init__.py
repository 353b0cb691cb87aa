"""The words Accord speaks: templates and word lists as plain files, loaded once per process."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent


def fill(words: Any, **values: object) -> Any:
    """Return words with every `{name}` replaced; lists and mappings are filled through and through.

    Values are never read as words again, so braces inside a value stay literal. Raises KeyError for a
    name that `values` lacks.
    """
    if isinstance(words, str):
        return words.format_map(values)
    if isinstance(words, list):
        return [fill(item, **values) for item in words]
    if isinstance(words, dict):
        return {key: fill(item, **values) for key, item in words.items()}
    return words


@cache
def load_words(name: str) -> dict[str, Any]:
    """Return the word list `name` (path under this folder, no suffix); callers must not change it.

    Raises FileNotFoundError when there is none.
    """
    words: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return words


@cache
def environment() -> Environment:
    """Return the process's one Jinja environment: .html escapes, .txt does not, an unknown name raises."""
    # Imported here: functions that write no words must not pay for the template engine at cold start.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["fill"] = fill
    return made
