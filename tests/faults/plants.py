"""Bugs planted in the product: each takes one guard out of its source, and the suite must notice."""

from __future__ import annotations
import __future__

import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Plant:
    """`where` is `module:function` or `module:Class.method`; `guard` in its source becomes `gap`.

    `more` are further such pairs, `beside` other functions whose guard goes too, (where, guard, gap) each:
    two guards of one thing are seen only together. `scenes` names the scenarios or races of which one must
    see it, `at` the calls that are to fail (all of them when it is empty).
    """

    name: str
    where: str
    guard: str
    gap: str
    scenes: tuple[str, ...]
    more: tuple[tuple[str, str], ...] = ()
    at: tuple[str, ...] = ()
    beside: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        return self.name

    def put(self, patch: pytest.MonkeyPatch) -> None:
        """Plant the bug wherever the function is known; fails when a guard is not there any more."""
        _put(patch, self.where, ((self.guard, self.gap), *self.more))
        for where, *pair in self.beside:
            _put(patch, where, (tuple(pair),))


def _put(patch: pytest.MonkeyPatch, where: str, pairs: Iterable[tuple[str, ...]]) -> None:
    module_name, _, path = where.partition(":")
    module = importlib.import_module(module_name)
    owner_name, _, name = path.rpartition(".")
    owner = getattr(module, owner_name) if owner_name else module
    kept = inspect.getattr_static(owner, name)
    source = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    for guard, gap in pairs:
        assert source.count(guard) == 1, f"{where} has no longer the guard {guard!r}"
        source = source.replace(guard, gap)
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    code = compile(source, where, "exec", flags, dont_inherit=True)
    exec(code, vars(module), made)  # noqa: S102
    if owner is not module:
        patch.setattr(owner, name, made[name])
        return
    for known in [known for known in sys.modules.values() if _is_product(known)]:
        for label, value in list(vars(known).items()):
            if value is kept:
                patch.setattr(known, label, made[name])


def _is_product(module: Any) -> bool:
    name = getattr(module, "__name__", "")
    return isinstance(name, str) and (name == "app" or name.startswith("chalicelib"))


