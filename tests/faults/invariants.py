"""What must hold when everybody has repeated what failed and the sweeper has run: read from the raw rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from chalicelib import links, profiles
from chalicelib.borrower.receipt import RECEIPT
from chalicelib.domain.codes import CaseStatus
from chalicelib.domain.keys import loan_key
from chalicelib.domain.mediation import STAGE_OF
from chalicelib.domain.moments import from_stamp
from chalicelib.domain.plan_stage import KEPT_TO
from tests.faults.agreed import mediated
from tests.faults.buckets import digest
from tests.faults.desks import handled
from tests.faults.lambdas import OF_AN_AGREEMENT
from tests.faults.people import REPLIES, UNCAPPED
from tests.faults.plane import Call, Fault, Mode
from tests.faults.provider import Delivery
from tests.faults.state import Row, rows
from tests.faults.submissions import codes, sent
from tests.faults.world import World
from tests.road import KEYS, RECORDS

PROFILE = profiles.versions("CN")[0]
STEPS = {
    step.stage.value: (step.name, [channel.value for channel in step.channels])
    for step in PROFILE.steps
    if step.stage
}
_OUTBOX = ("PutObject outbox.pdf", "PutObject outbox.json")
SENDS = ("SendTextMessage", "SendSms", "SendEmail", "SendVoiceMessage", "PostNotice")


def violations(world: World) -> list[str]:
    """Return every broken invariant in words, none when all hold."""
    found = [f"delivered twice: {notice}" for notice in world.duplicates()]
    found += [f"parked: {body}" for body in world.state.parked if "poison" not in body]
    found += [f"the borrower never got through: {act}" for act in world.state.pending]
    found += [f"never accepted: {body!r}" for body in world.state.unsent]
    found += _events(world)
    found += _quarantine(world)
    for row in rows():
        if row["sk"].partition("#")[0] == "CASE" and row["generation"] != "0":
            found += _case(world, row)
    found += [fault for delivery in world.providers.outbox for fault in _delivery(world, delivery)]
    found += _caps(world)
    found += sent(world)
    found += codes(world)
    found += _told(world)
    found += mediated(world)
    found += handled(world)
    return found


def _told(world: World) -> Iterator[str]:
    """What a provider was told to have been taken is on record, and what nobody can read is set aside."""
    for case_id, step, channel, word in world.state.told:
        key, generation = case_id.rsplit("-", 1)
        own = f"{int(generation):04d}#T#RECEIPT#{step}#{channel}#"
        facts = [row["sk"] for row in rows() if row["pk"] == f"LOAN#{key}" and row["sk"].startswith(own)]
        if not any(sk.endswith(f"#{word}") for sk in facts):
            yield f"{channel} {word} was taken, yet it is not on record"
    objects = world.state.objects
    if any("/events/" in key for key in objects) and not any("/rejected/" in key for key in objects):
        yield "a line nobody can read was dropped"


def notice_of(call: Call) -> tuple[str, str] | None:
    """Return the case and step of a call that sends over one of several providers, or to an app."""
    match call.operation:
        case "SendTextMessage":
            return call.body["Context"]["case_id"], call.body["Context"]["step"]
        case "SendSms":
            case_id, _, step = call.body["asked"]["OutId"].partition(".")
            return case_id, step
        case "PostNotice":
            told = json.loads(call.body["body"])
            return told["case_id"], told["step"]
    return None


_ONE_CHANNEL = ({"SendTextMessage", "SendSms"}, {"PostNotice"})


def followed(world: World, fault: Fault | None) -> Iterator[str]:
    """After a send of unknown outcome nobody asks a provider of this channel for this notice again."""
    hit, calls = world.plane.hit, world.plane.calls
    if fault is None or hit is None or hit.operation not in SENDS or not may_be_unknown(hit, fault):
        return
    channel = next((names for names in _ONE_CHANNEL if hit.operation in names), set())
    for later in calls[fault.number :]:
        if later.operation in channel and notice_of(later) == notice_of(hit):
            yield f"in doubt, yet {later.operation} followed"


def _caps(world: World) -> Iterator[str]:
    """One SMS and one e-mail in 24 hours for each person, over all his cases (CN.text_email_daily)."""
    for channel in ("SMS", "EMAIL"):
        counted = [one for one in world.providers.outbox if not one.tags["step"].startswith(UNCAPPED)]
        written = sorted((one.to, one.at) for one in counted if one.channel == channel)
        for (to, at), (same, later) in pairwise(written):
            if to == same and later - at < timedelta(days=1):
                yield f"{channel} twice in a day: {at} and {later}"


def _is_kept(world: World, delivery: Delivery) -> bool:
    """Whether the records hold this very message."""
    case_id = delivery.notice[0]
    objects = world.state.objects.items()
    if delivery.pages:
        return any(f"{case_id}/letters/" in key and digest(body) == delivery.pages for key, body in objects)
    kept = [json.loads(body) for key, body in objects if f"{case_id}/notices/" in key]
    return any(delivery.text == each["text"] for each in kept)


def facts_of(world: World, row: Row) -> list[tuple[str, ...]]:
    """Return a case's facts as (kind, which…)."""
    prefix = f"{int(row['generation']):04d}#T#"
    return [
        tuple(each["sk"].removeprefix(prefix).split("#"))
        for each in rows()
        if each["pk"] == row["pk"] and each["sk"].startswith(prefix)
    ]


