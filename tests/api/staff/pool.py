"""A user pool on 127.0.0.1: codes under PKCE, ID tokens by RS256, and its keys (OpenID Connect)."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KID = "key-1"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
"""A key that is not the pool's."""


@dataclass
class Pool:
    """`issue` makes the ID token; a test replaces it to make a wrong one."""

    claims: dict[str, Any]
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = _KEY
    algorithm: str = "RS256"
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Pool:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, address: str) -> dict[str, str]:
        """Sign somebody in at the address a browser was led to; return what his way back carries."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def _token(self, form: dict[str, str]) -> str | None:
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return None
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        claims = {"nonce": asked["nonce"], **self.claims}
        key = "" if self.algorithm == "none" else self.key
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": KID})

    def _keys(self) -> dict[str, Any]:
        known = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key()))
        return {"keys": [known | {"kid": KID, "use": "sig", "alg": "RS256"}]}

    def _handler(pool: Pool) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, pool._keys())

            def do_POST(self) -> None:
                pool.asked.append(self.path)
                text = self.rfile.read(int(self.headers["content-length"])).decode()
                token = pool._token({name: values[0] for name, values in parse_qs(text).items()})
                self._answer(*((200, {"id_token": token}) if token else (400, {"error": "invalid_grant"})))

            def _answer(self, status: int, body: dict[str, Any]) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def claims(now: datetime, **changes: Any) -> dict[str, Any]:
    """Return what the pool says of a clerk who signed in now."""
    at = int(now.timestamp())
    plain: dict[str, Any] = {
        "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Staff",
        "aud": "client",
        "token_use": "id",
        "sub": "0f3c",
        "iat": at,
        "exp": at + 300,
        "cognito:username": "clerk",
        "cognito:groups": ["CASE_STAFF", "something-else"],
        "name": "Clara Clerk",
        "email": "clara@accord.example",
        "email_verified": True,
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}
