"""Alarms of what is sent and what comes back: notices, receipts, replies, providers; each names its page."""

from __future__ import annotations

from infra.resources import feeds
from infra.resources.alarm_shapes import HOUR, OWN_DIMENSIONS, count, level, own, share
from infra.resources.parts import Part, att, ref
from infra.resources.queues import EVIDENCE_RULES, RULES, TOPICS

QUARTER = 900
BOUNCED, COMPLAINED = 0.05, 0.001
"""Of all e-mails of the account, from where on SES puts it under review."""

CALENDAR_DAYS = 45
"""Longer than any term in working days runs, and time enough to enter a year's holidays (*policy*)."""

COUNTED = {
    "EventConflict": ("an event id came again with another body", "event-conflict"),
    "EventQuarantined": ("an event that cannot be taken in waits for a person", "event-quarantined"),
    "NoticeUnknown": ("nobody can tell whether a notice went out", "notice-unknown"),
    "NoticeBlocked": ("a notice lacks a mandatory variable", "notice-blocked"),
    "RestartsSpent": ("the sweeper has given a broken execution up", "restarts-spent"),
    "Complaint": ("somebody complains, and its clock runs", "complaint-received"),
    "ComplaintAtRisk": ("a clock of a complaint runs out soon", "complaint-late"),
    "ComplaintLate": ("a clock of a complaint was missed", "complaint-late"),
    "MediationLate": ("an application, an assignment or a result is overdue", "mediation-late"),
    "ReplyUnknown": ("a borrower wrote something that a person must read", "reply-unknown"),
}
"""Our own counts that should be zero."""


LOST = (
    *((rule, {"RuleName": ref(rule)}, "events", "receipts-lost") for rule in RULES),
    *((rule, {"RuleName": ref(rule)}, "files", "evidence-waits") for rule in EVIDENCE_RULES),
    (feeds.RULE, feeds.FAILED, "events of lenders", "event-quarantined"),
)
"""Rules that fill our queues, their metrics' dimensions, what is lost when one cannot, and the page."""


def all_of_them() -> Part:
    return of_receipts() | of_notices() | of_providers()


def of_receipts() -> Part:
    """What tells of receipts, and cannot; and receipts that nobody is waiting for."""
    undelivered = {
        f"{name}FailedAlarm": count(
            f"{name}: notifications lost",
            "receipts-lost",
            ("AWS/SNS", "NumberOfNotificationsFailed"),
            {"TopicName": att(name, "TopicName")},
        )
        for name in TOPICS
    }
    lost = {
        f"{rule}FailedAlarm": count(
            f"{rule}: {what} lost", page, ("AWS/Events", "FailedInvocations"), dimensions
        )
        for rule, dimensions, what, page in LOST
    }
    refused = count(
        "documents of borrowers are refused",
        "evidence-waits",
        own("EvidenceRefused"),
        OWN_DIMENSIONS,
        20,
        HOUR,
    )
    strange = count(
        "receipts about no notice of ours",
        "receipt-unmatched",
        own("ReceiptUnmatched"),
        OWN_DIMENSIONS,
        10,
        HOUR,
    )
    return undelivered | lost | {"ReceiptUnmatchedAlarm": strange, "EvidenceRefusedAlarm": refused}


def of_notices() -> Part:
    """Notices that nobody can tell of, that reach nobody or that a provider does not take."""
    alarms = {
        f"{metric}Alarm": count(meaning, page, own(metric), OWN_DIMENSIONS)
        for metric, (meaning, page) in COUNTED.items()
    }
    refused, sent = "provider-refuses", "NoticeSent"
    shares = {
        "NoticeUnreachedAlarm": share(
            "many notices reach nobody",
            "notice-unreached",
            "NoticeUnreached",
            sent,
            percent=20,
            least=10,
            period=6 * HOUR,
        ),
        "AddressSuppressedAlarm": share(
            "many addresses are dead",
            "address-suppressed",
            "AddressSuppressed",
            sent,
            percent=10,
            least=10,
            period=6 * HOUR,
        ),
        "NoticeFailedAlarm": share(
            "a provider refuses notices for good", refused, "NoticeFailed", sent, percent=10, least=10
        ),
        "NoticeAgainAlarm": share(
            "a provider is away or throttles",
            refused,
            "NoticeAgain",
            sent,
            percent=50,
            least=10,
            period=QUARTER,
        ),
    }
    return alarms | shares | {"CalendarDaysLeftAlarm": calendar_ends()}


def calendar_ends() -> Part:
    """Working days are guessed from here on: nobody has entered the coming year's public holidays."""
    ending = level(
        "public holidays are known for few days more",
        "calendar-ends",
        own("CalendarDaysLeft"),
        OWN_DIMENSIONS,
        CALENDAR_DAYS,
        HOUR,
    )
    ending["Properties"] |= {"Statistic": "Minimum", "ComparisonOperator": "LessThanThreshold"}
    return ending


def of_providers() -> Part:
    """This account's standing with SES, and what its messages cost this month."""
    standing = {"BounceRate": ("bounces", BOUNCED), "ComplaintRate": ("complaints", COMPLAINED)}
    email = {
        f"Email{name}Alarm": level(
            f"e-mail: {what} above {limit:.1%}",
            "email-reputation",
            ("AWS/SES", f"Reputation.{name}"),
            {},
            limit,
            HOUR,
        )
        for name, (what, limit) in standing.items()
    }
    spent = {
        f"{kind}SpendAlarm": level(
            f"{kind} messages: this month's budget is spent",
            "messages-cost",
            ("AWS/SMSVoice", f"{kind}MessageMonthlySpend"),
            {},
            ref("MonthlyBudget"),
        )
        for kind in ("Text", "Voice")
    }
    return email | spent