def id_of(row: Row) -> str:
    return f"{row['pk'].removeprefix('LOAN#')}-{row['generation']}"


def _events(world: World) -> Iterator[str]:
    """An accepted event always ends in its case, and so does one that a lender's account sent."""
    fed = [each for each in world.state.fed if each.startswith("{")]
    accepted = [json.loads(body) for body, _ in world.state.accepted] + [json.loads(body) for body in fed]
    for event in accepted:
        reference = links.event_reference(event["source"], event["id"], KEYS["reference_key"].encode())
        pk = f"LOAN#{loan_key(event['source'], event['subject'])}"
        own = [row for row in rows() if row["pk"] == pk]
        heads = [row for row in own if row["sk"].startswith("CASE")]
        told = tuple(f"{kind}#{reference}" for kind in ("BALANCE", "HOLD", "CONTACT"))
        restated = any(row["sk"].endswith(told) for row in own)
        if event["type"] == "loan.settled.v1":
            if not any(row["status"] == "CLOSED" and row["balance_at"] >= event["time"] for row in heads):
                yield f"settled, yet not closed: {event['id']}"
        elif not restated and not any(row.get("opened_by") == event["id"] for row in heads):
            yield f"accepted, yet no case knows of it: {event['id']}"


def _quarantine(world: World) -> Iterator[str]:
    """What a lender's account sent and nobody can read waits, with its reason, once."""
    for body in {each for each in world.state.fed if not each.startswith("{")}:
        key = f"{RECORDS}/quarantine/-/sqs/{hashlib.sha256(body.encode()).hexdigest()}"
        if world.state.objects.get(key) != body.encode() or f"{key}.json" not in world.state.objects:
            yield f"neither taken nor kept: {body}"


def _case(world: World, row: Row) -> Iterator[str]:
    facts, is_open = facts_of(world, row), row["status"] != "CLOSED"
    yield from _executions(world, row, is_open)
    if is_open and CaseStatus(row["status"]) not in STAGE_OF:
        yield from _owed(world, row, facts)
        yield from _watched(world, row, facts)
    yield from _timeline(world, row, facts)
    for (case_id, key), (_, over) in world.state.claimed.items():
        if case_id == id_of(row) and over:
            yield f"claimed {key} after the case was over or the channel silenced"
    yield from _timely(world, row)
    if not is_open and "open_day" in row and world.state.rested:
        yield "at rest, yet still in the sweeper's index"
    yield from _feedback(world, row, facts, is_open)


