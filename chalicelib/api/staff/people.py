"""The directory and the lectures, as those who keep them see them."""

from __future__ import annotations

from datetime import date

from chalice import Blueprint, Response

from chalicelib.api.staff.acts import shown_acts
from chalicelib.api.staff.told import Told
from chalicelib.api.staff.visit import StaffVisit, staffed
from chalicelib.domain.audit import Audited
from chalicelib.domain.directory import Professional, unfit
from chalicelib.domain.permissions import Permission, holds
from chalicelib.staff import wording
from chalicelib.staff.act import On
from chalicelib.staff.acts import NEW
from chalicelib.staff.assessment import Assessment, assess
from chalicelib.store import directory
from chalicelib.store import talks as talk_store

people = Blueprint(__name__)


@people.route("/staff/people", methods=["GET"])
@staffed(people, Permission.READ_CASES, Audited.DIRECTORY_READ)
def everybody(visit: StaffVisit) -> Response:
    """List the directory: who does what, how busy he is, and whether he may act today."""
    today = visit.wiring.clock().astimezone(visit.zone).date()
    rows = [
        (person, directory.load_of(person.id), _unfit(visit, person, today))
        for person in sorted(directory.every(), key=lambda one: (one.profession, one.id))
    ]
    return visit.page(
        "people", rows=rows, acts=shown_acts(visit, On.PERSON, NEW), done=visit.query.get("done", "")
    )


@people.route("/staff/people/{person}", methods=["GET"])
@staffed(people, Permission.READ_CASES, Audited.DIRECTORY_READ)
def somebody(visit: StaffVisit, person: str) -> Response:
    """Show somebody's entry with his trainings and assessments."""
    found, told = directory.get(person), _told(visit)
    return visit.page(
        "person",
        person=found,
        unfit=_unfit(visit, found, told.today),
        load=directory.load_of(person),
        year=_year(visit, person),
        told=told,
        acts=shown_acts(visit, On.PERSON, person),
        done=visit.query.get("done", ""),
        result=visit.query.get("result", ""),
    )


@people.route("/staff/talks", methods=["GET"])
@staffed(people, Permission.READ_CASES, Audited.TALKS_READ)
def talks(visit: StaffVisit) -> Response:
    """List the lectures that are kept."""
    found = sorted(talk_store.every(), key=lambda one: one.starts_at, reverse=True)
    new = shown_acts(visit, On.TALK, NEW)
    return visit.page("talks", talks=found, told=_told(visit), acts=new, done=visit.query.get("done", ""))


@people.route("/staff/talks/{talk}", methods=["GET"])
@staffed(people, Permission.READ_CASES, Audited.TALKS_READ)
def talk(visit: StaffVisit, talk: str) -> Response:
    """Show a lecture and how many come."""
    found = talk_store.get(talk)
    return visit.page(
        "talk",
        talk=found,
        told=_told(visit),
        acts=shown_acts(visit, On.TALK, talk),
        done=visit.query.get("done", ""),
        result=visit.query.get("result", ""),
    )


def _year(visit: StaffVisit, person: str) -> Assessment | None:
    """Return how somebody has done, to those who keep the directory."""
    if not holds(visit.actor, Permission.DIRECTORY):
        return None
    return assess(visit.actor, person, visit.wiring.clock())


def _unfit(visit: StaffVisit, person: Professional, today: date) -> list[str]:
    """Return why somebody may not act today, in the reader's language."""
    return [wording.read(each, visit.language) for each in unfit(person, today)]


def _told(visit: StaffVisit) -> Told:
    return Told(visit.language, visit.zone, "", visit.wiring.clock().astimezone(visit.zone).date())
