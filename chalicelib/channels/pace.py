"""Keeps this process within its share of a provider's rate, so that a backlog drains instead of bursting."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.channels import Channel, Outgoing, Result


class Pace:
    """Lets `per_second` go at most, evenly: the rate of the provider divided by the number of senders.

    `clock` gives seconds, `pause` sleeps that many. A wait is at most 1 / per_second.
    """

    def __init__(self, per_second: float, clock: Callable[[], float], pause: Callable[[float], None]) -> None:
        if per_second <= 0:
            raise ValueError("a pace is a positive number a second")
        self._gap, self._clock, self._pause = 1 / per_second, clock, pause
        self._free_at = float("-inf")

    def wait(self) -> None:
        """Return when the next message may go; time that was not used is not saved up."""
        now = self._clock()
        if now < self._free_at:
            self._pause(self._free_at - now)
        self._free_at = max(now, self._free_at) + self._gap


class Paced:
    """A channel held to a pace."""

    def __init__(
        self,
        channel: Channel,
        per_second: float,
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self._channel, self._pace = channel, Pace(per_second, clock, pause)

    def send(self, message: Outgoing) -> Result:
        """Send when it may go; see Channel.send."""
        self._pace.wait()
        return self._channel.send(message)
