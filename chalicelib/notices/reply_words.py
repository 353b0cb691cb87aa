"""What a person means by a text he sends back (pure): words as data, in doubt for his peace."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from chalicelib.texts import load_words


class Meaning(StrEnum):
    """STOP silences the channel, WRONG_PERSON the address, OTHER is for a person to read."""

    STOP = "STOP"
    WRONG_PERSON = "WRONG_PERSON"
    OTHER = "OTHER"


_MARKS = re.compile(r"[^\w\s']+")


def meaning_of(text: str) -> Meaning:
    """Return what a reply means; sources are in texts/replies.json.

    A wrong person is heard first: it silences more. A text that speaks of stopping is a STOP even among
    other words, because withdrawing in vain costs a page view and being written to against one's will
    breaks the law.
    """
    plain = _plain(text)
    words = load_words("replies")
    for kind in (Meaning.WRONG_PERSON, Meaning.STOP):
        known = words[kind.value.lower()]
        if plain in known["exact"] or any(_says(plain, part) for part in known["contains"]):
            return kind
    return Meaning.OTHER


def _says(plain: str, part: str) -> bool:
    """Whether a text contains a phrase: whole words in Latin letters (`stop text*` also begins one)."""
    if not part.isascii():
        return part in plain
    end = "" if part.endswith("*") else "(?![a-z0-9])"
    return re.search(f"(?<![a-z0-9]){re.escape(part.rstrip('*'))}{end}", plain) is not None


def _plain(text: str) -> str:
    """Fold widths, case, quotes and punctuation, so that `ＳＴＯＰ！` is `stop`."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(_MARKS.sub(" ", folded).split())
