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
            "ManagesSms": {"Fn::Equals": [ref("ManageSms"), "yes"]},
            "ManagesApiLogging": {"Fn::Equals": [ref("ManageApiLogging"), "yes"]},
        },
        "Globals": {"Function": {"Environment": {"Variables": environment()}}},
    }


def parameters(stage: str) -> Part:
    switch = {"Default": "yes", "AllowedValues": ["yes", "no"]}
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
        "AlarmEmail": text("Who is told of alarms by e-mail; empty: nobody.", Default=""),
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
        "ACCORD_PUBLIC_URL": ref("PublicUrl"),
        "ACCORD_KEYS_SECRET": sub("accord/${Stage}/keys"),
        "ACCORD_LENDER_SECRET_PREFIX": sub("accord/${Stage}/lender/"),
        "ACCORD_SMS_ORIGINATION": ref("SmsOrigination"),
        "ACCORD_SMS_CONFIGURATION_SET": sub(NAME),
        "ACCORD_EMAIL_FROM": ref("EmailFrom"),
        "ACCORD_EMAIL_CONFIGURATION_SET": ref("EmailConfigurationSet"),
        "POWERTOOLS_SERVICE_NAME": "accord",
        "POWERTOOLS_METRICS_NAMESPACE": "Accord",
        "LOG_LEVEL": ref("LogLevel"),
    }
