"""The acts of an agreement, with what they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.wiring.vault import Vault

if TYPE_CHECKING:
    from chalicelib.channels.staff_mail import StaffMail
    from chalicelib.domain.actor import Actor
    from chalicelib.domain.keys import CaseId
    from chalicelib.mediation.agreement.complete import Complete
    from chalicelib.mediation.agreement.draft import WriteDraft
    from chalicelib.mediation.agreement.freeze import Freeze
    from chalicelib.mediation.agreement.refuse import Refuse
    from chalicelib.mediation.agreement.sign import Sign
    from chalicelib.staff.desk import Desk, Papers
    from chalicelib.timers import Timers


class Agreements(Vault):
    """The part of the wiring that drafts, signs and seals, and lets the staff act."""

    clock: Callable[[], datetime]

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

        return Sign(self.complete, self.wake, self.pepper)

    @cached_property
    def refuse(self) -> Refuse:
        from chalicelib.mediation.agreement.refuse import Refuse

        return Refuse(self.wake)

    @cached_property
    def staff_mail(self) -> StaffMail:
        from chalicelib.channels.email import SesEmail
        from chalicelib.channels.staff_mail import StaffMail

        return StaffMail(SesEmail(self.client("sesv2", retries=0), self.settings.email_from, ""))

    def papers(self) -> Papers:
        """Return the acts of an agreement for a member of the staff, who holds no right to the seal."""
        from chalicelib.mediation.agreement.staff_code import SendStaffCode
        from chalicelib.staff.desk import Papers

        return Papers(
            write_draft=self.write_draft,
            freeze=self.freeze,
            sign=replace(self.sign, complete=lambda case_id, now: self.wake(case_id)),
            send_code=SendStaffCode(self.staff_mail, self.pepper),
            refuse=self.refuse,
            wake=self.wake,
        )

    def desk(self, actor: Actor, key: str) -> Desk:
        """Return what an act of a member of the staff is carried out with now; `key` is its form's own."""
        from chalicelib.borrower import questions
        from chalicelib.borrower.dispute import take_off_the_list
        from chalicelib.staff.desk import Desk

        return Desk(
            actor=actor,
            now=self.clock(),
            timers=self.timers,
            key=key,
            answer=questions.answer,
            dispute_answered=take_off_the_list,
            papers=self.papers,
        )
