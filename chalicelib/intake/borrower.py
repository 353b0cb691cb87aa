"""Who owes and how to reach him, as an event says it; and what changed of that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from chalicelib import links
from chalicelib.domain import said
from chalicelib.domain.case import Borrower, Case
from chalicelib.domain.codes import FactKind
from chalicelib.domain.said import Loan, Unopened
from chalicelib.intake.contract import BorrowerData, ContactData
from chalicelib.intake.say import say
from chalicelib.intake.upstream import Upstream
from chalicelib.links import HashKeys
from chalicelib.store import persons
from chalicelib.store.lenders import Lender

_ADDRESSES = ("phone", "email", "postal", "app_user")


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """Takes changes of a borrower's addresses, language or time zone."""

    hash_keys: Callable[[], HashKeys]

    def __call__(self, upstream: Upstream, data: ContactData) -> None:
        """Put what changed on the loan; the timeline names it and holds none of it.

        What he silenced stays silent over a new address, and what is known as dead or not his stays so: the
        person is the same one, and inherits what was asked for under the new address (*policy*). A link that
        went to an address which is no longer his opens nothing any more (store/links.py).
        """
        given = {name: getattr(data, name) for name in said.CONTACT if name in data.model_fields_set}
        if isinstance(given.get("postal"), list):
            given["postal"] = tuple(given["postal"])
        key = self.hash_keys().person
        digests, known_as = _digests(given, key), _known_as(given, key)

        def change(loan: Loan, /) -> Loan:
            told = said.reachable(loan, given, digests, upstream.mark)
            if isinstance(told, Unopened):
                told = replace(told, known_as=told.known_as | known_as)
            return told

        case = say(upstream, change, FactKind.CONTACT, {"changed": sorted(given)})
        if case:
            inherit(case, known_as)


def inherit(case: Case, known_as: Iterable[str]) -> None:
    """Let a case's person have what was silenced where he is known by another address of his."""
    for other in known_as:
        persons.inherit(case.borrower.person, other)


def _known_as(given: Mapping[str, object], key: bytes) -> frozenset[str]:
    named = given.get("phone") or given.get("email")
    return frozenset({links.person_key(named, key)} if isinstance(named, str) else ())


def read_borrower(given: BorrowerData, loan_key: str, lender: Lender, keys: HashKeys) -> Borrower:
    """Return the borrower of an overdue event; of factor and addresses only keyed hashes tell him apart."""
    postal = tuple(given.postal or ())
    addresses = {name: getattr(given, name) for name in _ADDRESSES}
    return Borrower(
        name=given.name,
        language=given.language,
        timezone=given.timezone or lender.text("default_timezone", "en") or None,
        phone=given.phone,
        email=given.email,
        factor=links.factor_digest(given.id_last4, loan_key, keys.factor),
        person=links.person_key(given.phone or given.email or "\n".join(postal), keys.person),
        postal=postal,
        app_user=given.app_user,
        digests=_digests(addresses, keys.person),
    )


def _digests(addresses: Mapping[str, object], key: bytes) -> dict[str, str]:
    found = {}
    for name in _ADDRESSES:
        if one := addresses.get(name):
            text = one if isinstance(one, str) else "\n".join(one)  # type: ignore[arg-type]
            found[name] = links.address_digest(text, key)
    return found