PLANTS = (
    Plant(
        "what nobody can read is let go",
        "chalicelib.workflow.take_feed:TakeFeed._park",
        "key = self.quarantine.put(entry, lender, body, faults, now)",
        'key = ""',
        ("events from a lender's account",),
    ),
    Plant(
        "a claim does not look whether the case is over",
        "chalicelib.store.claims:_permitted",
        " & standing",
        "",
        ("sender x feedback",),
    ),
    Plant(
        "a claim has no condition",
        "chalicelib.store.claims:claim",
        "actions, _permitted(case, key, unreached))",
        "actions)",
        ("two senders",),
        (("counted, unchanged)", "counted)"),),
    ),
    Plant(
        "a claim does not look at the balance",
        "chalicelib.store.claims:_permitted",
        "does_not_exist() & unchanged",
        "does_not_exist()",
        ("sender x part payment",),
        ((" & unsaid", ""),),
    ),
    Plant(
        "a claim does not look whether the person changed",
        "chalicelib.store.claims:claim",
        "counted, unchanged)",
        "counted)",
        ("sender x opt-out",),
    ),
    Plant(
        "a cap is not counted where it is claimed",
        "chalicelib.store.claims:claim",
        "counted, unchanged)",
        "counted)",
        ("two loans of one person",),
    ),
    Plant(
        "a fallback does not look whether the step arrived",
        "chalicelib.store.claims:_permitted",
        "if unreached else condition",
        "if False else condition",
        ("fallback x receipt",),
    ),
    Plant(
        "case and person are read apart",
        "chalicelib.store.claims:read_together",
        "if own <= known else",
        "if True else",
        ("two senders",),
    ),
    Plant(
        "a message leaves before its bytes are kept",
        "chalicelib.notices.send:Sender.send",
        "self._keep(ground, notice)",
        "pass",
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "one's own claim is not recognised",
        "chalicelib.store.claims:_what_stands",
        "case.claims.get(key) == value and",
        "False and",
        ("first notice",),
        at=("TransactWriteItems claim",),
    ),
    Plant(
        "the sweeper takes up no delivery",
        "chalicelib.workflow.sweep_deliveries:mend_step",
        "return timers.ensure_delivering(",
        "return False and timers.ensure_delivering(",
        ("sweep, delivery lost",),
    ),
    Plant(
        "a one-time code is not used up",
        "chalicelib.borrower.verify:Verify._uses",
        " and access_codes.use(case.id, issued.number)",
        "",
        ("one-time code",),
    ),
    Plant(
        "the SDK repeats sends",
        "chalicelib.wiring:Wiring._config",
        "retries + 1",
        "3",
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "a refused send keeps its claim",
        "chalicelib.notices.send:Sender.send",
        "claims.release(ground.case, ground.person.key, notice.key, value)",
        "pass",
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "link and wait are stored after the sends",
        "chalicelib.workflow.dispatch:Dispatch.send",
        "if rows:\n        batch.write(rows)",
        "store = lambda: batch.write(rows)",
        ("first notice",),
        (("return results", "store()\n    return results"),),
        at=("SendEmail",),
    ),
    Plant(
        "an unsure send is sent again",
        "chalicelib.channels:result_of",
        "else Unsure(name)",
        "else Refused(name, again=True)",
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "a 5xx is taken for a refusal",
        "chalicelib.channels:result_of",
        "status >= 500",
        "False",
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "the send is recorded before it is done",
        "chalicelib.notices.send:Sender.send",
        "match self.channels",
        'self._record(ground, FactKind.SENT, notice, provider_message_id="?")\n    match self.channels',
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "an event's other body is not noticed",
        "chalicelib.store.events:take",
        "earlier.sha256 != event.sha256",
        "False",
        ("intake, same id, other body",),
    ),
    Plant(
        "an event is queued only when its row is new",
        "chalicelib.intake.take:Intake.keep",
        "self.queue.put(taken.reference)",
        "if taken.received_at == now: self.queue.put(taken.reference)",
        ("intake",),
    ),
    Plant(
        "executions have names of their own",
        "chalicelib.timers:Timers._start",
        "name=name,",
        "name=name + __import__('uuid').uuid4().hex[:8],",
        ("open the case",),
    ),
    Plant(
        "facts are written over",
        "chalicelib.store.writes:put_new",
        "row.save(condition=Row.pk.does_not_exist())",
        "row.save()",
        ("intake", "part payment", "receipts"),
    ),
    Plant(
        "a case is opened over an open one",
        "chalicelib.store.cases:open_first",
        "condition=Row.pk.does_not_exist()",
        "",
        ("open the case",),
    ),
    Plant(
        "the sweeper writes no UNKNOWN",
        "chalicelib.workflow.sweep:Sweep._settle_claims",
        'stuck = [key for key in over if states[key] == "SENDING"]',
        "stuck = []",
        ("first notice",),
        at=("SendTextMessage",),
    ),
    Plant(
        "the sweeper does not wait for the lease",
        "chalicelib.notices.send:lease_over",
        "return now.timestamp() >",
        "return True or now.timestamp() >",
        ("sender x sweeper",),
    ),
    Plant(
        "the sweeper does not hear receipts",
        "chalicelib.notices.state:notice_states",
        "for fact in facts:",
        "for fact in ():",
        ("first notice, receipts late and twice",),
        at=("PutItem SENT",),
    ),
    Plant(
        "the sweeper starts no orphan",
        "chalicelib.workflow.sweep:Sweep._restart",
        "started = self.timers.ensure_running(case.id, timers)",
        "started = False",
        ("sweep, execution lost early",),
    ),
    Plant(
        "the sweeper wakes nobody",
        "chalicelib.workflow.sweep:_signal_was_lost",
        "return case.answered and",
        "return False and",
        ("feedback of one who gives up",),
    ),
    Plant(
        "a failed record of a batch is dropped",
        "app:_each",
        'return {"batchItemFailures": failed}',
        "return None",
        ("open the case",),
    ),
    Plant(
        "an answer whose acknowledgement was lost counts as refused",
        "chalicelib.store.answers:add",
        "if facts.exists(case_id, fact.kind, *fact.which):\n        return False",
        "raise CaseClosed",
        ("feedback",),
        at=("TransactWriteItems CASE+FEEDBACK",),
    ),
    Plant(
        "a restarted execution forgets where the case stood",
        "chalicelib.workflow.send_notice:SendNotice._resumed",
        "if before.token == task.token or",
        "if True or before.token == task.token or",
        ("restart of all, second wait",),
    ),
    Plant(
        "a restarted execution takes a used name",
        "chalicelib.timers:Timers._ensure",
        'f"{base}-r{n}"',
        "base",
        ("sweep, execution lost while waiting",),
    ),
    Plant(
        "a token that is over counts as a failure",
        "chalicelib.timers:Timers._signal",
        "not in _GONE",
        "not in ()",
        ("settlement",),
    ),
    Plant(
        "a lost claim is not looked into",
        "chalicelib.workflow.send_notice:SendNotice._carry_out",
        "return self._is_over(this, task)",
        "return True",
        ("sender x part payment",),
    ),
    Plant(
        "a late repeat is told to the loan's next case",
        "chalicelib.intake.say:say",
        "if upstream.told_before(known):",
        "if False:",
        ("overdue again",),
    ),
    Plant(
        "a send in doubt fails over",
        "chalicelib.channels.route:Routed.send",
        "if isinstance(result, Refused) and result.again:",
        "if isinstance(result, Unsure):",
        ("failover, the first at fault",),
        at=("SendTextMessage",),
    ),
    Plant(
        "two senders fail over together",
        "chalicelib.store.claims:claim",
        "actions, _permitted(case, key, unreached))",
        "actions)",
        ("two senders, failover",),
        (("counted, unchanged)", "counted)"),),
    ),
    Plant(
        "the second provider's own fault is taken for a refusal",
        "chalicelib.channels.alibaba_sms:_result",
        "return Unsure(code)",
        "return Refused(code, again=True)",
        ("failover, the other way",),
        at=("SendSms",),
    ),
    Plant(
        "silence is taken for a refusal",
        "chalicelib.channels.post:post",
        "return Unsure(type(error).__name__)",
        "return Refused(type(error).__name__, again=True)",
        ("failover, the other way", "in-app"),
        at=("SendSms", "PostNotice"),
    ),
    Plant(
        "a proxy's word is taken for the app's",
        "chalicelib.channels.in_app:_result",
        "if status in _PROXY:",
        "if False:",
        ("in-app",),
        at=("PostNotice",),
    ),
    Plant(
        "a letter's manifest is written over",
        "chalicelib.channels.letter:PrintOutbox.send",
        ', IfNoneMatch="*"',
        "",
        ("a letter",),
        at=("PutObject outbox.json",),
    ),
    Plant(
        "a letter handed over already counts as refused",
        "chalicelib.channels.letter:_outcome",
        'if isinstance(result, Refused) and result.code == "PreconditionFailed":',
        "if False:",
        ("a letter",),
        at=("PutObject outbox.json",),
    ),
    Plant(
        "a letter that may be tried again is left in doubt",
        "chalicelib.channels.letter:_outcome",
        "if isinstance(result, Unsure) or",
        "if",
        ("a letter",),
        at=("PutObject outbox.json",),
    ),
    Plant(
        "a letter's pages are not kept",
        "chalicelib.notices.send:Sender._keep",
        "if message.pdf:",
        "if False:",
        ("a letter",),
        at=("PutObject outbox.pdf",),
    ),
    Plant(
        "of the print house's file only the first line is taken",
        "chalicelib.workflow.take_receipt:TakeReceipt.__call__",
        "for each in told:",
        "for each in told[:1]:",
        ("the print house, delivered",),
        at=("GetObject events",),
    ),
    Plant(
        "what nobody can read is dropped",
        "chalicelib.notices.print_house:PrintHouse.events_of",
        "if rejected:",
        "if False:",
        ("the print house, returned",),
        at=("GetObject events",),
    ),
    Plant(
        "a push is answered, its first report not queued",
        "chalicelib.channels.alibaba_push:report_bodies",
        "for item in _items(body))",
        "for item in _items(body)[1:])",
        ("Alibaba's reports",),
    ),
    Plant(
        "a time is booked that another case has",
        "chalicelib.mediation.schedule:Schedule._write",
        "beside=[booked], gone=gone",
        "beside=[], gone=gone",
        ("one time for two cases",),
    ),
    Plant(
        "another's act under the same number counts as a repeat",
        "chalicelib.mediation.standing:move",
        "if facts.stands(fact):",
        "if facts.exists(case.id, fact.kind, *fact.which):",
        ("two times of one case",),
    ),
    Plant(
        "a booking that died before its invitation is not told by its repeat",
        "chalicelib.mediation.schedule:Schedule.book",
        "return self._invite(case, before, now)",
        "return before",
        ("booking",),
        at=("TransactWriteItems 2026+CASE+MEETING",),
    ),
    Plant(
        "a code that signed is not used up with the signature",
        "chalicelib.store.signatures:_write",
        "[SigningCodeRow.used.set(True)]",
        "[SigningCodeRow.used.set(False)]",
        ("signing",),
        at=("TransactWriteItems CASE+SIGNATURE+SIGNING",),
    ),
    Plant(
        "a seal does not look at what was paid",
        "chalicelib.store.agreement_steps:seal",
        "CaseStatus.PLAN_ACTIVE, now, paid)",
        "CaseStatus.PLAN_ACTIVE, now)",
        ("sealing x payment",),
    ),
    Plant(
        "what all have signed is refused",
        "chalicelib.store.agreement_steps:leave_unsigned",
        "fact.at, unsigned)",
        "fact.at)",
        ("refusal x last signature",),
    ),
    Plant(
        "a signature does not look whether the text still waits",
        "chalicelib.store.signatures:_write",
        " & (CaseRow.status == signing)",
        "",
        ("last signature x refusal",),
    ),
    Plant(
        "a step of a complaint does not look whether another was taken",
        "chalicelib.store.complaint_steps:_write",
        "unmoved & ComplaintRow.pk.exists()",
        "ComplaintRow.pk.exists()",
        ("two decisions",),
        (
            (
                "condition=FactRow.pk.does_not_exist()",
                "condition=FactRow.pk.exists() | FactRow.pk.does_not_exist()",
            ),
        ),
    ),
    Plant(
        "a letter that died with its decision is sent by nobody",
        "chalicelib.complaints.steer:Steer.__call__",
        "self._make_sure_told(found, now)",
        "found, None",
        ("deciding a complaint",),
        at=("TransactWriteItems CASE+HANDLING+K1AAKAAA2222",),
        beside=(
            (
                "chalicelib.complaints.decide:Decide.__call__",
                "tell(found, of_decision(found), self.timers, found.decision.at)",
                "pass",
            ),
        ),
    ),
    Plant(
        "a step whose acknowledgement was lost counts as another's",
        "chalicelib.store.complaint_steps:take",
        " or (moved.sequence, step) in _last(moved)",
        "",
        ("taking a complaint up",),
        at=("TransactWriteItems HANDLING+K1AAKAAA2222",),
    ),
    Plant(
        "who is complained of handles his own complaint",
        "chalicelib.complaints.standing:require_impartial",
        "if actor.id in complained_of(complaint):",
        "if False:",
        ("handler x named",),
    ),
    Plant(
        "of two wishes for more time neither sees the other",
        "chalicelib.mediation.extend:Extend.__call__",
        "{fact.which[0] for fact in facts.of(case_id, FactKind.EXTENSION)}",
        "{side.value}",
        ("both sides want more time",),
    ),
    Plant(
        "a breach does not look whether something was paid",
        "chalicelib.store.plan_changes:breach",
        "_as_read(case) & unheld",
        "held",
        ("breach x payment",),
    ),
)
