"""In and out of the console: to the user pool's sign-in page, back with a code, and signing out."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

from chalice import Blueprint, Response

from chalicelib.api.staff import cookies
from chalicelib.api.staff.refusal import told
from chalicelib.api.staff.visit import FORM, StaffVisit, staffed, visit_of
from chalicelib.domain.actor import Actor
from chalicelib.domain.audit import Audited, Entry
from chalicelib.domain.errors import AccordError, NotInRole, SignInFailed
from chalicelib.domain.permissions import Permission
from chalicelib.staff.sign_in import attempt as attempts
from chalicelib.staff.sign_in.attempt import LIFE

sign_in = Blueprint(__name__)
HOME = "/staff"
CALLBACK, SIGNED_OUT = f"{HOME}/callback", f"{HOME}/signed-out"


def begin(visit: StaffVisit) -> Response:
    """Lead to the user pool's sign-in page; the way back is in a cookie, never in an address."""
    wiring, settings = visit.wiring, visit.wiring.settings
    made = attempts.start(wiring.randomness, visit.path, wiring.clock())
    callback = settings.public_url + CALLBACK
    answer = visit.leave(
        made.address(settings.staff_login_url, settings.staff_client, callback, visit.language)
    )
    kept = made.seal(wiring.session_key())
    answer.headers["Set-Cookie"] = cookies.write(cookies.ATTEMPT, kept, int(LIFE.total_seconds()), wiring)
    return answer


@sign_in.route(CALLBACK, methods=["GET"])
def callback() -> Response:
    """Take the code that the user pool gave, and begin a session of our own."""
    request = sign_in.current_request
    visit = visit_of(request)
    made = _attempt(visit, cookies.read(request, cookies.ATTEMPT, visit.wiring))
    if made is None:
        return visit.page("error", 400, kind="attempt", said="")
    try:
        token = visit.wiring.staff_provider.exchange(visit.query.get("code", ""), made.verifier)
        actor = visit.wiring.staff_token(token, made.nonce)
        return _let_in(visit, actor, made.to)
    except NotInRole as error:
        return visit.page("error", 403, kind="not_in_role", **told(error, visit.language))
    except (SignInFailed, AccordError) as error:
        visit.wiring.telemetry.problem("staff sign-in failed", reason=str(error))
        return visit.page("error", 400, kind="attempt", said="")
    except Exception:
        visit.wiring.telemetry.logger.exception("staff sign-in failed")
        return visit.page("error", 500, kind="failed", said="")


@sign_in.route(f"{HOME}/sign-out", methods=["POST"], content_types=FORM)
@staffed(sign_in, Permission.READ_CASES, Audited.SIGNED_OUT)
def sign_out(visit: StaffVisit) -> Response:
    """End the session here and at the user pool."""
    from chalicelib.store import staff_sessions

    staff_sessions.end(visit.token)
    settings = visit.wiring.settings
    asked = {"client_id": settings.staff_client, "logout_uri": settings.public_url + SIGNED_OUT}
    answer = visit.leave(f"{settings.staff_login_url}/logout?{urlencode(asked)}")
    answer.headers["Set-Cookie"] = cookies.write(cookies.SESSION, "", 0, visit.wiring)
    return answer


@sign_in.route(SIGNED_OUT, methods=["GET"])
def signed_out() -> Response:
    """Say that the session is over."""
    return visit_of(sign_in.current_request).page("signed_out")


@sign_in.route(f"{HOME}/nowhere", methods=["GET"])
def nowhere() -> Response:
    """Answer for every path that is no page of the console."""
    return visit_of(sign_in.current_request).page("error", 404, kind="not_found", said="")


@sign_in.route(f"{HOME}/nowhere", methods=["POST"], content_types=FORM)
def sent_nowhere() -> Response:
    """Answer for every form that is none of the console's."""
    return visit_of(sign_in.current_request).page("error", 404, kind="not_found", said="")


def _attempt(visit: StaffVisit, kept: str) -> attempts.Attempt | None:
    if not kept or not visit.query.get("code"):
        return None
    key, now = visit.wiring.session_key(), visit.wiring.clock()
    return attempts.resume(kept, key, visit.query.get("state", ""), now)


def _let_in(visit: StaffVisit, actor: Actor, to: str) -> Response:
    """Begin a session that is on the trail before anybody has its cookie."""
    from chalicelib.store import audit, staff_sessions

    wiring, now = visit.wiring, visit.wiring.clock()
    secret = base64.urlsafe_b64encode(wiring.randomness(32)).decode().rstrip("=")
    roles = {"roles": ",".join(sorted(actor.roles))}
    audit.record(Entry(now, actor.id, Audited.SIGNED_IN, "", roles), wiring.randomness(8).hex())
    token = staff_sessions.begin(secret, actor, now)
    answer = visit.go(to)
    answer.headers["Set-Cookie"] = [
        cookies.write(cookies.SESSION, token, None, wiring),
        cookies.write(cookies.ATTEMPT, "", 0, wiring),
    ]
    return answer
