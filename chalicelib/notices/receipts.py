"""What a receipt changes: the record, whether a step has arrived, a dead address, the wait for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib import profiles
from chalicelib.channels.receipts import ProviderReceipt
from chalicelib.domain.case import Case
from chalicelib.domain.codes import ChannelName, ContactState, FactKind
from chalicelib.domain.person import AddressKey
from chalicelib.domain.profile import Profile
from chalicelib.notices.plan import claim_key
from chalicelib.notices.state import ARRIVED, FAILED
from chalicelib.notices.under_way import receipt_expected, waits_too_long
from chalicelib.store import cases, facts, persons, watches
from chalicelib.store.archive import Archive
from chalicelib.store.facts import Fact
from chalicelib.timers import Timers


@dataclass(frozen=True, slots=True)
class Receipts:
    """Takes receipts in, whatever their order and however often they come."""

    archive: Archive
    timers: Timers
    clock: Callable[[], datetime]

    def take(self, receipt: ProviderReceipt, raw: str) -> None:
        """Keep a receipt byte for byte, put it on the timeline, and do what it means.

        Every part may be repeated: a death between two of them is healed when the queue delivers again.
        Raises NotFound when there is no such case.
        """
        case = cases.get(receipt.case_id)
        kept = hashlib.sha256(raw.encode()).hexdigest()
        self.archive.put(f"cases/{case.id}/receipts/{kept}.json", raw.encode())
        which = (receipt.step, receipt.channel, receipt.status, receipt.word.replace("#", ""))
        detail = {
            "provider": receipt.provider,
            "provider_message_id": receipt.message_id,
            "reason": receipt.reason,
            "raw": kept,
        }
        facts.append(Fact(case.id, FactKind.RECEIPT, self.clock(), which, detail))
        self._note_person(case, receipt)
        if receipt.status in ARRIVED:
            cases.reach(case.id, receipt.step)
        self._wake(case, receipt)

    def _note_person(self, case: Case, receipt: ProviderReceipt) -> None:
        """A dead address is dead for every case of the person; an outcome settles what a cap counts."""
        channel, person = ChannelName(receipt.channel), case.borrower.person
        meaning = receipt.meaning
        if meaning.dead or receipt.status == "COMPLAINED":
            reason = receipt.word.replace(" ", "_")
            persons.suppress(person, _sent_to(case, receipt.step, channel), reason)
            facts.append(Fact(case.id, FactKind.SUPPRESSED, self.clock(), (channel.value, reason)))
        if meaning.opt_out:
            persons.opt_out(person, channel)
        profile = profiles.of_version(case.profile, case.profile_version)
        if receipt.status in (FAILED, *ARRIVED) and _counts_outcomes(profile, channel):
            state = ContactState.FAILED if receipt.status == FAILED else ContactState.REACHED
            name = persons.contact_name(case.id, claim_key(receipt.step, channel))
            persons.settle(person, name, state)

    def _wake(self, case: Case, receipt: ProviderReceipt) -> None:
        """Tell the step's delivery: it is done, or it waits for nothing, or longer than for what is left.

        The letter that came back was waited for for days; the e-mail sent with it, for minutes.
        """
        if receipt.status not in (FAILED, *ARRIVED):
            return
        watch = watches.get(case.id, receipt.step)
        if watch is None:
            return
        if receipt.status in ARRIVED:
            self.timers.delivered(watch.token)
            return
        step = profiles.of_version(case.profile, case.profile_version).step_named(receipt.step)
        until = receipt_expected(case, step, facts.of(case.id), self.clock())
        if not watch.paused and waits_too_long(until, watch.deadline):
            self.timers.undelivered(watch.token)


def _sent_to(case: Case, step: str, channel: ChannelName) -> AddressKey:
    """Return the address a message went to, which need not be the borrower's any more."""
    sent = facts.find(case.id, FactKind.SENT, step, channel.value)
    if sent and sent.detail.get("address"):
        return AddressKey(channel, str(sent.detail["address"]))
    return case.borrower.address_key(channel)


def _counts_outcomes(profile: Profile, channel: ChannelName) -> bool:
    """Whether a cap asks what became of a contact over this channel."""
    return any(channel in cap.channels and cap.counts == "reached" for cap in profile.caps)
