"""Who calls the deployment: a loan system that repeats, queues that redeliver, providers, a borrower."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from standardwebhooks import Webhook

from chalicelib import links
from chalicelib.channels.alibaba_push import path_token
from chalicelib.channels.letter_events import SCHEMA
from chalicelib.complaints.tell import TOLD as COMPLAINTS
from chalicelib.domain.moments import stamp
from tests.faults.lambdas import ANSWERS, Lambdas
from tests.faults.machine import TaskFailed
from tests.faults.plane import Act, Call, answer
from tests.faults.provider import Delivery
from tests.faults.state import rows
from tests.road import KEYS, PRINTS, SECRET
from tests.walk import FEEDBACK, Answers, walk

FACTOR = "123X"
REPLIES = (*ANSWERS, *COMPLAINTS)
"""Messages that answer an act of his own or a complaint: they say nothing of the debt, no cap counts them."""
UNCAPPED = (*REPLIES, "meeting_", "agreement_to_sign", "signing_code", "plan_completed", "court_reminder")
"""Messages that no cap delays."""
_FORM = "application/x-www-form-urlencoded"
ROLE = "AROAEXAMPLEEXAMPLE23"
"""Who speaks for the lender from an AWS account of his own."""


class People(Lambdas):
    """A deployment and those who call it."""

    def __init__(self) -> None:
        super().__init__()
        self.plane.services = {**self.plane.services, "sqs": self._sqs}
        self.providers.on_delivery = self._delivered

    def post(self, name: str = "overdue", **changes: Any) -> int:
        """Send an event once; what is not answered 2xx is sent again by `settle`."""
        return self._post(self.road.event(name, **changes))

    def example(self, name: str) -> dict[str, Any]:
        """Return an example event to be changed."""
        event: dict[str, Any] = json.loads(self.road.event(name))
        return event

    def post_body(self, event: dict[str, Any]) -> int:
        """Send a changed event once."""
        return self._post(json.dumps(event, ensure_ascii=False).encode())

    def _post(self, body: bytes) -> int:
        stamp = str(int(self.now().timestamp()))
        signature = Webhook(SECRET).sign("m1", self.now(), body.decode())
        reply = self.http(
            "POST",
            "/v1/events",
            body.decode(),
            content_type="application/cloudevents+json",
            webhook_id="m1",
            webhook_timestamp=stamp,
            webhook_signature=signature,
        )
        status = int(reply["statusCode"])
        if 200 <= status < 300:
            self.state.accepted.append((body, json.loads(reply["body"])["reference"]))
        elif status >= 500:
            self.state.unsent.append(body)
        return status

    def _sqs(self, call: Call, moto: Act) -> Any:
        if call.operation != "SendMessage":
            return moto()
        body = call.body["MessageBody"]
        if "receipts" in call.body["QueueUrl"]:
            self.state.receipts.append(body)
            self.state.given_receipts.append(body)
        else:
            self.state.queue.append(body)
            self.state.queued.append(body)
        digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
        return answer(200, {"MessageId": str(len(self.state.queued)), "MD5OfMessageBody": digest})

    def consume(self) -> None:
        """Hand the queued events to the consumer once, in one batch; what fails stays queued."""
        self.state.queue = self.batch("take_loan_event", self.state.queue)

    def feed(self, body: str) -> None:
        """A lender's own AWS account puts a message into its queue."""
        self.state.feed.append(body)
        self.state.fed.append(body)

    def take_feed(self) -> None:
        """Hand the queue that lenders fill to its consumer once; what fails stays queued."""
        sender = {"attributes": {"SenderId": f"{ROLE}:job"}, "eventSourceARN": "arn:feed"}
        self.state.feed = self.batch("take_feed", self.state.feed, **sender)

    def send_notices(self) -> None:
        """Hand each message of the senders' queue to them once; what fails stays queued."""
        waiting, self.state.notices = self.state.notices, []
        for body in waiting:
            left = self.batch("send_notice", [body])
            self.state.notices += left

    def take_receipts(self) -> None:
        """Hand the queued receipts to their consumer once, in one batch; what fails stays queued."""
        self.state.receipts = self.batch("take_receipt", self.state.receipts)

    def batch(self, function: str, bodies: list[str], **more: Any) -> list[str]:
        """Hand messages to a consumer; returns those that come back."""
        if not bodies:
            return []
        records = [
            {"messageId": str(number), "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"} | more
            for number, body in enumerate(bodies)
        ]
        try:
            reply = self.invoke(function, {"Records": records})
        except TaskFailed:
            return bodies
        failed = {int(each["itemIdentifier"]) for each in (reply or {}).get("batchItemFailures", ())}
        return [body for number, body in enumerate(bodies) if number in failed]

    def _delivered(self, delivery: Delivery) -> None:
        if self.early_receipts:
            with self.plane.aside():
                self.give_receipt(delivery)

    def give_receipt(self, delivery: Delivery, word: str = "DELIVERED") -> None:
        """Deliver a receipt at once."""
        self.state.receipts.append(delivery.receipt(word))
        self.state.given_receipts.append(delivery.receipt(word))
        self.take_receipts()

    def push_reports(self) -> int:
        """Alibaba Cloud pushes what it has to report, and again until it is answered 200."""
        sent = [one for one in self.providers.outbox if one.provider == "alibaba"]
        reports = [one.report() for one in sent]
        door = f"/v1/providers/alibaba/{path_token(KEYS['reference_key'].encode(), 'test')}/reports"
        route = "/v1/providers/alibaba/{token}/reports"
        given = {"content_type": "application/json"}
        reply = self.http("POST", route, json.dumps(reports), path=door, **given)
        status = int(reply["statusCode"])
        if status == 200:
            self.state.told += [(*one.notice, "DELIVERED") for one in sent]
        if status >= 500 and "push_reports" not in self.state.pending:
            self.state.pending.append("push_reports")
        return status

    def print_house_tells(self, *words: str) -> None:
        """The print house puts a file of events into our bucket, one line of it unreadable; S3 tells us."""
        [letter] = [one for one in self.providers.outbox if one.channel == "LETTER"]
        ids = {name: letter.tags[name] for name in ("case_id", "step")} | {"notice_id": letter.message_id}
        at = stamp(self.now())
        events = [ids | {"schema": SCHEMA, "status": word, "reason": "MOVED", "at": at} for word in words]
        lines = [json.dumps(each) for each in events]
        key = "events/2026-11-24.ndjson"
        self.state.objects[f"{PRINTS}/{key}"] = "\n".join([*lines, "unreadable"]).encode()
        self.state.told += [(ids["case_id"], ids["step"], "LETTER", word) for word in words]
        detail = {"object": {"key": key}, "bucket": {"name": PRINTS}}
        told = {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}
        self.state.receipts.append(json.dumps(told))
        self.state.given_receipts.append(json.dumps(told))

    def open_link(self) -> int:
        """Open the link of the last SMS with the right factor; returns the status (303 is in)."""
        token = self.token_in([each for each in self.providers.outbox if each.channel != "VOICE"][-1])
        reply = self.http(
            "POST",
            "/n/{token}",
            urlencode({"factor": FACTOR}),
            path=f"/n/{token}",
            content_type=_FORM,
        )
        if reply["statusCode"] == 303:
            self.state.borrower.cookie = _header(reply, "Set-Cookie").split(";")[0]
        return int(reply["statusCode"])

    def ask_code(self) -> int:
        """Ask for a one-time code over the link of the last SMS; it comes by e-mail."""
        return self._at_the_door("code/send", {})

    def come_in_by_code(self) -> int:
        """Type the code sent last; one that lets nobody in (any more) is given up for a new one."""
        if self.type_code() == 303:
            return 303
        self.advance(minutes=20)
        self.ask_code()
        return 503

    def type_code(self) -> int:
        """Type the code sent last; returns the status (303 is in)."""
        codes = [one for one in self.providers.outbox if one.tags["step"].startswith("access_code")]
        if not codes:
            return 503
        typed = re.findall(r"(?<![0-9])[0-9]{6}(?![0-9])", codes[-1].text)[0]
        status = self._at_the_door("code", {"code": typed})
        if status == 303:
            self.state.borrower.let_in.append(codes[-1].tags["step"])
        return status

    def _at_the_door(self, what: str, form: Mapping[str, str]) -> int:
        first = next(one for one in self.providers.outbox if one.channel == "SMS")
        route, path = f"/n/{{token}}/{what}", f"/n/{self.token_in(first)}/{what}"
        return int(self.http("POST", route, urlencode(form), path=path, content_type=_FORM)["statusCode"])

    def token_in(self, delivery: Delivery) -> str:
        """Return the link's token in a message."""
        return str(re.findall(r"/n/([A-Za-z0-9_-]{22})", delivery.text)[0])

    def fill_form(
        self, journey: str = "feedback", answers: Answers = FEEDBACK, root: str = "/my/form"
    ) -> None:
        """Go from the link to the page that shows the answers to be checked; a guest has no link."""
        borrower = self.state.borrower
        if root == "/my/form" and not borrower.cookie:
            assert self.open_link() == 303
        first = self._form("GET", f"{root}/{journey}/{next(iter(answers))}")
        borrower.cookie = borrower.cookie or _header(first, "Set-Cookie").split(";")[0]
        borrower.csrf = _field(first["body"], "csrf")
        borrower.check = walk(self._answer_page, journey, answers, root=root)
        (draft,) = (row for row in rows() if row["sk"].endswith(f"DRAFT#{journey}"))
        borrower.answers_id = draft["id"]

    def _answer_page(self, path: str, form: Mapping[str, Any]) -> str:
        reply = self._form("POST", path, {**form, "csrf": self.state.borrower.csrf})
        assert reply["statusCode"] == 303, reply
        return _header(reply, "Location")

    def _form(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Any:
        """Ask for a page of a journey, or answer it."""
        typed = {"content_type": _FORM} if method == "POST" else {}
        return self.http(
            method,
            f"/{path.split('/')[1]}/form/{{journey}}/{{page}}",
            urlencode(form or {}, doseq=True),
            path=path,
            cookie=self.state.borrower.cookie,
            **typed,
        )

    def opens(self, delivery: Delivery) -> bool:
        """Whether the link in a message leads anywhere; a call reads none out, a confirmation has none."""
        if "/n/" not in delivery.text:
            return delivery.channel == "VOICE" or delivery.tags["step"].startswith((*REPLIES, "signing_code"))
        digest = links.digest(self.token_in(delivery), KEYS["link_pepper"].encode())
        return any(row["pk"] == f"LINK#{digest}" for row in rows())

    def press_send(self) -> int:
        """Send the answers; what is not confirmed is sent again by `settle`."""
        borrower = self.state.borrower
        reply = self._form("POST", borrower.check, {"csrf": borrower.csrf})
        if reply["statusCode"] == 303:
            borrower.confirmed.append((borrower.check.split("/")[3], borrower.answers_id))
        elif reply["statusCode"] >= 500 and "press_send" not in self.state.pending:
            self.state.pending.append("press_send")
        return int(reply["statusCode"])

    def stop_channel(self, channel: str = "SMS") -> None:
        """Silence a channel; when that fails, `repeat` does it again."""
        if self.press_stop(channel) >= 500:
            self.state.pending.append("press_stop")

    def press_stop(self, channel: str = "SMS") -> int:
        """Silence a channel."""
        borrower = self.state.borrower
        reply = self.http(
            "POST",
            "/my/contact",
            urlencode({"csrf": borrower.csrf, "channel": channel, "act": "stop"}),
            cookie=borrower.cookie,
            content_type=_FORM,
        )
        return int(reply["statusCode"])


def _header(reply: Any, name: str) -> str:
    found = reply.get("multiValueHeaders", {}).get(name) or [reply["headers"].get(name, "")]
    return str(found[0])


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, f"no field {name}: {page[-900:]}"
    return found.group(1)
