"""How messages leave and their receipts come back: configuration sets that report to one queue."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, arn, att, ref, same_account, sub

EMAIL_EVENTS = ["send", "reject", "bounce", "complaint", "delivery", "deliveryDelay", "renderingFailure"]


def part() -> Part:
    return {
        "Resources": {
            "ReceiptsTopic": topic("receipts"),
            "ReceiptsTopicPolicy": topic_policy("ReceiptsTopic", "sms-voice"),
            "ReceiptsSubscription": {
                "Type": "AWS::SNS::Subscription",
                "Properties": {
                    "TopicArn": ref("ReceiptsTopic"),
                    "Protocol": "sqs",
                    "Endpoint": att("ReceiptsQueue"),
                    "RawMessageDelivery": False,
                    "RedrivePolicy": {"deadLetterTargetArn": att("ReceiptsDlq")},
                },
            },
            "EmailConfigurationSet": email_configuration_set(),
            "EmailReceipts": email_receipts(),
            "EmailReceiptsRule": email_receipts_rule(),
            "SmsReceipts": sms_configuration_set(),
        },
        "Outputs": {"ReceiptsTopicArn": {"Value": ref("ReceiptsTopic")}},
    }


def topic(name: str) -> Part:
    return {
        "Type": "AWS::SNS::Topic",
        "Properties": {"TopicName": sub(f"{NAME}-{name}"), "KmsMasterKeyId": ref("DataKey")},
    }


def topic_policy(name: str, *services: str) -> Part:
    """Lets `services` publish for this account, over TLS only."""
    return {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {
            "Topics": [ref(name)],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Publishers",
                        "Effect": "Allow",
                        "Principal": {"Service": [f"{service}.amazonaws.com" for service in services]},
                        "Action": "sns:Publish",
                        "Resource": ref(name),
                        "Condition": same_account(),
                    },
                    {
                        "Sid": "TlsOnly",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "sns:Publish",
                        "Resource": ref(name),
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                ],
            },
        },
    }


def email_configuration_set() -> Part:
    return {
        "Type": "AWS::SES::ConfigurationSet",
        "Properties": {
            "Name": sub(NAME),
            "DeliveryOptions": {"TlsPolicy": "REQUIRE"},
            "ReputationOptions": {"ReputationMetricsEnabled": True},
            "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        },
    }


def email_receipts() -> Part:
    return {
        "Type": "AWS::SES::ConfigurationSetEventDestination",
        "Properties": {
            "ConfigurationSetName": ref("EmailConfigurationSet"),
            "EventDestination": {
                "Name": "receipts",
                "Enabled": True,
                "MatchingEventTypes": EMAIL_EVENTS,
                "EventBridgeDestination": {"EventBusArn": sub(arn("events", "event-bus/default"))},
            },
        },
    }


def email_receipts_rule() -> Part:
    """What SES tells of mail sent with our configuration set goes to the receipts."""
    tags = {"ses:configuration-set": [sub(NAME)]}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Name": sub(f"{NAME}-email-receipts"),
            "EventPattern": {"source": ["aws.ses"], "detail": {"mail": {"tags": tags}}},
            "Targets": [
                {
                    "Id": "receipts",
                    "Arn": att("ReceiptsQueue"),
                    "DeadLetterConfig": {"Arn": att("ReceiptsDlq")},
                }
            ],
        },
    }


def sms_configuration_set() -> Part:
    """Only if the deployer does not make it by other means (the local engine lacks the type)."""
    return {
        "Type": "AWS::SMSVOICE::ConfigurationSet",
        "Condition": "ManagesSms",
        "DependsOn": ["ReceiptsTopicPolicy"],
        "Properties": {
            "ConfigurationSetName": sub(NAME),
            "EventDestinations": [
                {
                    "EventDestinationName": "receipts",
                    "Enabled": True,
                    "MatchingEventTypes": ["TEXT_ALL", "VOICE_ALL"],
                    "SnsDestination": {"TopicArn": ref("ReceiptsTopic")},
                }
            ],
        },
    }
