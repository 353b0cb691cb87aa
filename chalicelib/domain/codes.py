"""The field's vocabulary as named groups of codes (one place, spelled once)."""

from __future__ import annotations

from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands: answered from FEEDBACK on, in mediation from APPLIED, kept to from PLAN_ACTIVE."""

    RECEIVED = "RECEIVED"
    NOTICED = "NOTICED"
    FEEDBACK = "FEEDBACK"
    APPLIED = "APPLIED"
    ACCEPTED = "ACCEPTED"
    ASSIGNED = "ASSIGNED"
    SCHEDULED = "SCHEDULED"
    IN_SESSION = "IN_SESSION"
    ADJOURNED = "ADJOURNED"
    DRAFTED = "DRAFTED"
    SIGNING = "SIGNING"
    PLAN_ACTIVE = "PLAN_ACTIVE"
    BREACHED = "BREACHED"
    CLOSED = "CLOSED"


class Outcome(StrEnum):
    """How a case ended."""

    AGREED = "AGREED"
    PARTIAL = "PARTIAL"
    NOT_AGREED = "NOT_AGREED"
    WITHDRAWN = "WITHDRAWN"
    NO_RESPONSE = "NO_RESPONSE"
    NO_SHOW = "NO_SHOW"
    REFUSED = "REFUSED"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    SETTLED_OUTSIDE = "SETTLED_OUTSIDE"
    TERMINATED = "TERMINATED"


class ChannelName(StrEnum):
    """A way to reach a person."""

    SMS = "SMS"
    EMAIL = "EMAIL"
    VOICE = "VOICE"
    LETTER = "LETTER"
    IN_APP = "IN_APP"


class Purpose(StrEnum):
    """Why a person is contacted; a profile says which rules bind which purpose.

    COLLECTION asks for payment or an answer, STATUTORY is a notice the law demands, MEDIATION arranges or
    carries a mediation, INSTALMENT reminds of a payment he agreed to, SERVICE tells of an act of his own
    case, REPLY confirms what he did a moment ago.
    """

    COLLECTION = "COLLECTION"
    STATUTORY = "STATUTORY"
    MEDIATION = "MEDIATION"
    INSTALMENT = "INSTALMENT"
    SERVICE = "SERVICE"
    REPLY = "REPLY"


class HoldKind(StrEnum):
    """What lies over a case and stops some contacts."""

    DISPUTE = "DISPUTE"
    HARDSHIP = "HARDSHIP"
    MORATORIUM = "MORATORIUM"
    INSOLVENCY = "INSOLVENCY"
    DECEASED = "DECEASED"
    IDENTITY_THEFT = "IDENTITY_THEFT"
    COMPLAINT = "COMPLAINT"


class ContactState(StrEnum):
    """What became of an attempt to reach a person: not known yet, he was reached, or surely not."""

    PENDING = "PENDING"
    REACHED = "REACHED"
    FAILED = "FAILED"


class Mode(StrEnum):
    """How a mediation meets."""

    ONLINE_VIDEO = "ONLINE_VIDEO"
    ONLINE_TEXT = "ONLINE_TEXT"
    TELEPHONE = "TELEPHONE"
    ONSITE = "ONSITE"


class Wish(StrEnum):
    """Whether the borrower wants mediation."""

    YES = "YES"
    NO = "NO"
    UNSURE = "UNSURE"


class DelayReason(StrEnum):
    """Why a payment is late, in the borrower's own choice."""

    UNEMPLOYMENT = "UNEMPLOYMENT"
    INCOME_REDUCTION = "INCOME_REDUCTION"
    ILLNESS = "ILLNESS"
    FAMILY_ILLNESS = "FAMILY_ILLNESS"
    DEATH = "DEATH"
    DIVORCE = "DIVORCE"
    BUSINESS_FAILURE = "BUSINESS_FAILURE"
    LATE_RECEIVABLES = "LATE_RECEIVABLES"
    DISASTER = "DISASTER"
    EXCESS_DEBT = "EXCESS_DEBT"
    COST_OF_LIVING = "COST_OF_LIVING"
    MILITARY = "MILITARY"
    INCARCERATION = "INCARCERATION"
    AMOUNT_DISPUTE = "AMOUNT_DISPUTE"
    ALREADY_PAID = "ALREADY_PAID"
    IDENTITY_THEFT = "IDENTITY_THEFT"
    FRAUD_VICTIM = "FRAUD_VICTIM"
    PAYMENT_FAILURE = "PAYMENT_FAILURE"
    FORGOT = "FORGOT"
    NOT_RECEIVED = "NOT_RECEIVED"
    VULNERABLE = "VULNERABLE"
    OTHER = "OTHER"


