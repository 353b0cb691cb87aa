"""Secrets Manager's JSON secrets."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.domain.errors import NotFound


def fetch(client: Any, name: str) -> dict[str, Any]:
    """Return a secret's JSON object as it is now; raises NotFound when there is none of this name."""
    try:
        answer = client.get_secret_value(SecretId=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            raise NotFound(f"no secret {name!r}") from error
        raise
    secret: dict[str, Any] = json.loads(answer["SecretString"])
    return secret
