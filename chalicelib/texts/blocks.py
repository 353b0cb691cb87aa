"""A message's one source read as blocks, so that its text and its HTML can never say different things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_RULE = "-" * 24


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a message: `heading`, `paragraph`, `list`, `table` or `link`, and its lines.

    A table's line is (label, value), a link's only line (label, address); other lines are 1-tuples.
    """

    kind: str
    lines: tuple[tuple[str, ...], ...]


def read_blocks(source: str) -> tuple[Block, ...]:
    """Return the blocks of a rendered source; each line's own mark tells its kind:

    `# heading`, `- item`, `| label | value`, `=> address label`, anything else is a paragraph. Neighbouring
    items and rows belong together. Values hold no newline (see plain), so none can start a block.
    """
    blocks: list[Block] = []
    for raw in source.splitlines():
        if line := raw.strip():
            kind, content = _read_line(line)
            if blocks and blocks[-1].kind == kind and kind in ("list", "table"):
                blocks[-1] = Block(kind, (*blocks[-1].lines, content))
            else:
                blocks.append(Block(kind, (content,)))
    return tuple(blocks)


def as_text(blocks: Iterable[Block], *, colon: str) -> str:
    """Return the blocks as plain text for a mail client without HTML; `colon` joins label and value."""
    return "\n\n".join("\n".join(_text_lines(block, colon)) for block in blocks) + "\n"


def each_link_once(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return the blocks without links to an address that came before: one code to scan, at the top.

    Borrowers answer where the link is short and on the first page (*policy*).
    """
    seen: set[str] = set()
    kept = []
    for block in blocks:
        if block.kind != "link" or block.lines[0][1] not in seen:
            kept.append(block)
        if block.kind == "link":
            seen.add(block.lines[0][1])
    return tuple(kept)


def _read_line(line: str) -> tuple[str, tuple[str, ...]]:
    mark, _, rest = line.partition(" ")
    if mark == "#":
        return "heading", (rest,)
    if mark == "-":
        return "list", (rest,)
    if mark == "|":
        label, _, value = rest.partition(" | ")
        return "table", (label, value)
    if mark == "=>":
        address, _, label = rest.partition(" ")
        return "link", (label, address)
    return "paragraph", (line,)


def _text_lines(block: Block, colon: str) -> list[str]:
    if block.kind == "heading":
        return [block.lines[0][0], _RULE]
    if block.kind == "list":
        return [f"- {item}" for (item,) in block.lines]
    if block.kind in ("table", "link"):
        return [f"{label}{colon}{value}" for label, value in block.lines]
    return [block.lines[0][0]]
