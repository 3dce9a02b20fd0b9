"""A case without saying whose it is: a list of what may be shown, so that what nobody thought of is not."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from panel_service.cases.models import Case
from shared_schemas.children import ChildFacts, ChildOutcome
from shared_schemas.codes import AgeBand
from shared_schemas.incidents import AbuseOrNeglect
from shared_schemas.messages.local import NotificationBody

BANDS = ((0, "under_1"), (5, "1_to_5"), (10, "6_to_10"), (15, "11_to_15"))


class PseudonymisedChild(BaseModel):
    """A child by number, with codes and bands in the place of what identifies."""

    label: str = Field(examples=["Child 1"])
    index_child: bool
    unborn: bool
    outcome: ChildOutcome
    age_band: AgeBand
    sex: str | None
    ethnicity: str | None
    disabilities: list[str]
    harm_types: list[str]
    social_care_status: list[str]
    legal_status: str | None
    placement_type: str | None
    school_status: str | None


class PseudonymisedCase(BaseModel):
    """A case for analysis: no name, no date but the month, no place, no free text, no partnership."""

    id: UUID
    month: str = Field(description="The month of the incident.", examples=["2026-11"])
    state: str
    nature: str
    notification_limb: str
    setting: str
    abuse_or_neglect: AbuseOrNeglect
    categories_of_abuse: list[str]
    cause_of_death: str | None
    parallel_processes: list[str]
    children: list[PseudonymisedChild]


def pseudonymise(case: Case, notification: NotificationBody) -> PseudonymisedCase:
    """Show the latest notification of a case without what identifies anybody."""
    incident = notification.incident
    return PseudonymisedCase(
        id=case.id,
        month=f"{incident.occurred_on:%Y-%m}",
        state=case.state,
        nature=incident.nature,
        notification_limb=incident.notification_limb,
        setting=incident.setting,
        abuse_or_neglect=incident.abuse_or_neglect,
        categories_of_abuse=incident.categories_of_abuse,
        cause_of_death=incident.cause_of_death,
        parallel_processes=incident.parallel_processes,
        children=_children(incident.children, incident.occurred_on),
    )


def age_band(child: ChildFacts, on: date) -> str:
    """Give the published band of a child's age in whole years on a day; the first band includes unborn children."""
    if child.unborn:
        return "under_1"
    born = child.date_of_birth
    if born is None or born > on:
        return "unknown"
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return next((band for highest, band in BANDS if age <= highest), "16_and_over")


def _children(children: Sequence[ChildFacts], on: date) -> list[PseudonymisedChild]:
    return [
        PseudonymisedChild(
            label=f"Child {number}",
            index_child=child.index_child,
            unborn=child.unborn,
            outcome=child.outcome,
            age_band=age_band(child, on),
            sex=child.sex,
            ethnicity=child.ethnicity,
            disabilities=child.disabilities,
            harm_types=child.harm_types,
            social_care_status=child.social_care_status,
            legal_status=child.legal_status,
            placement_type=child.placement_type,
            school_status=child.school_status,
        )
        for number, child in enumerate(children, start=1)
    ]
