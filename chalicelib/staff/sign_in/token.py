"""An ID token of the user pool: checked in full, and read as somebody of the staff."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.domain.actor import Actor, Role
from chalicelib.domain.errors import NotInRole, SignInFailed

_SKEW_SECONDS = 60
_NEEDED = ["exp", "iat", "iss", "aud", "sub", "nonce", "token_use"]
Keys = Callable[[str], Mapping[str, Any]]
"""The JWK with a key id; raises KeyError for one that is not the pool's."""


@dataclass(frozen=True, slots=True)
class Checks:
    """What an ID token must say: who issued it, for which client (OpenID Connect Core 3.1.3.7).

    `clocks` are those whose time its own may fit; more than one on the local engine alone, where the clock
    moves.
    """

    issuer: str
    client: str
    keys: Keys
    clocks: Sequence[Callable[[], datetime]]

    def __call__(self, token: str, nonce: str) -> Actor:
        """Return who signed in; raises SignInFailed for a token that is not right, NotInRole for no role."""
        claims = self._claims(token)
        if claims["token_use"] != "id":  # noqa: S105
            raise SignInFailed("this is no ID token")
        if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise SignInFailed("the ID token is another attempt's")
        if not any(_fits(claims, clock().timestamp()) for clock in self.clocks):
            raise SignInFailed("the ID token is not fresh")
        return _actor(claims)

    def _claims(self, token: str) -> dict[str, Any]:
        # Imported here: whoever is signed in already must not pay for the library.
        import jwt

        try:
            key = self.keys(str(jwt.get_unverified_header(token).get("kid", "")))
            found: dict[str, Any] = jwt.decode(
                token,
                jwt.PyJWK(dict(key), algorithm="RS256"),
                algorithms=["RS256"],
                issuer=self.issuer,
                audience=self.client,
                # Its times are checked by the clocks given.
                options={"require": _NEEDED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise SignInFailed(f"the ID token does not hold: {type(error).__name__}") from error
        return found


def key_set(fetch: Callable[[], Mapping[str, Any]]) -> Keys:
    """Return a JWK by its id from a set that is fetched when an id is new; the last set is kept."""
    known: dict[str, Mapping[str, Any]] = {}

    def key(kid: str) -> Mapping[str, Any]:
        if kid not in known:
            known.clear()
            known.update({str(each.get("kid", "")): each for each in fetch().get("keys", ())})
        return known[kid]

    return key


def _fits(claims: Mapping[str, Any], at: float) -> bool:
    try:
        issued, expires = float(claims["iat"]), float(claims["exp"])
    except (TypeError, ValueError):
        return False
    return issued - _SKEW_SECONDS <= at <= expires + _SKEW_SECONDS


def _actor(claims: Mapping[str, Any]) -> Actor:
    groups = claims.get("cognito:groups", ())
    roles = frozenset(Role(group) for group in groups if group in set(Role)) if groups else frozenset()
    if not roles:
        raise NotInRole("nobody has given this sign-in a role yet; ask whoever looks after the user pool")
    ident = str(claims.get("cognito:username") or claims["sub"])
    return Actor(
        id=ident,
        name=str(claims.get("name") or ident),
        roles=roles,
        lender=str(claims.get("custom:lender") or ""),
        # Where the codes that sign go: only an address that the pool knows to be his.
        email=str(claims.get("email") or "") if claims.get("email_verified") is True else "",
    )
