"""The world in which the product lives: time passes, everybody repeats what failed, the sweeper runs."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chalicelib.domain.keys import CaseId
from chalicelib.mediation.accept import Accept
from chalicelib.store import cases, selections
from chalicelib.workflow import sweep as sweeps
from tests.faults.machine import TaskFailed
from tests.faults.office import DONE, Office
from tests.faults.state import Row, Snapshot, rows
from tests.road import RECORDS

__all__ = ["Restless", "Row", "Snapshot", "World"]

RECEIVES = 3  # fewer than the shipped queue grants, so harder

# Names made anew in every run: tokens, attempts, links and their digests, providers' ids, form fields.
_NAMES = re.compile(
    r"token-\d+|[0-9a-f]{8}(?=@)|(?<=LINK#)[\w-]{43}|(?<=/n/)[\w-]{22}|[0-9a-f]{64}|(?<=VERIFIED#)[\w-]{12}"
    r"|\b[a-z2-7]{16}\b|(?<=csrf=')[^']+|(?<=cookie=')[^']+"
    r"|(?<=__Host-accord=)\S+"
)


class Restless(Exception):
    """The machine goes on for ever."""


class World(Office):
    """A deployment with everybody who calls it, and time."""

    def run(self) -> None:
        """Let the machines and senders go on until every execution waits; retries are waited for.

        A message that fails comes back in the next run.
        """
        failed: list[str] = []
        for _ in range(400):
            if self.machine.step():
                continue
            if self.state.notices:
                before = list(self.state.notices)
                self.send_notices()
                failed += [body for body in before if body in self.state.notices]
                self.state.notices = [body for body in self.state.notices if body not in failed]
                continue
            retry = self.machine.next_retry()
            if retry is None:
                self.state.notices = failed
                return
            self.state.now = max(self.now(), retry)
        raise Restless(f"the machine does not come to rest: {self.histories()}")

    def to_timer(self) -> bool:
        """Move the clock to the next timer and let it fire; False when nothing waits."""
        timer = self.machine.next_timer()
        if timer is None:
            return False
        self.state.now = max(self.now(), timer)
        self.run()
        return True

    def to_case_timer(self) -> None:
        """Move the clock to the next timer of a case, letting what comes before it happen; it is due then."""
        while (due := self.machine.next_timer("case")) and self.machine.next_timer() != due:
            self.to_timer()
        self.state.now = max(self.now(), due or self.now())

    def sweep(self, *, every: bool = False) -> None:
        """Run the sweeper once; days on which no case was opened are left out to save their queries."""
        event = {
            "version": "0",
            "account": "1",
            "region": "us-east-1",
            "detail": {"every": True} if every else {},
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "time": "",
            "id": "",
            "resources": [],
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sweeps, "range", self._days, raising=False)
            try:
                self.invoke("sweep", event)
            except TaskFailed:
                if every:
                    self.state.pending.append("restart_all")

    def restart_all(self) -> int:
        """Ask the sweeper to look after every open case, as an operator does after a restore."""
        self.sweep(every=True)
        return 200

    def _days(self, number: int) -> list[int]:
        opened = {row["open_day"][-10:] for row in rows() if "open_day" in row}
        days = [(back, (self.now() - timedelta(days=back)).date().isoformat()) for back in range(number)]
        return [back for back, day in days if back == 0 or day in opened]

    def settle(self) -> None:
        """Everybody repeats what failed, and the sweeper runs three times, 20 minutes apart."""
        self.repeat()
        for _ in range(3):
            before = self.effects()
            self.advance(minutes=20)
            self.sweep()
            self.repeat()
            if self.effects() == before:  # nothing was left to mend, and nothing will come of time alone
                break

    def repeat(self) -> None:
        """The sender sends again, the queue redelivers, the borrower presses again, the machine goes on."""
        for _ in range(RECEIVES):
            unsent, self.state.unsent = self.state.unsent, []
            self.advance(seconds=len(unsent))  # a repeat comes later
            for body in unsent:
                self._post(body)
            self.take_feed()
            self.consume()
            self.run()
            pending, self.state.pending = self.state.pending, []
            for act in pending:
                if self.again(act) >= 500 and act not in self.state.pending:
                    self.state.pending.append(act)
            self.take_receipts()
            self.run()
            state = self.state
            waits = state.unsent or state.feed or state.queue or state.pending
            if not (waits or state.receipts or state.notices):
                break
        self.state.parked += self.state.feed + self.state.queue + self.state.notices
        self.state.feed, self.state.queue, self.state.notices = [], [], []

    def to_the_end(self) -> None:
        """Let every timer fire until no execution is left, then sweep; raises when that never comes."""
        for _ in range(60):
            if not self.to_timer():
                break
            self._decide_what_waits()
        else:
            raise Restless(f"no end: {self.histories()}")
        for _ in range(2):
            self.advance(minutes=20)
            self.sweep()
            self.repeat()
        self.state.rested = True

    def _decide_what_waits(self) -> None:
        """A person ends an application past its limit, which the clock may not (invariant 23)."""
        for one in self.machine.of("case"):
            if not one.live or one.state not in ("Acceptance", "Assignment"):
                continue
            case_id = CaseId.parse(one.data["case_id"])
            if selections.standing_of(cases.get(case_id)):
                self.carry_out(partial(_decline, case_id))
                self.run()

    def forget_what_came(self) -> None:
        """Leave out of later redeliveries what came so far: other scenes redeliver just that."""
        state = self.state
        state.queued, state.given_notices, state.given_receipts, state.accepted = [], [], [], []
        state.fed = []

    def redeliver_everything(self) -> None:
        """Once more: every event, every queue message, every receipt, every answer, a sweep."""
        for body, _ in list(self.state.accepted):
            self._post(body)
        self.state.feed += self.state.fed
        self.state.queue += self.state.queued
        self.state.receipts += self.state.given_receipts
        # A message whose wait still lives may have found more to do by now; the others must do nothing.
        live = {one.token for one in self.machine.executions.values() if one.token}
        live |= {row["token"] for row in rows() if "token" in row}
        self.state.notices += [b for b in self.state.given_notices if json.loads(b)["token"] not in live]
        if self.state.borrower.confirmed:
            self.press_send()
        done = [name for name, status in self.state.answers.items() if status == DONE]
        for name in () if self.state.raced else done:
            self.press(name)
        self.repeat()
        self.sweep()
        self.repeat()

    def effects(self) -> Any:
        """Return all that a repeat must not change; a form that wakes a machine lets it look, no more."""
        looks_anew = bool(self.state.answers or self.machine.of("repayment"))
        woken = {"token", "entered"} if looks_anew else set()
        seen = [{name: row[name] for name in row.keys() - woken} for row in rows()]
        kept = sorted(json.dumps(row, sort_keys=True, default=str) for row in seen)
        executions = [(one.name, one.status, one.state) for one in self.machine.executions.values()]
        return kept, executions, [delivery.message_id for delivery in self.providers.outbox]

    def signature(self) -> str:
        """Return all that the future depends on, with random names replaced: equal worlds go on equally."""
        state = self.state
        parts = [
            str(
                (
                    state.now,
                    state.feed,
                    state.queue,
                    sorted(set(state.queued)),
                    state.parked,
                    state.unsent,
                    state.pending,
                )
            ),
            str((state.accepted, state.borrower, sorted(state.claimed.items()), self.providers.refuse)),
            str((state.rested, state.gave_up, state.lag, state.feed)),
            str((state.alibaba_share, state.chance, state.apps, state.told, state.answers)),
            str(sorted(key for key in state.objects if not key.startswith(RECORDS))),
            str((state.receipts, sorted(set(state.given_receipts)), state.notices)),
            *sorted(
                (json.dumps(row, sort_keys=True) for row in rows() if row["sk"] != "LINK"), key=_nameless
            ),
            *(each.signature() for each in self.machine.executions.values()),
            *(f"{each.notice} {each.at} {each.text} {self.opens(each)}" for each in self.providers.outbox),
            *(f"{each.to} {each.at} {each.text}" for each in self.providers.strangers),
        ]
        names: dict[str, str] = {}
        return _NAMES.sub(lambda found: names.setdefault(found[0], f"name{len(names)}"), "\n".join(parts))

    def histories(self) -> dict[str, list[str]]:
        """Return each execution's states, the last ten."""
        return {name: one.history[-10:] + one.errors[-5:] for name, one in self.machine.executions.items()}

    def duplicates(self) -> list[tuple[str, str, str]]:
        """Return the notices that were delivered more than once."""
        counted = Counter(delivery.notice for delivery in self.providers.outbox)
        counted.update((one.to, one.text, one.channel) for one in self.providers.strangers)
        return [notice for notice, times in counted.items() if times > 1]


def _nameless(text: str) -> str:
    return _NAMES.sub("", text)


def _decline(case_id: CaseId, office: Office) -> None:
    Accept(office.wiring.timers).decline(case_id, "clerk", "too late", office.now())
