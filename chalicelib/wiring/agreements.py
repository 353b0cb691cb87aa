"""The acts of an agreement, with what they need."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.vault import Vault

if TYPE_CHECKING:
    from chalicelib.domain.keys import CaseId
    from chalicelib.mediation.agreement.complete import Complete
    from chalicelib.mediation.agreement.draft import WriteDraft
    from chalicelib.mediation.agreement.freeze import Freeze
    from chalicelib.mediation.agreement.refuse import Refuse
    from chalicelib.mediation.agreement.sign import Sign
    from chalicelib.timers import Timers


class Agreements(Vault):
    """The part of the wiring that drafts, signs and seals."""

    @property
    def timers(self) -> Timers:
        """What starts and wakes the machines."""
        raise NotImplementedError

    def wake(self, case_id: CaseId) -> None:
        """End the wait of a case's execution, once what happened is on record."""
        raise NotImplementedError

    def repay(self, case_id: CaseId, plan: int) -> None:
        """Start keeping a case to its plan, the `plan`-th agreed."""
        raise NotImplementedError

    @cached_property
    def write_draft(self) -> WriteDraft:
        from chalicelib.mediation.agreement.draft import WriteDraft

        return WriteDraft(self.wake)

    @cached_property
    def freeze(self) -> Freeze:
        from chalicelib.mediation.agreement.freeze import Freeze

        return Freeze(self.archive, self.wake, self.timers)

    @cached_property
    def complete(self) -> Complete:
        from chalicelib.mediation.agreement.complete import Complete

        return Complete(self.archive, lambda: self.seal_key, self.lender, self.wake, self.repay)

    @cached_property
    def complete_alone(self) -> Complete:
        """Completes on behalf of the execution itself, which nobody has to wake."""
        return replace(self.complete, wake=lambda case_id: None)

    @cached_property
    def sign(self) -> Sign:
        from chalicelib.mediation.agreement.sign import Sign

        return Sign(self.complete, self.pepper)

    @cached_property
    def refuse(self) -> Refuse:
        from chalicelib.mediation.agreement.refuse import Refuse

        return Refuse(self.wake)
