"""How many SMS segments a text costs, by the alphabets of 3GPP TS 23.038."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # each costs two septets: the escape and the character

# (characters of a single message, characters of each part of a concatenated one, which carries a header)
_SIZES = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: its encoding, its length in that encoding's units, and the segments billed."""

    encoding: str
    units: int
    count: int


def count_segments(text: str) -> Segments:
    """Return the cost of `text` as sent, signature included; an empty text costs one segment."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        encoding, widths = "GSM-7", [2 if character in _EXTENSION else 1 for character in text]
    else:
        encoding, widths = "UCS-2", [2 if ord(character) > 0xFFFF else 1 for character in text]
    single, part = _SIZES[encoding]
    units = sum(widths)
    return Segments(encoding, units, 1 if units <= single else _parts(widths, part))


def _parts(widths: Iterable[int], size: int) -> int:
    """Count the parts when no escape pair and no surrogate pair may be split between two parts."""
    count, room = 0, 0
    for width in widths:
        if width > room:
            count, room = count + 1, size
        room -= width
    return count
