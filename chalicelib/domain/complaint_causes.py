"""How a complaint's category is called in the reports of a jurisdiction (pure)."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.domain.complaint import Category


class CfpbIssue(StrEnum):
    """The issues of debt collection in the complaint database of the Consumer Financial Protection Bureau."""

    NOT_OWED = "Attempts to collect debt not owed"
    WRITTEN_NOTIFICATION = "Written notification about debt"
    LEGAL_ACTION = "Took or threatened to take negative or legal action"
    FALSE_STATEMENTS = "False statements or representation"
    COMMUNICATION = "Communication tactics"
    IMPROPER_SHARING = "Threatened to contact someone or share information improperly"
    ELECTRONIC = "Electronic communications"


_CFPB = {
    Category.COLLECTION: CfpbIssue.COMMUNICATION,
    Category.SERVICE: CfpbIssue.COMMUNICATION,
    Category.PRICING: CfpbIssue.NOT_OWED,
    Category.CONTRACT: CfpbIssue.NOT_OWED,
    Category.DISCLOSURE: CfpbIssue.WRITTEN_NOTIFICATION,
    Category.INFORMATION_SECURITY: CfpbIssue.IMPROPER_SHARING,
    Category.FUND_SAFETY: CfpbIssue.NOT_OWED,
    Category.MARKETING: CfpbIssue.FALSE_STATEMENTS,
    Category.RIGHT_TO_CHOOSE: CfpbIssue.LEGAL_ACTION,
    Category.PRODUCT_RETURN: CfpbIssue.FALSE_STATEMENTS,
    Category.PROCESS: CfpbIssue.LEGAL_ACTION,
    Category.SYSTEMS: CfpbIssue.ELECTRONIC,
    Category.PLATFORM: CfpbIssue.ELECTRONIC,
}
"""*Policy*: the nearest issue; mediation is none of the bureau's."""


def cfpb_issue(category: Category, jurisdiction: str) -> CfpbIssue | None:
    """Return the bureau's issue a complaint counts under; None outside the US, and where it has none."""
    return _CFPB.get(category) if jurisdiction == "US" else None
