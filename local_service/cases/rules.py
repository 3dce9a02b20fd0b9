"""Rules on an incident's facts that need to know the time, or what the deployment is for."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from service_kit.clock.working_days import london_date
from shared_schemas.incidents import IncidentFacts
from shared_schemas.problems import ProblemError


def incident_errors(incident: IncidentFacts, now: datetime, *, live: bool) -> list[ProblemError]:
    """Every fact that lies in the future and, in live mode, every identifier that is kept for tests."""
    found = [*_future_times(incident, now), *_future_dates(incident, london_date(now))]
    return [*found, *_test_numbers(incident)] if live else found


def _future_times(incident: IncidentFacts, now: datetime) -> Iterator[ProblemError]:
    times = {"/incident/authority_became_aware_at": incident.authority_became_aware_at} | {
        f"/incident/information_received/{number}/received_at": entry.received_at
        for number, entry in enumerate(incident.information_received)
    }
    return _in_the_future((pointer for pointer, at in times.items() if at > now), "time_in_the_future")


def _future_dates(incident: IncidentFacts, today: date) -> Iterator[ProblemError]:
    dates = {"/incident/occurred_on": incident.occurred_on}
    for number, child in enumerate(incident.children):
        for name, day in (("date_of_birth", child.date_of_birth), ("date_of_death", child.date_of_death)):
            if day is not None:
                dates[f"/incident/children/{number}/{name}"] = day
    return _in_the_future((pointer for pointer, day in dates.items() if day > today), "date_in_the_future")


def _in_the_future(pointers: Iterable[str], code: str) -> Iterator[ProblemError]:
    return (
        ProblemError(pointer=pointer, code=code, detail="Must not lie in the future.") for pointer in pointers
    )


def _test_numbers(incident: IncidentFacts) -> Iterator[ProblemError]:
    # Numbers from 900 000 0000 on are never issued to anybody.
    return (
        ProblemError(
            pointer=f"/incident/children/{number}/nhs_number",
            code="nhs_number_for_tests",
            detail="Is an NHS number kept for tests.",
        )
        for number, child in enumerate(incident.children)
        if child.nhs_number is not None and child.nhs_number.startswith("9")
    )
