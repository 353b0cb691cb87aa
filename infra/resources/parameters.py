"""What the deployer chooses, and the environment every function gets from it."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, arn, ref, sub

UNSET_URL = "https://not-set.invalid"
"""PublicUrl of a first deployment, whose own address is known only afterwards; `infra.deploy` replaces it."""


def text(description: str, **more: object) -> Part:
    return {"Type": "String", "Description": description, **more}


def part(stage: str) -> Part:
    """Parameters, conditions and the functions' environment for `stage`."""
    return {
        "Parameters": parameters(stage),
        "Conditions": {
            "HasAlarmEmail": {"Fn::Not": [{"Fn::Equals": [ref("AlarmEmail"), ""]}]},
            "HasFeeds": {"Fn::Not": [{"Fn::Equals": [{"Fn::Join": ["", ref("FeedAccounts")]}, ""]}]},
            "HasPrintHouse": {"Fn::Not": [{"Fn::Equals": [ref("PrintHouse"), ""]}]},
            "Calls": {"Fn::Not": [{"Fn::Equals": [ref("VoiceOrigination"), ""]}]},
            "AlarmsShares": {"Fn::Equals": [ref("AlarmShares"), "yes"]},
            "ManagesSms": {"Fn::Equals": [ref("ManageSms"), "yes"]},
            "ManagesFirewall": {"Fn::Equals": [ref("ManageFirewall"), "yes"]},
            "HasStaffLogin": {"Fn::Not": [{"Fn::Equals": [ref("StaffLoginUrl"), ""]}]},
            "ManagesApiLogging": {"Fn::Equals": [ref("ManageApiLogging"), "yes"]},
        },
        "Globals": {"Function": {"Environment": {"Variables": environment()}}},
    }


def number(description: str, default: float, least: float = 1, most: float | None = None) -> Part:
    bounds = {"MinValue": least} | ({} if most is None else {"MaxValue": most})
    return {"Type": "Number", "Description": description, "Default": default, **bounds}


def parameters(stage: str) -> Part:
    """Everything the deployer may choose, by subject."""
    return whereabouts(stage) | senders() | print_house() | watch()


def whereabouts(stage: str) -> Part:
    """What is deployed, and where it is reached."""
    return {
        "Stage": text(
            "Fixed when packaged: package again for another stage.", Default=stage, AllowedValues=[stage]
        ),
        "PublicUrl": text(
            "Address borrowers and lenders reach the API at, no slash at the end.",
            Default=UNSET_URL,
            AllowedPattern="https?://[^/?#]+(/[^?#]*[^/?#])?",
            ConstraintDescription="must be a URL without a slash at the end, e.g. https://notice.example.org",
        ),
        "StaffLoginUrl": text(
            "Where the staff's sign-in pages answer, if not at the user pool's own domain.",
            Default="",
            AllowedPattern="(https?://[^/?#]+)?",
            ConstraintDescription="must be empty, or a URL without a path, e.g. https://login.example.org",
        ),
        "FeedAccounts": {
            "Type": "CommaDelimitedList",
            "Description": "AWS accounts of lenders that send events to our queue or bus; empty: none.",
            "Default": "",
        },
        "AlarmEmail": text("Who is told of alarms by e-mail; empty: nobody.", Default=""),
    }


def senders() -> Part:
    """From whom messages come, and how fast each provider takes them."""
    return {
        "EmailFrom": text(
            "Sender of notices: an address that, or whose domain, is a verified SES identity here.",
            AllowedPattern="[^@\\s<>]+@[^@\\s<>]+",
            ConstraintDescription="must be a plain address, e.g. notice@example.org",
        ),
        "SmsOrigination": text(
            "ARN of the phone number, sender id or pool SMS are sent from (End User Messaging).",
            AllowedPattern="arn:aws[a-z-]*:sms-voice:[a-z0-9-]+:\\d{12}:(phone-number|sender-id|pool)/.+",
            ConstraintDescription="must be the ARN of a phone number, sender id or pool",
        ),
        "SmsPerSecond": number("SMS a second the origination may send (End User Messaging quota).", 20),
        "EmailPerSecond": number("E-mails a second this account may send (SES quota).", 14),
        "VoiceOrigination": text(
            "ARN of the phone number calls are made from (End User Messaging); empty: no calls.",
            Default="",
            AllowedPattern="(arn:aws[a-z-]*:sms-voice:[a-z0-9-]+:\\d{12}:(phone-number|pool)/.+)?",
            ConstraintDescription="must be empty, or the ARN of a phone number or pool",
        ),
        "VoicePerSecond": number("Calls a second the origination may start (End User Messaging quota).", 1),
        "AlibabaShare": number(
            "Part (0 to 1) of the SMS that goes to Alibaba Cloud (docs/deploy.md).", 0, 0, 1
        ),
        # A sender waits for its turn with a claim in its hands: at most 40 s of the function's 60.
        "Senders": number("Senders at work at once; they share each provider's rate.", 10, 2, 40),
    }


