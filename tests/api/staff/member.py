"""A member of the staff at his browser: what API Gateway hands on, through the function's own entry."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import app
from chalicelib.domain.actor import Actor
from chalicelib.store import staff_sessions
from tests.scene import Scene

FORM = "application/x-www-form-urlencoded"
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
TOKEN = "t" * 43


class _Context:
    """What Lambda tells a function of its invocation."""

    function_name, memory_limit_in_mb = "staff_console", 512
    invoked_function_arn, aws_request_id = "arn:aws:lambda:us-east-1:123456789012:function:staff", "request-1"


@dataclass(frozen=True)
class Answer:
    """A page as the browser gets it."""

    status: int
    headers: dict[str, list[str]]
    text: str

    @property
    def place(self) -> str:
        """Return the path that a redirect leads to."""
        assert self.status == 303, f"{self.status}: {self.text[-900:]}"
        return urlsplit(self.headers["location"][0]).path


@dataclass
class Member:
    """Somebody's browser; `jar` are its cookies by name."""

    language: str = "en"
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        """Submit a form with the session's own CSRF token, unless one is in it."""
        fields = {"csrf": self.csrf(), **(form or {})}
        return self.ask("POST", path, urlencode(fields, doseq=True), {"content-type": FORM, **headers})

    def act(self, on: str, about: str, act: str, **answers: Any) -> Answer:
        """Open an act's form and send it."""
        path = f"/staff/do/{about}/{on}/{act}"
        asked = self.get(path)
        assert asked.status == 200, asked.text[-900:]
        return self.post(path, {"key": hidden(asked, "key"), **answers})

    def csrf(self) -> str:
        """Return the token of the session's forms, as a page shows it."""
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("/staff/people").text)
        return found.group(1) if found else ""

    def ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        where = urlsplit(path)
        rest = where.path.removeprefix("/staff").strip("/")
        resource = "/staff/{proxy+}" if rest else "/staff"
        sent = {"accept": ACCEPT, "accept-language": self.language, **headers}
        if self.jar:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        event = {
            "resource": resource,
            "path": where.path,
            "httpMethod": method,
            "headers": sent,
            "multiValueHeaders": {name: [value] for name, value in sent.items()},
            "queryStringParameters": dict(parse_qsl(where.query)) or None,
            "multiValueQueryStringParameters": {n: [v] for n, v in parse_qsl(where.query)} or None,
            "pathParameters": {"proxy": rest} if rest else None,
            "stageVariables": None,
            "requestContext": {"resourcePath": resource, "httpMethod": method, "path": f"/api{where.path}"},
            "body": body,
            "isBase64Encoded": False,
        }
        answer = app.staff_console(json.loads(json.dumps(event)), _Context())
        named: dict[str, list[str]] = {}
        for name, value in answer["headers"].items():
            named[name.lower()] = [value]
        for name, values in answer["multiValueHeaders"].items():
            named[name.lower()] = values
        self._keep(named.get("set-cookie", []))
        return Answer(answer["statusCode"], named, answer["body"])

    def _keep(self, given: list[str]) -> None:
        for line in given:
            name, _, rest = line.partition("=")
            value, _, flags = rest.partition(";")
            if "Max-Age=0" in flags:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value


def sign_in(scene: Scene, actor: Actor, language: str = "en", token: str = TOKEN) -> Member:
    """Return the browser of somebody who is signed in."""
    cookie = staff_sessions.begin(token, actor, scene.road.clock.now)
    return Member(language, {"__Host-accord-staff": cookie})


def hidden(page: Answer, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name}"
    return found.group(1)
