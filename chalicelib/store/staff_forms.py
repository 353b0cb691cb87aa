"""Forms of the console that were carried out: sent again, they tell what came of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.store import keys
from chalicelib.store.staff_rows import FormRow

_KEPT = timedelta(days=1)  # longer than any session: no form outlives its page's token


def result_of(who: str, form: str) -> str:
    """Return what came of somebody's form by its key (strongly consistent), empty when nothing did yet."""
    try:
        return str(FormRow.get(keys.staff(who), keys.staff_form(form), consistent_read=True).result)
    except FormRow.DoesNotExist:
        return ""


def note(who: str, form: str, result: str, now: datetime) -> None:
    """Note what came of a form; after the act, which is itself safe to repeat."""
    ends = int((now + _KEPT).timestamp())
    FormRow(keys.staff(who), keys.staff_form(form), result=result, ttl=ends).save()
