"""What is read seldom enough to be remembered: fresh within its time, read again after, faults never kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from chalicelib.store.recent import Recent


@dataclass
class _Source:
    """Answers with how often it was asked; a name in `broken` fails."""

    asked: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def __call__(self, name: str) -> str:
        self.asked.append(name)
        if name in self.broken:
            raise LookupError(name)
        return f"{name}-{len(self.asked)}"


@pytest.fixture
def clock() -> list[float]:
    return [1_000.0]


def test_a_value_is_read_once_in_its_time_and_again_after(clock: list[float]) -> None:
    source = _Source()
    recent = Recent(source, 60, lambda: clock[0])
    assert [recent("a"), recent("a")] == ["a-1", "a-1"]
    clock[0] += 59.9
    assert recent("a") == "a-1"
    clock[0] += 0.2
    assert recent("a") == "a-2"


def test_names_are_kept_apart(clock: list[float]) -> None:
    recent = Recent(_Source(), 60, lambda: clock[0])
    assert [recent("a"), recent("b"), recent("a")] == ["a-1", "b-2", "a-1"]


def test_a_failure_is_not_remembered(clock: list[float]) -> None:
    source = _Source(broken={"a"})
    recent = Recent(source, 60, lambda: clock[0])
    with pytest.raises(LookupError):
        recent("a")
    source.broken.clear()
    assert recent("a") == "a-2"
