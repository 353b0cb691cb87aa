"""What changes seldom, fetched once and kept for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Calls `fetch(key)` at most once in `seconds` per key; `clock` is a monotonic one in seconds.

    A fetch that raises is not kept, so what is missing now is found as soon as it is there.
    """

    def __init__(self, fetch: Callable[[str], T], seconds: float, clock: Callable[[], float]) -> None:
        self._fetch, self._seconds, self._clock = fetch, seconds, clock
        self._kept: dict[str, tuple[float, T]] = {}

    def __call__(self, key: str) -> T:
        """Return what belongs to a key, at most `seconds` old; raises what `fetch` raises."""
        now = self._clock()
        kept = self._kept.get(key)
        if kept is None or kept[0] <= now:
            kept = self._kept[key] = (now + self._seconds, self._fetch(key))
        return kept[1]
