"""The seeded members of the staff, made in the user pool as an administrator makes them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.clients import client
from infra.ops.staff_pool import Invited, StaffPool

PASSWORD = "accord-local-staff"  # noqa: S105 - the engine on this machine alone knows these people


@cache
def members() -> list[Invited]:
    """Return the seeded members, as the start page lists them."""
    data: Any = json.loads(Path(__file__).with_name("staff.json").read_text(encoding="utf-8"))
    return [Invited(**each) for each in data]


def invite_all(pool: str) -> None:
    """Make every member, his password known: nobody here reads the mail in which a first one comes."""
    made = StaffPool(client("cognito-idp"), pool)
    for member in members():
        made.invite(member, password=PASSWORD)
