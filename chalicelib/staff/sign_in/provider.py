"""The user pool over HTTP: a code for an ID token, and the keys that sign ID tokens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError

from chalicelib.domain.errors import SignInFailed

_PATIENCE = urllib3.Timeout(connect=2.0, read=5.0)
_MOST = 65_536


@dataclass(frozen=True, slots=True)
class Provider:
    """The staff's user pool. `login_url` has its sign-in pages, `keys_url` its public keys (a JWK set)."""

    login_url: str
    keys_url: str
    client: str
    callback: str

    def exchange(self, code: str, verifier: str) -> str:
        """Return the ID token for a code, which the pool takes once; raises SignInFailed."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": verifier,
        }
        found = _ask("POST", f"{self.login_url}/oauth2/token", urlencode(form))
        token = found.get("id_token")
        if not isinstance(token, str):
            raise SignInFailed("the user pool gave no ID token")
        return token

    def keys(self) -> Mapping[str, Any]:
        """Return the pool's public keys as they are now; raises SignInFailed."""
        return _ask("GET", self.keys_url, "")


def _ask(method: str, url: str, form: str) -> dict[str, Any]:
    headers = {"content-type": "application/x-www-form-urlencoded"} if form else {}
    try:
        answer = urllib3.request(
            method, url, body=form or None, headers=headers, timeout=_PATIENCE,
            redirect=False, retries=False, preload_content=False,
        )  # fmt: skip
        with answer:
            body = answer.read(_MOST)
    except (OSError, HTTPError) as error:
        raise SignInFailed(f"the user pool cannot be reached: {type(error).__name__}") from error
    if answer.status != 200:
        raise SignInFailed(f"the user pool answered {answer.status}")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise SignInFailed("the user pool's answer is no JSON") from error
    if not isinstance(found, dict):
        raise SignInFailed("the user pool's answer is no JSON object")
    return found
