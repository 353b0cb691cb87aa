"""A mediation meeting: when, how, where and with whom; a later word about it replaces the earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.codes import Mode
from chalicelib.domain.errors import NotPermitted

LENGTH = 60  # *policy*: minutes kept free when nobody says how long it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The `number`-th session of a case as its `sequence`-th word says (0 first); `at` is UTC.

    `mediator` is his name, `organisation` and `qualifications` say who sends him and what he is trained in.
    `place` is an address, `link` where an online session is joined, `dial_in` a number to ring. `parties`
    take part besides the borrower. Raises NotPermitted when `at` is naive or there is no way to take part.
    """

    at: datetime
    mode: Mode
    mediator: str
    organisation: str = ""
    qualifications: str = ""
    place: str = ""
    link: str = ""
    dial_in: str = ""
    parties: tuple[str, ...] = ()
    minutes: int = LENGTH
    number: int = 1
    sequence: int = 0
    cancelled: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise NotPermitted("a meeting needs a time zone")
        if not (self.place or self.link or self.dial_in):
            raise NotPermitted("a meeting needs a place, a link or a number to ring")

    @property
    def ends_at(self) -> datetime:
        """When it is planned to end."""
        return self.at + timedelta(minutes=self.minutes)

    def is_ahead(self, now: datetime) -> bool:
        """Whether it will still be held, or is being held now."""
        return not self.cancelled and now < self.ends_at

    def was_held(self, now: datetime) -> bool:
        """Whether its time is over and nobody called it off."""
        return not self.cancelled and now >= self.ends_at
