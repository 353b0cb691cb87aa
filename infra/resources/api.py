"""The API's name, throttling and access log."""

from __future__ import annotations

import json

from infra.resources import staff
from infra.resources.parts import NAME, Part, arn, att, log_group, ref, sub

REQUESTS_PER_SECOND, BURST = 100, 200
LOGGED = {
    # The route, never the path: a path can hold a borrower's link token.
    "request": "$context.requestId",
    "at": "$context.requestTimeEpoch",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "ms": "$context.responseLatency",
    "bytes": "$context.responseLength",
    "error": "$context.error.responseType",
}


def part() -> Part:
    return {
        # Said aloud, or SAM makes a second, unguarded stage called "Stage" beside ours.
        "Globals": {"Api": {"OpenApiVersion": "2.0"}},
        "Resources": {
            "RestAPI": {"Properties": properties()},
            "ApiAccessLogs": log_group("/accord/${Stage}/api_access"),
            "ApiGatewayLogging": {
                # One per account and region: API Gateway's own right to write logs.
                "Type": "AWS::ApiGateway::Account",
                "Condition": "ManagesApiLogging",
                "Properties": {"CloudWatchRoleArn": att("ApiGatewayLoggingRole")},
            },
            "ApiGatewayLoggingRole": logging_role(),
        },
        "Outputs": {
            "ApiUrl": {
                "Description": "Where the API answers, for PublicUrl if there is no domain of its own",
                "Value": sub("https://${RestAPI}.execute-api.${AWS::Region}.${AWS::URLSuffix}/api"),
            }
        },
    }


def properties() -> Part:
    return {
        "Name": sub(NAME),
        "DefinitionBody": {"paths": staff.paths()},
        # What is a file goes by the function's word alone: browsers ask for text/html first, and API Gateway
        # would look at nothing else.
        "BinaryMediaTypes": ["*~1*"],
        # A reference, so that the stage comes after the right to log (DependsOn cannot be conditional).
        "Tags": {
            "api-logging": {"Fn::If": ["ManagesApiLogging", ref("ApiGatewayLogging"), "by other means"]}
        },
        "AccessLogSetting": {
            "DestinationArn": sub(arn("logs", "log-group:${ApiAccessLogs}")),
            "Format": json.dumps(LOGGED),
        },
        "MethodSettings": [
            {
                "HttpMethod": "*",
                "ResourcePath": "/*",
                "MetricsEnabled": True,
                "LoggingLevel": "OFF",  # execution logs name the full path
                "DataTraceEnabled": False,
                "ThrottlingRateLimit": REQUESTS_PER_SECOND,
                "ThrottlingBurstLimit": BURST,
            }
        ],
    }


def logging_role() -> Part:
    managed = "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    return {
        "Type": "AWS::IAM::Role",
        "Condition": "ManagesApiLogging",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "apigateway.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "ManagedPolicyArns": [sub(managed)],
        },
    }
