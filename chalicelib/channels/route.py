"""Several providers of one channel as one: by weight and health, with a second try where that is safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chalicelib.channels import Channel, Outgoing, Refused, Result, Unsure
from chalicelib.channels.breaker import BreakerRules, Health, answered, called, may_call, weight


def _none(_: Outgoing) -> str:
    return ""


def _at_once() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider and its share of the messages.

    `objects` says why it cannot send a message at all, as a code; nothing when it can. `pace` waits until it
    may be called again; the wait is not held against the provider, so it stands here and not around the
    channel.
    """

    name: str
    channel: Channel
    weight: float
    objects: Callable[[Outgoing], str] = _none
    pace: Callable[[], None] = _at_once


class Routed:
    """A channel that picks a provider for each message; `clock` gives seconds, `chance` a number in [0, 1).

    Health lives in this process: each sender learns by itself, within `least` calls, and forgets at its end.
    That costs a few failed calls per sender in an outage and saves a call to a store for every message.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        rules: BreakerRules,
        clock: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._providers = tuple(providers)
        self._rules, self._clock, self._chance = rules, clock, chance
        self._health = {provider.name: Health() for provider in providers}

    def send(self, message: Outgoing) -> Result:
        """Send the message once; see Channel.send.

        A provider that surely has nothing and asks to come back is followed by one other, with the same
        message. After Unsure nobody is: the message may be on its way. With every provider at rest it is
        Refused, to come again, without a call. When all object, the first one's reason stands.
        """
        objections = [provider.objects(message) for provider in self._providers]
        able = [each for each, why in zip(self._providers, objections, strict=True) if not why]
        if not able:
            return Refused((*objections, "no_provider")[0], again=False)
        first = self._pick(able)
        if first is None:
            return Refused("circuit_open", again=True)
        result = self._through(first, message)
        if isinstance(result, Refused) and result.again:
            second = self._pick([provider for provider in able if provider is not first])
            return self._through(second, message) if second else result
        return result

    def health(self, name: str) -> Health:
        """Return what is known of a provider, for the record."""
        return self._health[name]

    def _pick(self, able: Sequence[Provider]) -> Provider | None:
        """Return one of the providers that may be called, by chance, or None."""
        now = self._clock()
        shares = [
            (provider, provider.weight * weight(self._health[provider.name], self._rules, now))
            for provider in able
            if may_call(self._health[provider.name], now)
        ]
        left = self._chance() * sum(share for _, share in shares)
        for provider, share in shares:
            left -= share
            if left < 0:
                return provider
        return shares[-1][0] if shares else None

    def _through(self, provider: Provider, message: Outgoing) -> Result:
        """Send through one provider and learn from how it went; an error it raises is a failure too."""
        provider.pace()
        self._health[provider.name] = called(self._health[provider.name])
        started, failed = self._clock(), True
        try:
            result = provider.channel.send(message)
            slow = self._clock() - started > self._rules.slow
            failed = slow or isinstance(result, Unsure) or (isinstance(result, Refused) and result.again)
        finally:
            now = self._clock()
            self._health[provider.name] = answered(
                self._health[provider.name], self._rules, now, failed=failed
            )
        return result
