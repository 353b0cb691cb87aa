"""What an agreement says, clause by clause in one language: blocks that its page and its PDF both show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from chalicelib.domain.case import Case
from chalicelib.domain.clauses import Clause, Draft, Heading, chosen
from chalicelib.domain.local_form import format_date, format_money, mask_account
from chalicelib.domain.profile import Profile
from chalicelib.notices.fill import regulator_of
from chalicelib.store.lenders import Lender
from chalicelib.texts import fill, load_words
from chalicelib.texts.blocks import Block
from chalicelib.texts.plain import plain


@dataclass(frozen=True, slots=True)
class Contents:
    """An agreement in one language: its title, the line below it, and its blocks."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What an agreement rests on."""

    case: Case
    lender: Lender
    profile: Profile

    def reference(self, number: int) -> str:
        """Return the number of the agreement that the `number`-th draft becomes."""
        return f"AG-{self.case.id.reference.removeprefix('AC-')}-{number}"


def contents(ground: Ground, draft: Draft, language: str, *, final: bool) -> Contents:
    """Return what a draft says in one of its languages; a `final` text is not called a draft."""
    return _Writer(ground, draft, language).contents(final=final)


@dataclass(frozen=True, slots=True)
class _Writer:
    ground: Ground
    draft: Draft
    language: str

    @property
    def _words(self) -> dict[str, Any]:
        return load_words(f"agreement/{self.language}")

    def contents(self, *, final: bool) -> Contents:
        words, number = self._words, self.draft.number
        named = fill(words["reference"], reference=self.ground.reference(number))
        below = named if final else f"{named}    {fill(words['draft'], number=number)}"
        return Contents(words["title"], below, tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        words, values = self._words, self._values()
        sections = chosen(self.draft, self.ground.profile)
        for number, (heading, clauses) in zip(words["numbers"], sections.items(), strict=True):
            title = fill(words["numbered"], number=number, heading=words["headings"][heading])
            yield Block("heading", ((title,),))
            if heading == Heading.PARTIES:
                rows = fill(words["tables"]["PARTIES"], **values)
                yield Block("table", tuple((label, value) for label, value in rows))
            for clause in clauses:
                yield from _read(fill(words["clauses"][clause], **values))
                yield from self._table(clause)

    def _table(self, clause: Clause) -> Iterator[Block]:
        if clause == Clause.AMOUNT:
            owed, labels = self.draft.arrangement.owed, self._words["tables"]["AMOUNT"]
            rows = [(label, getattr(owed, name)) for name, label in labels.items()]
            yield Block("table", tuple((label, self._money(minor)) for label, minor in rows if minor))
        if clause == Clause.SCHEDULE and not self.draft.arrangement.plan.is_lump_sum:
            yield self._schedule()

    def _schedule(self) -> Block:
        words, plan = self._words["tables"]["SCHEDULE"], self.draft.arrangement.plan
        rows = [
            (fill(words["row"], number=each.number, day=self._day(each.due)), self._money(each.amount))
            for each in plan.instalments
        ]
        return Block("table", (*rows, (words["total"], self._money(plan.total))))

    def _values(self) -> dict[str, str]:
        case, found, draft = self.ground.case, self.draft.arrangement, self.draft
        plan, terms, words = found.plan, self.ground.profile.terms, self._words
        confirmation = terms.get("court_confirmation")
        names = [words["languages"][each] for each in draft.languages]
        return self._who() | {
            "account": mask_account(case.account_last4),
            "due": self._day(case.due_date),
            "since": self._day(case.overdue_since),
            "as_of": self._day(found.owed.as_of),
            "total": self._money(plan.total),
            "waived": self._waived(),
            "waived_total": self._money(found.waived.total),
            "interest": self._money(found.interest),
            "months": str(found.months),
            "first_due": self._day(found.first_due),
            "last_due": self._day(plan.instalments[-1].due),
            "issues": plain(draft.issues.get(self.language, "")),
            "special": plain(draft.special.get(self.language, "")),
            "grace": str(terms["instalment_grace"].amount),
            "confirmation": str(confirmation.amount) if confirmation else "",
            "languages": words["comma"].join(names),
            "prevailing": names[0],
        }

    def _who(self) -> dict[str, str]:
        lender = self.ground.lender
        regulator = regulator_of(self.ground.profile, lender, self.language)
        said = {
            "borrower": self.ground.case.borrower.name,
            "creditor": lender.text("creditor_name", self.language),
            "organisation": lender.text("mediator_org", self.language),
            "mediator": self.draft.mediator,
            "pay_channel": lender.text("pay_channel", self.language),
            "complaint": lender.text("complaint_contact", self.language),
            "regulator": regulator.name,
            "regulator_phone": regulator.phone,
        }
        return {name: plain(text) for name, text in said.items()}

    def _waived(self) -> str:
        said = self._words["parts"]
        parts = asdict(self.draft.arrangement.waived).items()
        shown = [fill(said[name], amount=self._money(minor)) for name, minor in parts if minor]
        joined: str = self._words["comma"].join(shown)
        return joined

    def _day(self, day: date) -> str:
        return format_date(day, self.language, region=self.ground.profile.jurisdiction)

    def _money(self, minor: int) -> str:
        currency = self.draft.arrangement.owed.currency
        return format_money(minor, currency, self.language, region=self.ground.profile.jurisdiction)


def _read(lines: list[str]) -> Iterator[Block]:
    """Yield a clause's paragraphs and, of neighbouring lines that begin with a dash, one list."""
    items = tuple((line[2:],) for line in lines if line.startswith("- "))
    yield from (Block("paragraph", ((line,),)) for line in lines if not line.startswith("- "))
    if items:
        yield Block("list", items)