class IncomeChange(StrEnum):
    """What became of the borrower's income, as he says."""

    FELL = "FELL"
    STOPPED = "STOPPED"
    SAME = "SAME"
    ROSE = "ROSE"


class PayOffer(StrEnum):
    """How the borrower says he can pay."""

    MONTHLY = "MONTHLY"
    LUMP_SUM = "LUMP_SUM"
    NOTHING = "NOTHING"
    UNSURE = "UNSURE"


class DocumentKind(StrEnum):
    """What a document handed in is."""

    PDF = "PDF"
    JPEG = "JPEG"
    PNG = "PNG"


class Refusal(StrEnum):
    """Why a document was not kept."""

    EMPTY = "EMPTY"
    TOO_BIG = "TOO_BIG"
    KIND = "KIND"
    DAMAGED = "DAMAGED"
    ACTIVE = "ACTIVE"
    TOO_MANY = "TOO_MANY"


class FactKind(StrEnum):
    """What a line of the timeline records."""

    OPENED = "OPENED"
    DEFERRED = "DEFERRED"
    DENIED = "DENIED"
    BLOCKED = "BLOCKED"
    SENT = "SENT"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    RECEIPT = "RECEIPT"
    UNREACHED = "UNREACHED"
    SUPPRESSED = "SUPPRESSED"
    REPLY = "REPLY"
    BALANCE = "BALANCE"
    CONTACT = "CONTACT"
    VERIFIED = "VERIFIED"
    FEEDBACK = "FEEDBACK"
    APPLICATION = "APPLICATION"
    DISPUTE = "DISPUTE"
    WRONG_PERSON = "WRONG_PERSON"
    COMPLAINT = "COMPLAINT"
    HANDLING = "HANDLING"
    QUESTION = "QUESTION"
    RESPONSE = "RESPONSE"
    EVIDENCE = "EVIDENCE"
    HOLD = "HOLD"
    ACCEPTED = "ACCEPTED"
    ASSIGNED = "ASSIGNED"
    OBJECTION = "OBJECTION"
    STATEMENT = "STATEMENT"
    SLOTS = "SLOTS"
    MEETING = "MEETING"
    RESCHEDULE = "RESCHEDULE"
    SESSION = "SESSION"
    EXTENSION = "EXTENSION"
    WITHDRAWN = "WITHDRAWN"
    OFFER = "OFFER"
    DRAFT = "DRAFT"
    COMMENT = "COMMENT"
    AGREEMENT = "AGREEMENT"
    SIGNATURE = "SIGNATURE"
    UNSIGNED = "UNSIGNED"
    SEAL = "SEAL"
    CONFIRMATION = "CONFIRMATION"
    PLAN = "PLAN"
    PAYMENT = "PAYMENT"
    BREACH = "BREACH"
    RENEGOTIATION = "RENEGOTIATION"
    REFERRAL = "REFERRAL"
    REVIEW = "REVIEW"
    MESSAGE = "MESSAGE"
    DUE = "DUE"
    SIGN_UP = "SIGN_UP"
    SURVEY = "SURVEY"
    PREFERENCE = "PREFERENCE"
    CLOSED = "CLOSED"


class Stage(StrEnum):
    """The machines' visible waiting states (infra/machines)."""

    NOTIFY = "Notify"
    REMIND = "Remind"
    REMIND_AGAIN = "RemindAgain"
    AWAIT_WINDOW = "AwaitWindow"
    ANSWERED = "Answered"
    ACCEPTANCE = "Acceptance"
    ASSIGNMENT = "Assignment"
    SCHEDULING = "Scheduling"
    MEETING = "Meeting"
    SESSION = "Session"
    DRAFTING = "Drafting"
    SIGNATURE = "Signature"
    PLAN_ACTIVE = "PlanActive"
    CLOSED = "Closed"
    UPCOMING = "Upcoming"
    DUE = "Due"
    GRACE = "Grace"
    HELD = "Held"
    BREACHED = "Breached"
    COMPLETED = "Completed"
    RENEGOTIATED = "Renegotiated"
    CONTINUED = "Continued"
    ACKNOWLEDGE = "Acknowledge"
    INVESTIGATE = "Investigate"
    EXTENDED = "Extended"
    DECIDED = "Decided"
    REVIEW = "Review"
    LATE = "Late"
    WITHDRAWN = "Withdrawn"
    DELIVER = "Deliver"
    PAUSE = "Pause"
    NO_RESPONSE = "NoResponse"
    LIMIT_PASSED = "LimitPassed"


class Signal(StrEnum):
    """What ends a wait before its time: a success answers it, the others are the machine's error names."""

    ANSWERED = "Answered"
    DEFERRED = "Deferred"
    SETTLED = "Settled"
    UNDELIVERED = "Undelivered"
    EXHAUSTED = "Exhausted"
