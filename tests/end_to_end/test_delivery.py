"""The road of a message until it arrives: receipts, fallback, replies, letters, the test lender."""

from __future__ import annotations

from datetime import datetime, timedelta

import requests

from tests.end_to_end.stack import Stack, phone_of


def test_an_undelivered_sms_is_followed_by_a_call_when_the_patience_is_over(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    sent = stack.sent(case_id, 2)
    stack.tell(sent["SMS"], "FAILED")  # the e-mail may still arrive: its receipt is waited for
    until = datetime.fromisoformat(stack.delivery(loan)["waits_until"])
    stack.advance("PT29M")
    assert set(stack.sent(case_id)) == {"SMS", "EMAIL"}
    stack.advance("PT2M")
    call = stack.sent(case_id, 3)["VOICE"]
    assert call["to"] == phone_of(loan)
    patience = until - datetime.fromisoformat(sent["EMAIL"]["sent_at"])
    assert abs(patience - timedelta(minutes=30)) <= timedelta(seconds=2)
    assert datetime.fromisoformat(call["sent_at"]) == until
    for personal in ("12,345.67", "6688", "贷款", "逾期"):  # whoever picks up is told of no debt
        assert personal not in call["text"]


def test_when_all_has_failed_the_next_channel_is_tried_at_once(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    sent = stack.sent(case_id, 2)
    stack.tell(sent["SMS"], "FAILED")
    stack.tell(sent["EMAIL"], "SOFT_BOUNCED")
    assert "VOICE" in stack.sent(case_id, 3)


def test_a_delivered_receipt_ends_the_fallback(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.tell(stack.sent(case_id, 2)["EMAIL"], "DELIVERED")
    stack.advance("PT3H")
    assert set(stack.sent(case_id)) == {"SMS", "EMAIL"}
    first = stack.delivery(loan)
    assert (first["ended"], first["waits_until"]) == ("reached", None)
    assert first["channels"]["EMAIL"]["state"] == "DELIVERED"
    assert first["channels"]["VOICE"]["state"] is None


def test_a_late_receipt_causes_no_second_contact(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    sms = stack.sent(case_id, 2)["SMS"]
    stack.advance("PT31M")
    stack.tell(stack.sent(case_id, 3)["VOICE"], "ANSWERED")
    stack.tell(sms, "FAILED")
    stack.tell(sms, "DELIVERED")
    stack.advance("PT3H")
    assert len(stack.messages(case_id)) == 3


def test_a_stop_silences_sms_is_confirmed_once_and_leaves_the_reminder_to_e_mail(
    stack: Stack, loan: str
) -> None:
    case_id = stack.open_case(loan)
    sent = stack.sent(case_id, 2)
    stack.tell(sent["EMAIL"], "DELIVERED")
    for text in ("退订", "STOP"):
        stack.text_back(sent["SMS"], text)
    texts = [each["step"] for each in stack.messages(case_id) if each["channel"] == "SMS"]
    assert texts == ["first_notice", "opt_out_confirmation"]
    stack.advance("P3DT10M")  # not yet so long that the e-mail would be followed by a call
    reminders = [each for each in stack.messages(case_id) if each["step"] == "reminder_1"]
    assert [each["channel"] for each in reminders] == ["EMAIL"]
    sms = stack.delivery(loan, "reminder_1")["channels"]["SMS"]
    assert (sms["state"], sms["rules"][0]["rule"]) == ("DENIED", "CN.opt_out")
    assert (stack.case(loan) or {})["person"]["opted_out"] == ["SMS"]


def test_a_wrong_number_is_written_to_no_more(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.text_back(stack.sent(case_id, 2)["SMS"], "打错了")
    stack.advance("PT31M")
    assert "VOICE" not in stack.sent(case_id)
    assert set((stack.case(loan) or {})["person"]["suppressed"]) == {"SMS", "VOICE"}
    voice = stack.delivery(loan)["channels"]["VOICE"]
    assert (voice["state"], voice["rules"][0]["rule"]) == ("DENIED", "person.address_dead")


def test_a_letter_goes_out_when_all_else_has_failed_and_a_return_kills_the_address(
    stack: Stack, loan: str
) -> None:
    case_id = stack.open_case(loan)
    sent = stack.sent(case_id, 2)
    stack.tell(sent["SMS"], "FAILED")
    stack.tell(sent["EMAIL"], "BOUNCED")
    stack.tell(stack.sent(case_id, 3)["VOICE"], "NO_ANSWER")
    letter = stack.sent(case_id, 4)["LETTER"]
    assert letter["to"].startswith("张伟\n示范市东城区")
    assert "12,345.67" in letter["text"]
    pages = requests.get(stack.url + letter["pdf"], timeout=30)
    assert pages.content.startswith(b"%PDF-")
    for status in ("PRINTED", "DISPATCHED", "RETURNED"):
        stack.tell(letter, status)
    assert (stack.case(loan) or {})["person"]["suppressed"] == {
        "EMAIL": "Bounce/Permanent",
        "LETTER": "RETURNED",
    }
    assert stack.delivery(loan)["ended"] == "unreached"
    told = stack.delivery(loan)["channels"]["LETTER"]["receipts"]
    assert sorted(told) == ["DISPATCHED", "PRINTED", "RETURNED"]  # within one second in any order


def test_one_click_silences_e_mail(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    mail = stack.sent(case_id, 2)["EMAIL"]
    address = mail["headers"]["List-Unsubscribe"].strip("<>")
    click = requests.post(address, data={"List-Unsubscribe": "One-Click"}, timeout=30)
    assert click.status_code == 200
    assert (stack.case(loan) or {})["person"]["opted_out"] == ["EMAIL"]


def test_a_second_loan_of_the_same_person_waits_for_the_cap(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.sent(case_id, 2)
    other = stack.event(subject=f"{loan}-B")
    other["data"]["borrower"] |= {"phone": phone_of(loan)}
    assert stack.post(other).status_code == 202
    stack.wait_for(lambda: "DEFERRED" in stack.kinds(f"{loan}-B"))
    first = stack.delivery(f"{loan}-B")
    rules = {name: each["rules"][0]["rule"] for name, each in first["channels"].items() if each["rules"]}
    assert rules == {"SMS": "CN.text_email_daily", "EMAIL": "CN.text_email_daily"}
    assert not stack.messages((stack.case(f"{loan}-B") or {})["case_id"])


def test_the_test_lenders_road_goes_by_the_simulator_alone(stack: Stack, loan: str) -> None:
    event = stack.event(subject=loan, source="test-bank")
    event["data"]["borrower"] |= {"phone": "+8613910000005", "email": "failed@example.com"}
    assert stack.post(event).status_code == 202
    case_id = stack.wait_for(lambda: stack.case(loan))["case_id"]
    stack.advance("PT5M")  # its receipts come seconds after each message
    first = stack.wait_for(lambda: (found := stack.delivery(loan))["ended"] and found)
    assert first["ended"] == "reached"
    states = {name: (each["state"], each["provider"]) for name, each in first["channels"].items()}
    assert states == {
        "SMS": ("FAILED", "sandbox"),
        "EMAIL": ("FAILED", "sandbox"),
        "VOICE": ("FAILED", "sandbox"),
        "LETTER": ("DELIVERED", "sandbox"),
    }
    assert not stack.messages(case_id)  # nothing ever came to a provider


def test_a_simulated_stop_is_heard_like_a_real_one(stack: Stack, loan: str) -> None:
    event = stack.event(subject=loan, source="test-bank")
    event["data"]["borrower"] |= {"phone": "+8613910000009"}
    assert stack.post(event).status_code == 202
    stack.wait_for(lambda: stack.case(loan))
    stack.advance("PT5M")
    case = stack.case(loan) or {}
    assert case["person"]["opted_out"] == ["SMS"]
    assert stack.kinds(loan).count("REPLY") == 2  # this recipient answers the confirmation as well …
    sent = [fact["which"] for fact in case["timeline"] if fact["kind"] == "SENT"]
    assert sent.count(["opt_out_confirmation", "SMS"]) == 1  # … which is not confirmed again


def test_deliveries_survive_a_restart(stack: Stack, loan: str) -> None:
    case_id = stack.open_case(loan)
    stack.sent(case_id, 2)
    assert stack.stop() == 0
    stack.start()
    stack.advance("PT31M")
    assert "VOICE" in stack.sent(case_id, 3)
    assert len(stack.messages(case_id)) == 3


def test_a_british_loan_goes_by_british_rules(stack: Stack, loan: str) -> None:
    """The seeded one: a letter and an e-mail at once, and an SMS when neither has arrived in a day."""
    case = stack.case("HL-30981") or {}
    first = stack.delivery("HL-30981")
    assert list(first["channels"]) == ["LETTER", "EMAIL", "SMS"]
    assert first["channels"]["LETTER"]["rules"][0]["rule"] == "GB.contact_window"
    letter = next(each for each in stack.messages(case["case_id"]) if each["channel"] == "LETTER")
    assert "£" in letter["text"]
    assert loan not in letter["text"]
