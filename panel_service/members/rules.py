"""Who is of the Panel: a chair and members whom the Secretary of State appoints (Children Act 2004 s16A)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from panel_service.members.models import Office
from service_kit.moves import Refusal
from service_kit.problems import field_problem

APPOINTS = "Children Act 2004 s16A"


@dataclass(frozen=True)
class Appointment:
    """Who holds which office from when to when; both days count."""

    principal_id: UUID
    office: str
    appointed_from: date
    appointed_to: date | None = None


def overlap(one: Appointment, other: Appointment) -> bool:
    """Whether two appointments share a day."""
    return one.appointed_from <= (other.appointed_to or date.max) and other.appointed_from <= (
        one.appointed_to or date.max
    )


def check_appointment(given: Appointment, known: Iterable[Appointment]) -> None:
    """Refuse a second appointment of one person at a time, and a second chair at a time (s16A: a chair and members).

    Raises 422 at the first day, which is where the other appointment must have ended.
    """
    if given.appointed_to is not None and given.appointed_to < given.appointed_from:
        raise field_problem("/appointed_to", "before_appointed_from", "Must not lie before appointed_from.")
    for other in known:
        if not overlap(given, other):
            continue
        if other.principal_id == given.principal_id:
            raise field_problem(
                "/appointed_from", "appointed_already", "The person is appointed on that day.", rule=APPOINTS
            )
        if given.office == other.office == Office.CHAIR:
            raise field_problem(
                "/appointed_from", "chair_already", "There is a chair on that day.", rule=APPOINTS
            )


def why_no_end(appointed_to: date | None, end_reason: str | None) -> Refusal | None:
    """Why an appointment cannot be ended, if so: it has ended already (s16A)."""
    if end_reason is None:
        return None
    return Refusal(f"The appointment ended on {appointed_to}.", APPOINTS)


def check_end(ended_on: date, *, appointed_from: date, appointed_to: date | None, today: date) -> None:
    """Refuse an end before the beginning, after the term, or in the future: it is recorded once it is known (s16A)."""
    if ended_on > today:
        raise field_problem("/ended_on", "date_in_the_future", "Must not lie in the future.")
    if ended_on < appointed_from:
        raise field_problem("/ended_on", "before_appointed_from", "Must not lie before appointed_from.")
    if appointed_to is not None and ended_on > appointed_to:
        raise field_problem("/ended_on", "after_appointed_to", "Must not lie after appointed_to.")


def in_office(appointments: Sequence[Appointment], day: date) -> list[Appointment]:
    """Give who is of the Panel on a day."""
    return [one for one in appointments if one.appointed_from <= day <= (one.appointed_to or date.max)]