def print_house() -> Part:
    """Who prints the letters."""
    return {
        "PrintHouse": text(
            "ARN of the IAM role, user or account that may fetch letters; empty: nobody.",
            Default="",
            AllowedPattern="(arn:aws[a-z-]*:iam::\\d{12}:(root|role/.+|user/.+))?",
            ConstraintDescription="must be empty, or the ARN of an IAM role, user or account (…:root)",
        ),
    }


def watch() -> Part:
    """What is watched, and what this account leaves to other means."""
    switch = {"Default": "yes", "AllowedValues": ["yes", "no"]}
    return {
        "MonthlyBudget": number(
            "US dollars a month, each for SMS and calls, that are not to be exceeded.", 100
        ),
        "AlarmShares": text("no: this is no AWS but an engine that knows no metric math.", **switch),
        "ManageFirewall": text("no: a firewall of your own counts tries by source.", **switch),
        "ManageSms": text("no: the SMS configuration set accord-<stage> is made by other means.", **switch),
        "ManageApiLogging": text("no: this account's API Gateway may write logs already.", **switch),
        "LogLevel": text(
            "Least level logged.", Default="INFO", AllowedValues=["DEBUG", "INFO", "WARNING", "ERROR"]
        ),
    }


def environment() -> Part:
    """The variables `chalicelib.settings` reads."""
    return {
        "ACCORD_STAGE": ref("Stage"),
        "ACCORD_TABLE": ref("Table"),
        "ACCORD_LOAN_EVENTS_QUEUE_URL": ref("LoanEventsQueue"),
        # Written out, not a reference: the machine refers to the functions, which would close a circle.
        "ACCORD_CASE_MACHINE_ARN": sub(arn("states", f"stateMachine:{NAME}-case")),
        "ACCORD_DELIVERY_MACHINE_ARN": sub(arn("states", f"stateMachine:{NAME}-delivery")),
        "ACCORD_REPAYMENT_MACHINE_ARN": sub(arn("states", f"stateMachine:{NAME}-repayment")),
        "ACCORD_COMPLAINT_MACHINE_ARN": sub(arn("states", f"stateMachine:{NAME}-complaint")),
        "ACCORD_RECEIPTS_QUEUE_URL": ref("ReceiptsQueue"),
        "ACCORD_RECORDS_BUCKET": ref("RecordsBucket"),
        "ACCORD_PRINT_BUCKET": ref("PrintBucket"),
        "ACCORD_UPLOADS_BUCKET": ref("UploadsBucket"),
        "ACCORD_PUBLIC_URL": ref("PublicUrl"),
        "ACCORD_KEYS_SECRET": sub("accord/${Stage}/keys"),
        "ACCORD_LENDER_SECRET_PREFIX": sub("accord/${Stage}/lender/"),
        "ACCORD_SMS_ORIGINATION": ref("SmsOrigination"),
        "ACCORD_SMS_CONFIGURATION_SET": sub(NAME),
        "ACCORD_SMS_PER_SECOND": ref("SmsPerSecond"),
        "ACCORD_VOICE_ORIGINATION": ref("VoiceOrigination"),
        "ACCORD_VOICE_PER_SECOND": ref("VoicePerSecond"),
        "ACCORD_ALIBABA_SECRET": sub("accord/${Stage}/alibaba"),
        "ACCORD_ALIBABA_SHARE": ref("AlibabaShare"),
        "ACCORD_EMAIL_FROM": ref("EmailFrom"),
        "ACCORD_EMAIL_PER_SECOND": ref("EmailPerSecond"),
        "ACCORD_SENDERS": ref("Senders"),
        "ACCORD_EMAIL_CONFIGURATION_SET": ref("EmailConfigurationSet"),
        "ACCORD_STAFF_POOL": ref("StaffPool"),
        "ACCORD_STAFF_CLIENT": ref("StaffClient"),
        "ACCORD_STAFF_LOGIN_URL": {
            "Fn::If": [
                "HasStaffLogin",
                ref("StaffLoginUrl"),
                sub(f"https://{NAME}-${{AWS::AccountId}}.auth.${{AWS::Region}}.amazoncognito.com"),
            ]
        },
        "POWERTOOLS_SERVICE_NAME": "accord",
        "POWERTOOLS_METRICS_NAMESPACE": "Accord",
        "LOG_LEVEL": ref("LogLevel"),
    }
