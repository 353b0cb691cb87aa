"""The mail that carries a code: to the address of the signer's own sign-in, once, or he is told it failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from moto.ses.models import ses_backends

from chalicelib.channels.email import SesEmail
from chalicelib.channels.staff_mail import StaffMail
from chalicelib.domain.errors import NotNow
from chalicelib.store import proposals, staff_sessions
from chalicelib.store.proposals import Proposal
from tests.fakes import client_error
from tests.scene import Scene
from tests.staff.office import BANK

TO, SUBJECT, TEXT = "bank@office.example", "Code to sign AG-1", "Your code is 123456.\nTell <nobody>."


@dataclass
class Ses:
    """A client of SES that answers as told."""

    error: Exception | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send_email(self, **given: Any) -> dict[str, str]:
        self.sent.append(given)
        if self.error:
            raise self.error
        return {"MessageId": "1"}


def _mail(ses: Ses) -> StaffMail:
    return StaffMail(SesEmail(ses, "notice@accord.example", ""))


def test_it_is_sent_once_as_text_and_escaped_html_and_no_receipt_is_asked_for() -> None:
    ses = Ses()
    _mail(ses)(TO, SUBJECT, TEXT)
    (sent,) = ses.sent
    assert sent["Destination"] == {"ToAddresses": [TO]}
    body = sent["Content"]["Simple"]["Body"]
    assert body["Text"]["Data"] == TEXT
    assert body["Html"]["Data"] == "<p>Your code is 123456.</p><p>Tell &lt;nobody&gt;.</p>"
    assert "ConfigurationSetName" not in sent


def test_one_that_surely_did_not_leave_is_told_and_one_in_doubt_is_not_sent_again() -> None:
    refused = Ses(client_error("MessageRejected"))
    with pytest.raises(NotNow, match="could not be sent"):
        _mail(refused)(TO, SUBJECT, TEXT)
    doubtful = Ses(ReadTimeoutError(endpoint_url="https://ses.example"))
    _mail(doubtful)(TO, SUBJECT, TEXT)
    assert len(refused.sent) == len(doubtful.sent) == 1
    with pytest.raises(NotNow, match="unsafe_address"):
        _mail(Ses())("a@b.example, c@d.example", SUBJECT, TEXT)


def test_the_wiring_mails_through_ses_whose_client_does_not_retry(scene: Scene) -> None:
    scene.wiring.papers().send_code.mail(TO, SUBJECT, TEXT)
    sent = ses_backends["123456789012"]["us-east-1"].sent_messages[-1]
    assert TO in str(sent.destinations)
    client = scene.wiring.staff_mail.channel._client  # type: ignore[attr-defined]
    assert client.meta.config.retries == {"total_max_attempts": 1, "mode": "legacy"}


def test_a_signers_address_is_that_of_his_sign_in_and_stays_with_what_he_proposed(scene: Scene) -> None:
    now = scene.road.clock.now
    cookie = staff_sessions.begin("secret", BANK, now)
    assert staff_sessions.find(cookie, now) == BANK
    assert BANK.email
    proposals.put(Proposal(id="p1", act="draft", about="x", by=BANK, fields={}, at=now))
    assert proposals.get("p1").by == BANK