def _timeline(world: World, row: Row, facts: list[tuple[str, ...]]) -> Iterator[str]:
    """The timeline says what happened, and nothing else."""
    kinds = {fact[0] for fact in facts}
    if world.state.given_receipts:
        yield from (f"UNKNOWN, yet its receipt had come: {fact}" for fact in facts if _heard(fact, facts))
    if row["status"] == "RECEIVED" and "SENT" in kinds:
        yield "a notice went out, yet the case is RECEIVED"
    if "no notice could be sent" in row.get("closed_reason", "") and kinds & {"SENT", "RECEIPT", "UNKNOWN"}:
        yield "closed as if no notice had gone out, yet one is on record"
    delivered = {delivery.notice for delivery in world.providers.outbox}
    for kind, *which in facts:
        if kind == "SENT" and (id_of(row), *which) not in delivered:
            yield f"recorded as sent, yet no provider has it: {which}"


def _timely(world: World, row: Row) -> Iterator[str]:
    """Silence closes a case when the profile says so, not before and hardly later, whatever broke."""
    if row.get("outcome") == "NO_RESPONSE" and "noticed_at" in row:
        took = from_stamp(row["closed_at"]) - from_stamp(row["noticed_at"])
        late = took - timedelta(seconds=PROFILE.response_time)
        if not -_headstart(row) <= late <= world.state.lag:
            yield f"closed {late} after the last window"


def _headstart(row: Row) -> timedelta:
    """How long before its first message a case may count: a fallback leaves within its step's budget."""
    first = PROFILE.steps[0]
    at_once = any(f"{first.name}#{channel.value}" in row.get("claims", {}) for channel in first.channels)
    return timedelta(minutes=5) if at_once else timedelta(seconds=first.budget)


def _heard(fact: tuple[str, ...], facts: list[tuple[str, ...]]) -> bool:
    return fact[0] == "UNKNOWN" and any(one[0] == "RECEIPT" and one[1:3] == fact[1:3] for one in facts)


def _executions(world: World, row: Row, is_open: bool) -> Iterator[str]:
    """One live execution per open case, and the token on record is the one that wakes it."""
    live = world.machine.live(id_of(row))
    if row["status"] in KEPT_TO:
        yield from (f"{row['status']}, yet its case waits in {one.state}" for one in live)
        plans = world.machine.of("repayment")
        live = [one for one in plans if one.live and one.case_id == id_of(row)]
    if len(live) != is_open:
        states = [one.state for one in live]
        yield f"{row['status']} case with {len(live)} live executions {states} {world.histories()}"
    elif is_open:
        place = row["pk"], f"{int(row['generation']):04d}#WAIT"
        waits = [each for each in rows() if (each["pk"], each["sk"]) == place]
        token = waits[0]["token"] if waits else None
        if token != live[0].token:
            yield f"the wait on record cannot wake the execution in {live[0].state}: {waits}"


def _owed(world: World, row: Row, facts: list[tuple[str, ...]]) -> Iterator[str]:
    """Every notice of every stage that was entered is delivered or on record as what became of it."""
    settled = {tuple(fact[1:3]) for fact in facts if fact[0] in ("FAILED", "UNKNOWN", "DENIED", "SENT")}
    settled |= {
        delivery.notice[1:] for delivery in world.providers.outbox if delivery.notice[0] == id_of(row)
    }
    live = world.machine.live(id_of(row))
    if live and live[0].state == "AwaitWindow":
        settled |= {tuple(fact[1:3]) for fact in facts if fact[0] == "DEFERRED"}
    entered = {
        state
        for one in world.machine.executions.values()
        if one.case_id == id_of(row)
        for state in one.history
    }
    for stage, (step, channels) in STEPS.items():
        for channel in channels:
            if stage in entered and (step, channel) not in settled:
                yield f"lost silently: {step} over {channel}"


def _watched(world: World, row: Row, facts: list[tuple[str, ...]]) -> Iterator[str]:
    """A step whose time is not over, and which nobody has received, is seen delivered by an execution."""
    for step in PROFILE.steps:
        own = [value for key, value in row.get("claims", {}).items() if key.startswith(f"{step.name}#")]
        began = min((int(value.rpartition("@")[2]) for value in own), default=0)
        over = world.now().timestamp() > began + step.budget - 3600
        if not began or over or step.name in row.get("reached", ()) or ("UNREACHED", step.name) in facts:
            continue
        name = f"{id_of(row)}-{step.name}"
        if not any(one.live and one.name.startswith(name) for one in world.machine.of("delivery")):
            yield f"nobody sees {step.name} delivered"


