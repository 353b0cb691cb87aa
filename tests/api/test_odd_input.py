"""Hundreds of odd requests at the interfaces for machines and at every form: none is our fault (no 5xx)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case

from chalicelib.api.session import start
from chalicelib.domain.codes import Stage
from chalicelib.forms.journey import Journey
from infra.openapi import document
from tests.api.over_wsgi import application
from tests.api.routes import WRITTEN
from tests.forms.test_journey import EVERY
from tests.samples import CASE_ID
from tests.scene import Scene

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
bounded = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
fewer = settings(bounded, max_examples=10, phases=[Phase.generate])
_FIELDS = (
    *("act", "channel", "code", "contact", "day-day", "day-month", "day-year", "digest", "factor", "hours"),
    *("kind", "language", "name", "reference", "stop", "to", "why"),
    *("complaint", "grant", "sure", "words"),
)
_PARTS = {"day": ("-year", "-month", "-day")}


def _forms() -> dict[str, Any]:
    """Return an OpenAPI document of every page's form: any text in any field."""
    paths = {}
    for journey in EVERY:
        for page in journey.pages:
            paths[f"/my/form/{journey.name}/{page.name}"] = {"post": {"requestBody": _body(journey, page)}}
    for operation in paths.values():
        operation["post"]["responses"] = {"200": {"description": "A page"}}
    return {"openapi": "3.1.0", "info": {"title": "Forms", "version": "1"}, "paths": paths}


def _body(journey: Journey, page: Any) -> dict[str, Any]:
    names = [f"{field.name}{part}" for field in page.fields for part in _PARTS.get(field.kind, ("",))]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": schema}}}


def _other_forms() -> dict[str, Any]:
    """Return an OpenAPI document of every form that is no journey: the door, contact, documents, the rest."""
    texts = {name: {"type": "string"} for name in _FIELDS}
    body = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": texts}}}
    post = {
        "requestBody": {"required": True, "content": body},
        "responses": {"200": {"description": "A page"}},
    }
    paths = [re.sub(r"\{\w+\}", "x" * 22, route.path) for route in WRITTEN if "/form/" not in route.path]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Other forms", "version": "1"},
        "paths": {path: {"post": post} for path in paths},
    }


machines = schemathesis.openapi.from_dict(document())
machines.app = application
forms = schemathesis.openapi.from_dict(_forms())
forms.app = application
others = schemathesis.openapi.from_dict(_other_forms())
others.app = application


@pytest.fixture(scope="module")
def mine(deployment: Any) -> dict[str, str]:
    """What a borrower's own forms carry: his cookie and his token."""
    from tests.scene import fresh

    scene: Scene = fresh(deployment)
    scene.accept()
    scene.run(Stage.NOTIFY, "token-1")
    session, key = start(CASE_ID, deployment.clock.now), deployment.wiring.session_key()
    return {"cookie": f"__Host-accord={session.seal(key)}", "csrf": session.csrf(key)}


@machines.parametrize()
@bounded
def test_no_request_of_a_machine_breaks_us(mine: dict[str, str], case: Case[Any]) -> None:
    answer = case.call()
    assert answer.status_code < 500, (case.path_parameters, case.body)
    assert answer.status_code != 202, "unsigned"


@forms.parametrize()
@fewer
def test_no_form_breaks_us(mine: dict[str, str], case: Case[Any]) -> None:
    body = case.body if isinstance(case.body, dict) else {}
    case.body = {**body, "csrf": mine["csrf"]}
    name, _, value = mine["cookie"].partition("=")
    case.cookies = {name: value}
    answer = case.call()
    assert answer.status_code < 500, case.body
    if case.method == "POST":
        assert answer.status_code != 403, "the form came as its own page sends it"


@others.parametrize()
@fewer
def test_no_other_form_breaks_us(mine: dict[str, str], case: Case[Any]) -> None:
    body = case.body if isinstance(case.body, dict) else {}
    case.body = {**body, "csrf": mine["csrf"]}
    name, _, value = mine["cookie"].partition("=")
    case.cookies = {name: value}
    assert case.call().status_code < 500, case.body
