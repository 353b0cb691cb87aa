"""Logs and metrics: every metric's name, and nothing personal in either."""

from __future__ import annotations

from dataclasses import dataclass

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit


class Metric:
    """Every metric Accord emits (dimension: service; a lender is logged, never a dimension)."""

    EVENT_TAKEN = "EventTaken"
    EVENT_CONFLICT = "EventConflict"
    EVENT_QUARANTINED = "EventQuarantined"
    EVENT_APPLIED = "EventApplied"
    NOTICE_SENT = "NoticeSent"
    NOTICE_FAILED = "NoticeFailed"
    NOTICE_AGAIN = "NoticeAgain"
    NOTICE_UNSURE = "NoticeUnsure"
    NOTICE_LOST = "NoticeLost"
    NOTICE_UNKNOWN = "NoticeUnknown"
    NOTICE_DENIED = "NoticeDenied"
    NOTICE_BLOCKED = "NoticeBlocked"
    NOTICE_UNREACHED = "NoticeUnreached"
    ADDRESS_SUPPRESSED = "AddressSuppressed"
    REPLY = "Reply"
    REPLY_UNKNOWN = "ReplyUnknown"
    RECEIPT = "Receipt"
    RECEIPT_UNMATCHED = "ReceiptUnmatched"
    FEEDBACK = "Feedback"
    ACCESS_CODE = "AccessCode"
    WRONG_PERSON = "WrongPerson"
    EVIDENCE_TAKEN = "EvidenceTaken"
    EVIDENCE_REFUSED = "EvidenceRefused"
    RESTARTS_SPENT = "RestartsSpent"
    CALENDAR_DAYS_LEFT = "CalendarDaysLeft"
    APPLICATION = "Application"
    MEDIATION_LATE = "MediationLate"
    DISPUTE = "Dispute"
    COMPLAINT = "Complaint"
    COMPLAINT_AT_RISK = "ComplaintAtRisk"
    COMPLAINT_LATE = "ComplaintLate"
    QUESTION = "Question"
    SURVEY_CLEAR = "SurveyClear"
    SURVEY_FAIR = "SurveyFair"
    SURVEY_TRUST = "SurveyTrust"
    SIGN_UP = "SignUp"
    CASES_SWEPT = "CasesSwept"
    CASES_MENDED = "CasesMended"


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The process's logger and metrics, for those who may not import AWS libraries."""

    logger: Logger
    metrics: Metrics

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter; flushed at the end of the invocation in the embedded metric format."""
        self.metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)

    def event(self, message: str, **fields: object) -> None:
        """Log a constant message with fields; ids only."""
        self.logger.info(message, extra=fields)

    def problem(self, message: str, **fields: object) -> None:
        """Log a constant message that wants an operator's eye; ids only."""
        self.logger.warning(message, extra=fields)
