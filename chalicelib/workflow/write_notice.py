"""Writes one message of a step in the borrower's language; what must not go out as it is goes on record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib import links
from chalicelib.domain.codes import ChannelName, FactKind
from chalicelib.domain.contact_rules import Decision
from chalicelib.domain.errors import MissingVariables, NoticeBlocked
from chalicelib.domain.keys import notice_id
from chalicelib.notices.compose import Message, compose
from chalicelib.notices.fill import fill, language_of
from chalicelib.notices.laid_out import with_pages
from chalicelib.notices.plan import Ground
from chalicelib.notices.send import Notice
from chalicelib.store import facts
from chalicelib.store.facts import Fact
from chalicelib.store.lenders import Lender
from chalicelib.telemetry import Metric, Telemetry
from chalicelib.workflow.about import about


@dataclass(frozen=True, slots=True)
class WriteNotice:
    """Writes messages; a blocked one rings, naming what it lacks."""

    telemetry: Telemetry
    pepper: Callable[[], bytes]

    def __call__(
        self,
        this: Ground,
        allowed: tuple[ChannelName, Decision],
        lender: Lender,
        link: str,
        sent: Sequence[Fact],
        **kind: bool,
    ) -> Notice:
        """Return the step's message for one channel with the decision that allows it.

        `sent`: the case's SENT facts so far. Raises NoticeBlocked, once it is on record, when a mandatory
        variable is missing or a letter cannot be set.
        """
        channel, decision = allowed
        ident = notice_id(this.case.id, this.step.name, channel.value)
        try:
            message = self.message(this, channel, lender, link, ident, sent)
        except NoticeBlocked as error:
            self._block(this, channel, error)
            raise
        return Notice(ident, this.step.name, channel, message, decision, link, **kind)

    def message(
        self,
        this: Ground,
        channel: ChannelName,
        lender: Lender,
        link: str,
        ident: str,
        sent: Sequence[Fact],
    ) -> Message:
        """Return the words of a message; raises NoticeBlocked and puts nothing on record."""
        case, profile = this.case, this.profile
        language = language_of(case, profile, this.person)
        rounds = {step.name for step in profile.steps}
        sent = [fact for fact in sent if fact.which[0] in rounds]  # a confirmation is no notice of the debt
        scope, pepper = str(case.id), self.pepper()
        values = fill(
            case,
            lender,
            profile,
            language=language,
            link=link,
            notice_id=ident,
            verify_code=links.check_code(scope, this.step.name, pepper),
            at=this.at,
            sent=sent,
        )
        values = replace(values, **about(this, channel, pepper))
        # A reminder of nothing would be false: when no notice went out yet, this one is the first.
        is_first = this.step in profile.steps and not sent
        message = compose(
            profile=profile.jurisdiction,
            step=profile.steps[0].name if is_first else this.step.template,
            channel=channel.value,
            language=language,
            variables=values,
        )
        if channel != ChannelName.LETTER:
            return message
        return with_pages(message, values, case.borrower.postal, profile.jurisdiction)

    def _block(self, this: Ground, channel: ChannelName, error: NoticeBlocked) -> None:
        missing = list(error.names) if isinstance(error, MissingVariables) else []
        detail = {"why": str(error), "missing": missing}
        facts.append(Fact(this.case.id, FactKind.BLOCKED, this.at, (this.step.name, channel.value), detail))
        self.telemetry.count(Metric.NOTICE_BLOCKED)
        ids = {"case_id": str(this.case.id), "lender": this.case.lender, "step": this.step.name}
        why = {"channel": channel.value, "error": type(error).__name__, "missing": ", ".join(missing)}
        self.telemetry.problem("notice blocked", **ids, **why)
