"""The staff's way in, on the packaged template: the pool's controls, and the console's place in the API."""

from __future__ import annotations

import json

from infra.resources.staff import ROLES
from tests.packaging.built import properties, resources, template


def test_nobody_signs_up_and_everybody_has_a_second_factor() -> None:
    (pool,) = properties("AWS::Cognito::UserPool").values()
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 14
    (kept,) = resources("AWS::Cognito::UserPool").values()
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_console_takes_codes_alone_and_at_its_own_address_alone() -> None:
    (client,) = properties("AWS::Cognito::UserPoolClient").values()
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["CallbackURLs"] == [{"Fn::Sub": "${PublicUrl}/staff/callback"}]
    assert client["LogoutURLs"] == [{"Fn::Sub": "${PublicUrl}/staff/signed-out"}]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert "aws.cognito.signin.user.admin" not in client["AllowedOAuthScopes"], (
        "nobody changes his own lender"
    )
    assert not any(name.startswith("custom:") for name in client["WriteAttributes"])


def test_each_role_is_a_group_of_the_pool() -> None:
    groups = properties("AWS::Cognito::UserPoolGroup")
    assert {each["GroupName"] for each in groups.values()} == set(ROLES)


def test_all_below_staff_goes_to_the_console_and_nothing_else_does() -> None:
    (api,) = properties("AWS::Serverless::Api").values()
    paths = api["DefinitionBody"]["paths"]
    to_console = {path for path, methods in paths.items() if "StaffConsole" in json.dumps(methods)}
    assert (
        to_console == {path for path in paths if path.startswith("/staff")} == {"/staff", "/staff/{proxy+}"}
    )
    assert all(set(paths[path]) == {"get", "post"} for path in to_console)


def test_the_console_alone_may_not_take_events_or_seal() -> None:
    role = template()["Resources"]["StaffConsoleRole"]
    text = json.dumps(role)
    assert "LoanEventsQueue" not in text
    assert "SealKey" not in text
