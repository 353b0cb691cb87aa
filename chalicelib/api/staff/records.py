"""What supervisors and auditors read: how complaints were handled, and the audit trail."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import UTC, date, datetime

from chalice import Blueprint, Response

from chalicelib.api.staff.told import Told
from chalicelib.api.staff.visit import StaffVisit, staffed
from chalicelib.domain.audit import Audited
from chalicelib.domain.complaint_report import Line, lines
from chalicelib.domain.permissions import Permission
from chalicelib.staff import sheet
from chalicelib.store import audit as trail
from chalicelib.store import complaint_lists

records = Blueprint(__name__)


@records.route("/staff/report", methods=["GET"])
@staffed(records, Permission.READ_REPORTS, Audited.REPORT_READ)
def report(visit: StaffVisit) -> Response:
    """Show how the complaints of a month were handled: received, in time, extended, upheld, missed."""
    month, found = _report(visit)
    return visit.page("report", month=month.strftime("%Y-%m"), lines=found)


@records.route("/staff/report.csv", methods=["GET"])
@staffed(records, Permission.EXPORT, Audited.EXPORTED)
def report_table(visit: StaffVisit) -> Response:
    """Hand the same out as a table for a spreadsheet."""
    month, found = _report(visit)
    visit.detail.update(month=month.isoformat(), rows=str(len(found)))
    headers = visit.headers() | {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": 'attachment; filename="complaints.csv"',
    }
    heads = tuple(each.name for each in fields(Line))
    rows = [tuple(asdict(line).values()) for line in found]
    return Response(sheet.sheet(heads, rows), headers=headers, status_code=200)


@records.route("/staff/audit", methods=["GET"])
@staffed(records, Permission.READ_AUDIT, Audited.AUDIT_READ)
def audit(visit: StaffVisit) -> Response:
    """Show the trail of a UTC day, or of one thing by its id."""
    about = visit.query.get("about", "").strip()[:80]
    day = _day(visit.query.get("day", ""), visit.wiring.clock())
    found = trail.of(about) if about else trail.on(day)
    visit.detail.update(read=about or day.isoformat())
    told = Told(visit.language, visit.zone, "", day)
    return visit.page("audit", entries=found, day=day.isoformat(), about=about, told=told)


def _report(visit: StaffVisit) -> tuple[date, list[Line]]:
    now = visit.wiring.clock()
    try:
        month = datetime.strptime(visit.query.get("month", ""), "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError:
        month = now.date()
    return month, lines(complaint_lists.of_month(month), now)


def _day(text: str, now: datetime) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return now.astimezone(UTC).date()
