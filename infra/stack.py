"""One CloudFormation stack: propose a change set, show it, carry it out, read its outputs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
NO_CHANGE = ("didn't contain changes", "No updates are to be performed")
LIMIT_SECONDS = 3600
UNFINISHED = ("CREATE_FAILED", "UPDATE_FAILED")


class StackError(Exception):
    """The stack could not be changed; the message says why and what to do."""


@dataclass(frozen=True)
class Change:
    """One line of a change set: Add, Modify or Remove, and whether the resource is made anew."""

    action: str
    name: str
    kind: str
    replaced: bool

    def __str__(self) -> str:
        return f"{self.action:7} {self.name:32} {self.kind}{'  REPLACED' if self.replaced else ''}"


class Stack:
    """The stack `name`, through a CloudFormation client; `pause` is the seconds between two looks."""

    def __init__(self, client: Any, name: str, pause: float = 3.0) -> None:
        self._client, self.name, self._pause = client, name, pause

    def described(self) -> dict[str, Any] | None:
        """CloudFormation's description, None while there is no stack (a change set alone is none)."""
        try:
            stack: dict[str, Any] = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if stack["StackStatus"] == "REVIEW_IN_PROGRESS" else stack

    def parameters(self) -> dict[str, str]:
        return {entry["ParameterKey"]: entry["ParameterValue"] for entry in self._list("Parameters")}

    def outputs(self) -> dict[str, str]:
        return {entry["OutputKey"]: entry["OutputValue"] for entry in self._list("Outputs")}

    def propose(
        self, change_set: str, template_url: str, parameters: Mapping[str, str | None]
    ) -> list[Change]:
        """Create the change set and return its changes; none: nothing would change, and it is gone again.

        A parameter of None keeps its present value. StackError if CloudFormation refuses the change set.
        """
        self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=change_set,
            ChangeSetType="UPDATE" if self.described() else "CREATE",
            TemplateURL=template_url,
            Capabilities=CAPABILITIES,
            Parameters=[
                {"ParameterKey": key, "UsePreviousValue": True}
                if value is None
                else {"ParameterKey": key, "ParameterValue": value}
                for key, value in sorted(parameters.items())
            ],
        )
        for _ in self._looks():
            found = self._client.describe_change_set(StackName=self.name, ChangeSetName=change_set)
            if found["Status"] == "CREATE_COMPLETE":
                return list(self._changes(change_set))
            if found["Status"] == "FAILED":
                self.withdraw(change_set)
                if any(text in found.get("StatusReason", "") for text in NO_CHANGE):
                    return []
                raise StackError(f"CloudFormation refuses the change set: {found.get('StatusReason')}")
        raise StackError(
            f"change set {change_set} is not ready after {LIMIT_SECONDS} s; look at it in the console"
        )

    def withdraw(self, change_set: str) -> None:
        self._client.delete_change_set(StackName=self.name, ChangeSetName=change_set)

    def execute(self, change_set: str) -> None:
        """Carry the change set out and wait for the end. StackError with the first failure's reason.

        A stack that never stood keeps what was made: the table and key are retained, so that a rollback would
        leave them behind with their names taken. Once the cause is mended, deploying again goes on.
        """
        before = self.described()
        stood = before is not None and before["StackStatus"] not in UNFINISHED
        self._client.execute_change_set(
            StackName=self.name, ChangeSetName=change_set, DisableRollback=not stood
        )
        for _ in self._looks():
            stack = self.described()
            status = stack["StackStatus"] if stack else "REVIEW_IN_PROGRESS"
            if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                return
            if status.endswith(("_FAILED", "ROLLBACK_COMPLETE")):
                raise StackError(f"{self.name} is {status}: {self._first_failure()}")
        raise StackError(f"{self.name} is still changing after {LIMIT_SECONDS} s; look at it in the console")

    def _list(self, section: str) -> list[dict[str, str]]:
        stack = self.described() or {}
        return list(stack.get(section, []))

    def _looks(self) -> Iterator[None]:
        until = time.monotonic() + LIMIT_SECONDS
        while time.monotonic() < until:
            time.sleep(self._pause)
            yield

    def _changes(self, change_set: str) -> Iterator[Change]:
        pages = self._client.get_paginator("describe_change_set").paginate(
            StackName=self.name, ChangeSetName=change_set
        )
        for page in pages:
            for entry in page["Changes"]:
                change = entry["ResourceChange"]
                yield Change(
                    change["Action"],
                    change["LogicalResourceId"],
                    change["ResourceType"],
                    change.get("Replacement") == "True",
                )

    def _first_failure(self) -> str:
        events = self._client.describe_stack_events(StackName=self.name)["StackEvents"]
        failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
        if not failed:
            return "no failed resource is on record; look at the stack's events in the console"
        first = failed[-1]  # newest first
        return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason given')}"
