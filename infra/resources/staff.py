"""The staff's console: the user pool that signs people in, and its one resource of the API."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, arn, ref, sub

ROLES = (
    "MEDIATOR", "LEGAL_ADVISER", "EXPERT", "CASE_STAFF", "COMPLAINT_HANDLER", "BANK_REPRESENTATIVE",
    "SUPERVISOR", "AUDITOR",
)  # fmt: skip
"""The pool's groups; each is a role of chalicelib.domain.actor (a test compares them)."""
_KEEP = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
_TOKEN_MINUTES = 5
"""An ID token is looked at once, the moment it comes; a session is our own."""


def part() -> Part:
    return {
        "Resources": {
            "StaffPool": pool(),
            "StaffClient": client(),
            "StaffDomain": {
                "Type": "AWS::Cognito::UserPoolDomain",
                "Properties": {
                    "Domain": sub(f"{NAME}-${{AWS::AccountId}}"),
                    "UserPoolId": ref("StaffPool"),
                },
            },
            **{_group_name(role): group(role) for role in ROLES},
            "StaffConsoleInvokedByApi": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": ref("StaffConsole"),
                    "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": sub(arn("execute-api", "${RestAPI}/*")),
                },
            },
        },
        "Outputs": {"StaffPoolId": {"Value": ref("StaffPool")}},
    }


def pool() -> Part:
    """People whom an administrator made, each with a password and an authenticator, and nobody else."""
    return {
        "Type": "AWS::Cognito::UserPool",
        **_KEEP,
        "Properties": {
            "UserPoolName": sub(f"{NAME}-staff"),
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
            "MfaConfiguration": "ON",
            "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
            "DeletionProtection": "ACTIVE",
            "AutoVerifiedAttributes": ["email"],
            "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
            "UsernameConfiguration": {"CaseSensitive": False},
            "Policies": {
                "PasswordPolicy": {
                    # Long rather than odd (NIST SP 800-63B 5.1.1.2).
                    "MinimumLength": 14,
                    "RequireLowercase": False,
                    "RequireUppercase": False,
                    "RequireNumbers": False,
                    "RequireSymbols": False,
                    "TemporaryPasswordValidityDays": 3,
                }
            },
            "Schema": [
                {"Name": "email", "AttributeDataType": "String", "Required": True, "Mutable": True},
                {"Name": "name", "AttributeDataType": "String", "Required": True, "Mutable": True},
                {"Name": "lender", "AttributeDataType": "String", "Mutable": True},
            ],
        },
    }


def client() -> Part:
    """The console as a client of the pool: the code flow alone, back to our own address alone.

    It has no secret: a code is worth nothing without the verifier (PKCE), which never leaves our own cookie
    and this function.
    """
    return {
        "Type": "AWS::Cognito::UserPoolClient",
        "Properties": {
            "ClientName": "console",
            "UserPoolId": ref("StaffPool"),
            "GenerateSecret": False,
            "AllowedOAuthFlowsUserPoolClient": True,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email", "profile"],
            "CallbackURLs": [sub("${PublicUrl}/staff/callback")],
            "LogoutURLs": [sub("${PublicUrl}/staff/signed-out")],
            "SupportedIdentityProviders": ["COGNITO"],
            "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
            "ReadAttributes": ["custom:lender", "email", "email_verified", "name"],
            # Not his lender: that is whose cases he sees, and an administrator's to say.
            "WriteAttributes": ["email", "name"],
            "IdTokenValidity": _TOKEN_MINUTES,
            "AccessTokenValidity": _TOKEN_MINUTES,
            "RefreshTokenValidity": 60,
            "TokenValidityUnits": {
                "IdToken": "minutes", "AccessToken": "minutes", "RefreshToken": "minutes"
            },
        },
    }  # fmt: skip


def group(role: str) -> Part:
    return {
        "Type": "AWS::Cognito::UserPoolGroup",
        "Properties": {"GroupName": role, "UserPoolId": ref("StaffPool")},
    }


def paths() -> Part:
    """The console's part of the API: whatever lies below /staff goes to its own function."""
    methods = dict.fromkeys(("get", "post"), passed_on())
    return {"/staff": methods, "/staff/{proxy+}": methods}


def passed_on() -> Part:
    """A method of a path, passed on to the console's function."""
    invoked = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
    return {
        "produces": ["text/html"],
        "responses": {},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "passthroughBehavior": "when_no_match",
            "contentHandling": "CONVERT_TO_TEXT",
            "uri": sub(f"{invoked}/${{StaffConsole.Arn}}/invocations"),
        },
    }


def _group_name(role: str) -> str:
    return "StaffGroup" + role.title().replace("_", "")