def _feedback(world: World, row: Row, facts: list[tuple[str, ...]], is_open: bool) -> Iterator[str]:
    """Whoever answered is no longer reminded, and his feedback is confirmed."""
    live = world.machine.live(id_of(row))
    stage = STAGE_OF.get(CaseStatus(row["status"]))
    if is_open and stage and row["status"] not in KEPT_TO and [one.state for one in live] != [stage.value]:
        yield f"{row['status']}, yet the execution is in {[one.state for one in live]}"
    told = {fact[0] for fact in facts if fact[1:2] == (RECEIPT,)}
    if is_open and any(fact[0] == "FEEDBACK" for fact in facts) and not told & {"SENT", "UNKNOWN"}:
        yield f"answered, yet the answer was never confirmed: {sorted(told)}"


def _delivery(world: World, delivery: Delivery) -> Iterator[str]:
    """A delivered message is on record, says the amount on record when it was claimed, and its link lives."""
    case_id, step, channel = delivery.notice
    key, generation = case_id.rsplit("-", 1)
    own = [row["sk"] for row in rows() if row["pk"] == f"LOAN#{key}"]
    kept = [f"{int(generation):04d}#T#{kind}#{step}#{channel}" for kind in ("SENT", "UNKNOWN", "RECEIPT")]
    if not any(sk.startswith(prefix) for sk in own for prefix in kept):
        yield f"sent, yet nothing is on record: {delivery.notice}"
    total, _ = world.state.claimed.get((case_id, f"{step}#{channel}"), (None, False))
    if total is None:
        yield f"sent without a claim: {delivery.notice}"
    else:
        yield from _amount(delivery, total)
    if not _is_kept(world, delivery):
        yield f"sent, yet its bytes are not kept: {delivery.notice}"
    if not world.opens(delivery):
        yield f"dead link: {delivery.notice}"


def _amount(delivery: Delivery, total: int) -> Iterator[str]:
    """A notice says the amount, a call and an answer to him do not; an agreement has amounts of its own."""
    _, step, channel = delivery.notice
    if channel == "VOICE" or step.startswith(REPLIES):
        if any(digit in delivery.text for digit in (f"{total / 100:,.2f}", str(total))):
            yield f"it names the amount: {delivery.notice}"
    elif not step.startswith(OF_AN_AGREEMENT) and f"{total / 100:,.2f}" not in delivery.text:
        yield f"the message does not say {total}: {delivery.notice}"


def unknown(world: World) -> list[tuple[str, ...]]:
    """Return the notices recorded as UNKNOWN."""
    return [
        tuple(row["sk"].split("#")[3:])
        for row in rows()
        if row["pk"].startswith("LOAN#") and "#T#UNKNOWN#" in row["sk"]
    ]


def may_be_unknown(call: Call, fault: Fault) -> bool:
    """Whether physics allows UNKNOWN after this fault: from the claim to the record of what came of it.

    The send itself: any failure that does not say "no" for sure. The claim: the sender died with it, or
    cannot learn that it has it. The record and the release: the sender died or the table stayed away.
    """
    gone = fault.mode in (Mode.CRASH_BEFORE, Mode.CRASH_AFTER)
    if call.operation == "PostNotice" and fault.mode == Mode.HTTP500_LOST:
        return False  # the app's own word that it has nothing
    if call.name in _OUTBOX or call.operation == "GetSecretValue":
        return gone  # a manifest is written once, and the app's secret read first: neither leaves a doubt
    if call.operation in SENDS:
        return gone or fault.mode in (Mode.READ_TIMEOUT, Mode.HTTP500, Mode.HTTP500_LOST)
    if call.name == "TransactWriteItems claim":
        written = fault.mode in (Mode.READ_TIMEOUT, Mode.HTTP500)
        return fault.mode == Mode.CRASH_AFTER or (written and fault.lasting)
    if call.name in ("PutItem SENT", "PutItem FAILED", "TransactWriteItems release"):
        unwritten = fault.mode in (Mode.CONNECT, Mode.THROTTLE, Mode.HTTP500_LOST)
        return fault.mode == Mode.CRASH_BEFORE or (unwritten and fault.lasting)
    return False
