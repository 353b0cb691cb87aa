"""Signing in: the code flow against a pool that checks it, every token that is not right, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest

from chalicelib.domain.audit import Audited, Entry
from chalicelib.store import audit
from chalicelib.store.staff_sessions import ABSOLUTE, IDLE
from tests.api.staff.member import Answer, Member, sign_in
from tests.api.staff.pool import KID, STRANGER, Pool, claims
from tests.scene import Scene
from tests.staff.office import CLERK

pytestmark = [
    pytest.mark.filterwarnings("ignore:No application metrics to publish"),
    pytest.mark.filterwarnings("ignore:The HMAC key"),
]


@pytest.fixture
def pool(scene: Scene) -> Iterator[Pool]:
    wiring = scene.wiring
    kept = wiring.settings, wiring.issuer_at
    with Pool(claims(scene.road.clock.now)) as found:
        wiring.settings = replace(kept[0], staff_login_url=found.url)
        wiring.issuer_at = f"{found.url}/us-east-1_Staff"
        for name in ("staff_provider", "staff_token"):
            vars(wiring).pop(name, None)
        yield found
    wiring.settings, wiring.issuer_at = kept
    for name in ("staff_provider", "staff_token"):
        vars(wiring).pop(name, None)


def _led(member: Member, path: str = "/staff") -> str:
    answer = member.get(path)
    assert answer.status == 303
    return answer.headers["location"][0]


def _back(member: Member, pool: Pool, **changes: str) -> Answer:
    given = pool.authorize(_led(member)) | changes
    return member.get(f"/staff/callback?{urlencode(given)}")


def test_somebody_signs_in_and_comes_to_the_page_he_asked_for(scene: Scene, pool: Pool) -> None:
    member = Member()
    address = _led(member, "/staff/people")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["https://accord.example/staff/callback"]
    assert {"nonce", "state", "code_challenge"} <= asked.keys()
    assert "verifier" not in address
    answer = member.get(f"/staff/callback?{urlencode(pool.authorize(address))}")
    assert answer.place == "/staff/people"
    session, attempt = answer.headers["set-cookie"]
    assert session.startswith("__Host-accord-staff=clerk.")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in session
    assert "Max-Age=0" in attempt
    assert "Clara Clerk" in member.get("/staff").text
    line = _line(scene, Audited.SIGNED_IN)
    assert (line.who, line.detail["roles"]) == ("clerk", "CASE_STAFF")


def test_codes_to_sign_go_to_an_address_the_pool_has_seen_to_be_his(scene: Scene, pool: Pool) -> None:
    checks, now = scene.wiring.staff_token, scene.road.clock.now
    for verified, email in ((True, "clara@accord.example"), (False, ""), ("true", ""), (None, "")):
        said = claims(now, email_verified=verified, nonce="n")
        token = jwt.encode(said, pool.key, algorithm="RS256", headers={"kid": KID})
        assert checks(token, "n").email == email


def _line(scene: Scene, what: Audited) -> Entry:
    """Return the trail's one line of a kind."""
    (found,) = [line for line in audit.on(scene.road.clock.now.date()) if line.what == what]
    return found


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Other"},
        {"aud": "another-client"},
        {"token_use": "access"},
        {"nonce": "another attempt's"},
        {"exp": 1_700_000_000},
        {"iat": 1_900_000_000, "exp": 1_900_000_300},
        {"exp": None},
        {"token_use": None},
        {"iat": "soon"},
    ],
    ids=str,
)
def test_a_token_that_is_not_right_lets_nobody_in(scene: Scene, pool: Pool, changes: dict[str, Any]) -> None:
    pool.claims = claims(scene.road.clock.now, **changes)
    _refused(scene, pool)


@pytest.mark.parametrize("how", ["another key", "no signature", "a shared secret"])
def test_a_token_the_pool_did_not_sign_lets_nobody_in(scene: Scene, pool: Pool, how: str) -> None:
    if how == "another key":
        pool.key = STRANGER
    elif how == "no signature":
        pool.algorithm = "none"
    else:
        pool.algorithm, pool.key = "HS256", "client"
    _refused(scene, pool)


