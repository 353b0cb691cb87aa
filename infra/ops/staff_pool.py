"""The staff's user pool as its administrators use it: who is in, in which roles, for which lender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody of the staff: his id (his sign-in name and his id in the directory), roles, and his lender."""

    id: str
    name: str
    email: str
    roles: Sequence[str] = field(default_factory=list)
    lender: str = ""


@dataclass(frozen=True, slots=True)
class StaffPool:
    """A user pool, through a client of Cognito's."""

    client: Any
    pool: str

    def invite(self, member: Invited, *, password: str = "") -> bool:
        """Make somebody, or bring him to these roles; returns whether he is new.

        Without a password Cognito mails him a first one, good for three days.
        """
        new = self._create(member, password)
        if password:
            self._call("admin_set_user_password", member.id, Password=password, Permanent=True)
        self._set_roles(member)
        return new

    def remove(self, ident: str) -> None:
        """Let somebody sign in no more; what he did stays on record under his id."""
        self._call("admin_user_global_sign_out", ident)
        self._call("admin_disable_user", ident)

    def everybody(self) -> list[Invited]:
        """Return who is in the pool."""
        pages = self.client.get_paginator("list_users").paginate(UserPoolId=self.pool)
        return [self._read(user) for page in pages for user in page["Users"] if user["Enabled"]]

    def _create(self, member: Invited, password: str) -> bool:
        given = {"name": member.name, "email": member.email, "email_verified": "true"}
        given["custom:lender"] = member.lender
        attributes = [{"Name": name, "Value": value} for name, value in given.items()]
        mailed: dict[str, Any] = {"DesiredDeliveryMediums": ["EMAIL"]}
        how = {"MessageAction": "SUPPRESS", "TemporaryPassword": password} if password else mailed
        try:
            self._call("admin_create_user", member.id, UserAttributes=attributes, **how)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise
            self._call("admin_update_user_attributes", member.id, UserAttributes=attributes)
            return False
        return True

    def _set_roles(self, member: Invited) -> None:
        wanted, held = set(member.roles), set(self._roles(member.id))
        for role in sorted(wanted - held):
            self._call("admin_add_user_to_group", member.id, GroupName=role)
        for role in sorted(held - wanted):
            self._call("admin_remove_user_from_group", member.id, GroupName=role)

    def _roles(self, ident: str) -> list[str]:
        found = self._call("admin_list_groups_for_user", ident)["Groups"]
        return sorted(group["GroupName"] for group in found)

    def _read(self, user: dict[str, Any]) -> Invited:
        known = {each["Name"]: each["Value"] for each in user["Attributes"]}
        ident, lender = user["Username"], known.get("custom:lender", "")
        return Invited(ident, known.get("name", ""), known.get("email", ""), self._roles(ident), lender)

    def _call(self, act: str, ident: str, **given: Any) -> Any:
        return getattr(self.client, act)(UserPoolId=self.pool, Username=ident, **given)
