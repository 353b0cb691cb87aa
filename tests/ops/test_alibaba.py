"""What an operator registers at Alibaba Cloud: every form, and the doors it pushes to."""

from __future__ import annotations

import json
from string import Template

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from chalicelib.channels.alibaba_push import token_is_valid
from chalicelib.channels.alibaba_rules import unfit_values
from chalicelib.notices.compose import compose
from infra.ops.__main__ import app
from infra.ops.alibaba import Registration, push_urls, registrations
from infra.ops.command import Stage
from infra.ops.notice_samples import LINK, sample
from infra.resources.parameters import UNSET_URL

URL = "https://n.example.com"
SETUP = ["alibaba", "setup", "--stage", "test", "--json"]


def _run(*arguments: str) -> tuple[int, dict[str, object]]:
    with mock_aws():
        keys = json.dumps({"reference_key": "r" * 32})
        boto3.client("secretsmanager").create_secret(Name="accord/test/keys", SecretString=keys)
        result = CliRunner().invoke(app, [*SETUP, *arguments])
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize("form", list(registrations(URL)), ids=lambda each: each.name)
def test_a_registered_form_filled_in_is_what_the_product_sends(form: Registration) -> None:
    profile, step, channel, language = form.name.split("/")
    values = sample(profile.upper(), language, channel=channel)
    message = compose(
        profile=profile.upper(), step=step, channel=channel, language=language, variables=values
    )
    assert set(form.variables) == set(message.values)
    assert unfit_values(message.values) == ()
    filled = Template(form.form).substitute(message.values)
    assert message.text.endswith(filled)
    assert (LINK in filled) == (step not in ("access_code", "signing_code"))


def test_every_purpose_is_there_in_both_languages() -> None:
    names = [each.name for each in registrations(URL)]
    assert len(names) == len(set(names)) == 2 * 23
    assert "cn/first_notice/SMS/zh-CN" in names


def test_a_one_time_code_is_registered_as_a_verification_code_with_one_variable() -> None:
    codes = [each for each in registrations(URL) if each.kind == "verification code"]
    assert [each.name for each in codes] == [
        f"cn/{kind}_code/SMS/{language}" for kind in ("access", "signing") for language in ("zh-CN", "en")
    ]
    assert all((each.variables, each.faults) == (("access_code",), ()) for each in codes)
    others = {each.kind for each in registrations(URL)} - {"verification code"}
    assert others == {"notification"}


def test_what_review_would_refuse_is_said_beside_its_form() -> None:
    faults = {each.name: each.faults for each in registrations(URL)}
    assert faults["cn/first_notice/SMS/zh-CN"] == ()
    (fault,) = faults["cn/instalment_reminder/SMS/zh-CN"]
    assert "${instalment_words}${instalment_amount}" in fault


def test_the_push_urls_open_the_products_own_doors() -> None:
    urls = push_urls(URL, b"r" * 32, "test")
    token = urls["SmsReport"].split("/")[-2]
    assert urls == {
        "SmsReport": f"{URL}/v1/providers/alibaba/{token}/reports",
        "SmsUp": f"{URL}/v1/providers/alibaba/{token}/replies",
    }
    assert token_is_valid(token, [b"r" * 32], "test")
    assert not token_is_valid(token, [b"r" * 32], "prod")


def test_the_command_prints_both() -> None:
    code, said = _run("--public-url", f"{URL}/")
    assert code == 0
    assert said["push_urls"] == push_urls(URL, b"r" * 32, "test")
    templates = said["templates"]
    assert isinstance(templates, list)
    assert len(templates) == 46


def test_in_words_every_form_stands_with_its_variables() -> None:
    with mock_aws():
        keys = json.dumps({"reference_key": "r" * 32})
        boto3.client("secretsmanager").create_secret(Name="accord/test/keys", SecretString=keys)
        said = CliRunner().invoke(app, [*SETUP[:-1], "--public-url", URL]).stdout
    for each in registrations(URL):
        assert f"{each.name} ({each.kind})\n  {each.form}\n  variables: {', '.join(each.variables)}\n" in said
    assert "SmsUp  https://n.example.com/v1/providers/alibaba/" in said


def test_by_default_links_lead_where_the_stack_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stage, "parameters", {"PublicUrl": URL})
    assert _run()[1]["push_urls"] == push_urls(URL, b"r" * 32, "test")


@pytest.mark.parametrize("parameters", [{}, {"PublicUrl": "http://n.example.com"}, {"PublicUrl": UNSET_URL}])
def test_without_an_https_address_nothing_is_to_be_registered(
    parameters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stage, "parameters", parameters)
    code, said = _run()
    assert (code, said["ok"]) == (1, False)
    assert "PublicUrl" in str(said["error"])