def _refused(scene: Scene, pool: Pool) -> None:
    member = Member()
    answer = _back(member, pool)
    assert (answer.status, member.get("/staff").status) == (400, 303)
    assert pool.asked, "it was the token, not the code"
    assert audit.on(scene.road.clock.now.date()) == []


def test_nobody_is_let_in_without_a_role(scene: Scene, pool: Pool) -> None:
    pool.claims = claims(scene.road.clock.now, **{"cognito:groups": ["guests"]})
    member = Member()
    assert _back(member, pool).status == 403
    assert member.get("/staff").status == 303


def test_a_code_is_taken_from_its_own_attempt_alone_and_once(scene: Scene, pool: Pool) -> None:
    assert _back(Member(), pool, state="another").status == 400
    assert Member().get("/staff/callback?code=x&state=y").status == 400
    member = Member()
    given = pool.authorize(_led(member))
    kept = dict(member.jar)
    assert member.get(f"/staff/callback?{urlencode(given)}").status == 303
    assert Member(jar=kept).get(f"/staff/callback?{urlencode(given)}").status == 400
    stolen = pool.authorize(_led(Member()))
    other = Member()
    own = parse_qs(urlsplit(_led(other)).query)["state"][0]
    assert other.get(f"/staff/callback?{urlencode(stolen | {'state': own})}").status == 400


def test_an_attempt_ends_after_ten_minutes_and_a_forged_one_is_none(scene: Scene, pool: Pool) -> None:
    member = Member()
    given = pool.authorize(_led(member))
    name, kept = next(iter(member.jar.items()))
    forged = Member(jar={name: kept[:-1] + ("A" if kept[-1] != "A" else "B")})
    assert forged.get(f"/staff/callback?{urlencode(given)}").status == 400
    assert Member(jar={name: "nonsense"}).get(f"/staff/callback?{urlencode(given)}").status == 400
    scene.road.clock.now += timedelta(minutes=10, seconds=1)
    pool.claims = claims(scene.road.clock.now)
    assert member.get(f"/staff/callback?{urlencode(given)}").status == 400


def test_a_pool_that_is_down_is_said_so(scene: Scene, pool: Pool) -> None:
    member = Member()
    given = pool.authorize(_led(member))
    pool.__exit__()
    assert member.get(f"/staff/callback?{urlencode(given)}").status == 400
    pool.__enter__()


def test_signing_out_ends_the_session_here_and_at_the_pool(scene: Scene) -> None:
    member = sign_in(scene, CLERK)
    kept = dict(member.jar)
    answer = member.post("/staff/sign-out")
    assert answer.headers["location"][0].startswith("https://sign-in.example/logout?client_id=client")
    assert "logout_uri=https%3A%2F%2Faccord.example%2Fstaff%2Fsigned-out" in answer.headers["location"][0]
    assert Member(jar=kept).get("/staff").status == 303, "the cookie is worth nothing any more"
    assert member.get("/staff/signed-out").status == 200
    assert _line(scene, Audited.SIGNED_OUT).who == "clerk"


def test_a_session_ends_by_idleness_and_at_last_by_age(scene: Scene) -> None:
    member, clock = sign_in(scene, CLERK), scene.road.clock
    clock.now += IDLE
    assert member.get("/staff").status == 200
    clock.now += IDLE + timedelta(seconds=1)
    assert member.get("/staff").status == 303
    member, begun = sign_in(scene, CLERK), clock.now
    while clock.now + timedelta(minutes=20) <= begun + ABSOLUTE:
        clock.now += timedelta(minutes=20)
        assert member.get("/staff").status == 200
    clock.now = begun + ABSOLUTE + timedelta(seconds=1)
    assert member.get("/staff").status == 303


def test_a_form_sent_without_a_session_changes_nothing_and_says_so(scene: Scene) -> None:
    answer = Member().post("/staff/do/new/talk/announce_talk", {"key": "a" * 12})
    assert (answer.status, "sign in again" in answer.text) == (403, True)
