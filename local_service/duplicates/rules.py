"""Might two cases be the same incident? One notification is sent for each incident (DfE, serious incident notifications)."""

import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from local_service.cases.models import CaseStatus
from service_kit.moves import Refusal
from shared_schemas.children import ChildFacts
from shared_schemas.incidents import IncidentFacts

ONE_FOR_EACH = "One notification for each incident (DfE, serious incident notifications methodology)"
FOLLOWS_WITHDRAWN = "follows_withdrawn"
NEAR = timedelta(days=7)


class DuplicateReason(StrEnum):
    """Why two cases look alike; a code, never a value."""

    SAME_NHS_NUMBER = "same_nhs_number"
    SAME_UNIQUE_PUPIL_NUMBER = "same_unique_pupil_number"
    SAME_LA_CHILD_ID = "same_la_child_id"
    SAME_NAME_AND_BIRTH = "same_name_and_birth"
    SAME_BIRTH_TIME_AND_AREA = "same_birth_time_and_area"
    SAME_TIME_AND_AREA = "same_time_and_area"


# How much each says, so that the likeliest stand first; nothing is decided by the sum.
WEIGHTS = {
    DuplicateReason.SAME_NHS_NUMBER: 100,
    DuplicateReason.SAME_UNIQUE_PUPIL_NUMBER: 100,
    DuplicateReason.SAME_LA_CHILD_ID: 80,
    DuplicateReason.SAME_NAME_AND_BIRTH: 60,
    DuplicateReason.SAME_BIRTH_TIME_AND_AREA: 30,
    DuplicateReason.SAME_TIME_AND_AREA: 50,
}


def why_alike(one: IncidentFacts, other: IncidentFacts) -> list[DuplicateReason]:
    """Say why two incidents may be one: a child in common, and then also time and area. Empty where they are not alike."""
    same_child = {
        reason for mine in one.children for theirs in other.children for reason in _same_child(mine, theirs)
    }
    if _same_time_and_area(one, other):
        births = {child.date_of_birth for child in one.children if child.date_of_birth}
        if same_child:
            same_child.add(DuplicateReason.SAME_TIME_AND_AREA)
        elif births & {child.date_of_birth for child in other.children}:
            same_child.add(DuplicateReason.SAME_BIRTH_TIME_AND_AREA)
    return sorted(same_child, key=lambda reason: (-WEIGHTS[reason], reason))


def score(reasons: list[DuplicateReason]) -> int:
    """Add up what the reasons say: the higher, the likelier the same incident."""
    return sum(WEIGHTS[reason] for reason in reasons)


def why_not_related(relation: str, status: CaseStatus, other: CaseStatus) -> Refusal | None:
    """Why it cannot be said, if so: only an open case follows one that was withdrawn (s16C(1))."""
    if relation == FOLLOWS_WITHDRAWN and (status is not CaseStatus.OPEN or other is not CaseStatus.WITHDRAWN):
        return Refusal(
            "Only an open case follows another, and only one whose notification was withdrawn.",
            "Children Act 2004 s16C(1)",
        )
    return None


def _same_child(one: ChildFacts, other: ChildFacts) -> Iterator[DuplicateReason]:
    if one.nhs_number and one.nhs_number == other.nhs_number:
        yield DuplicateReason.SAME_NHS_NUMBER
    if one.unique_pupil_number and one.unique_pupil_number == other.unique_pupil_number:
        yield DuplicateReason.SAME_UNIQUE_PUPIL_NUMBER
    if one.la_child_id and one.la_child_id == other.la_child_id:
        yield DuplicateReason.SAME_LA_CHILD_ID
    same_birth = one.date_of_birth and one.date_of_birth == other.date_of_birth
    if same_birth and _name(one) and _name(one) == _name(other):
        yield DuplicateReason.SAME_NAME_AND_BIRTH


def _same_time_and_area(one: IncidentFacts, other: IncidentFacts) -> bool:
    authority = one.location.local_authority
    near = abs(one.occurred_on - other.occurred_on) <= NEAR
    return near and authority is not None and authority == other.location.local_authority


def _name(child: ChildFacts) -> str | None:
    """Give a name as it compares: without accents, case, spaces and hyphens; None where a part is not known."""
    if not child.first_name or not child.surname:
        return None
    plain = unicodedata.normalize("NFKD", f"{child.first_name}{child.surname}").casefold()
    return "".join(character for character in plain if character.isalnum())
