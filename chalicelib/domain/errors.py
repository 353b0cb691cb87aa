"""Every error Accord raises on purpose; each message says what to change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


class AccordError(Exception):
    """Base of all errors raised on purpose.

    `message` is English, with `{names}` where `values` stand. Logs and commands print it filled in; the staff
    read it in their own language, which finds its words by the message (texts/staff/zh-CN/refusals.json).
    """

    def __init__(self, message: str = "", /, **values: object) -> None:
        plain = {name: _plain(value) for name, value in values.items()}
        super().__init__(message.format_map(plain) if values else message)
        self.message, self.values = message, values

    @classmethod
    def like(cls, error: Exception) -> Self:
        """Return an error that says what another one says."""
        if isinstance(error, AccordError):
            return cls(error.message, **error.values)
        return cls(str(error))


def _plain(value: object) -> object:
    return " or ".join(map(str, value)) if isinstance(value, tuple) else value


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault in an input: where (JSON Pointer, RFC 6901) and what to change."""

    pointer: str
    detail: str


class InvalidEvent(AccordError):
    """An event broke its contract; `errors` lists every fault found."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(f"{len(errors)} fault(s) in the event")
        self.errors = errors


class SignatureRejected(AccordError):
    """The webhook signature is missing, wrong or stale; the caller learns no more than that."""


class EventConflict(AccordError):
    """The same event id came before with another body."""


class NotFound(AccordError):
    """Nothing is here for this caller; the same answer for unknown, expired, revoked and foreign."""


class AmountMismatch(AccordError, ValueError):
    """Components do not sum to the total shown (invariant 8)."""


class NoticeBlocked(AccordError):
    """A notice must not be sent as it is; a person has to see to it."""


class MissingVariables(NoticeBlocked):
    """A notice lacks mandatory variables, so it must not be sent (invariant 9)."""

    def __init__(self, template: str, names: tuple[str, ...]) -> None:
        super().__init__(f"{template} lacks {', '.join(names)}; add them to the event or the lender's row")
        self.template = template
        self.names = names


class NotPermitted(AccordError, ValueError):
    """What was given is not possible or not permitted; the message says what is."""


class InvalidProfile(AccordError, ValueError):
    """A jurisdiction profile's data is wrong; the message names the key."""


class CaseClosed(AccordError):
    """The case takes no further acts; it is closed."""


class NotNow(AccordError):
    """An act does not fit where the case stands; the message says where it stands and what the act needs."""


class Taken(AccordError):
    """Somebody else was quicker: the time or place is no longer free."""


class NoPlanInForce(AccordError):
    """The case has no plan, or none in the state that the act needs; the message says which."""


class TryAgain(AccordError):
    """A provider or store asks to wait; the state machine retries the step (its name is in the ASL)."""


class Answered(AccordError):
    """The borrower answered in the last moment; the machine goes on to its Answered stage (ASL name)."""


class Held(AccordError):
    """A hold keeps the clock from closing a case; the machine looks at it again (ASL name)."""


class InvalidAnswer(AccordError):
    """A borrower's form has faults; each names its field and the kind of fault (`required`, `too_long`)."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(f"{len(errors)} fault(s) in the form")
        self.errors = errors


class LetterHeld(NoticeBlocked):
    """A letter cannot be set as it must be; nothing is printed, and a person must send it by hand."""


class MissingGlyphs(LetterHeld):
    """The letters' font cannot draw some characters; `code_points` names them (`U+2B5A7`)."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.code_points = tuple(f"U+{ord(character):04X}" for character in characters)
        super().__init__(
            "the font lacks {signs}; a person must set this paper by hand", signs=", ".join(self.code_points)
        )


class LetterTooFull(LetterHeld):
    """The lines of a `part` (`recipient`, `sender`) do not fit the place a letter has for them."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"the lines of the {part} do not fit their place; a person must send this letter by hand"
        )
        self.part = part


class OutOfTurn(AccordError):
    """The act does not fit where the case stands now; the message says what has to come first."""


class TooLate(AccordError):
    """The time limit of the act is over."""


class OtherDocument(AccordError):
    """A signature is meant for another document than the one to be signed (invariant 15)."""


class NeedsApproval(AccordError):
    """A second person has to approve; the message says what."""


class NotImpartial(AccordError):
    """Who acts on a complaint is complained of, or decided it before: somebody else has to (invariant 13)."""


class NotInRole(AccordError):
    """The act belongs to another role; the message says which."""


class SignInFailed(AccordError):
    """Somebody could not be signed in; the message says where it failed, never with what."""
