"""An incident: what happened, who received information about it and when, who was involved."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import ClockTime, Day, Facts, Instant
from shared_schemas.children import ChildFacts, LocalAuthorityCode, Postcode
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import (
    AgencyType,
    CategoryOfAbuse,
    CauseOfDeath,
    NatureOfNotification,
    NotificationLimb,
    ParallelProcess,
    PerpetratorRelationship,
    ReferralSource,
    Setting,
    refuse_duplicates,
)
from shared_schemas.reference import police_force
from shared_schemas.text import Narrative, ShortText


def _known_force(value: str) -> str:
    if police_force(value) is None:
        raise PydanticCustomError("police_force_unknown", "is not the slug of a police force in England")
    return value


PoliceForce = Annotated[str, AfterValidator(_known_force), Field(examples=["sussex"])]


class AbuseOrNeglect(StrEnum):
    """Limb (a) of the definition (Children Act 2004 s16B(9)(a))."""

    KNOWN = "known"
    SUSPECTED = "suspected"
    NEITHER = "neither_known_nor_suspected"
    NOT_YET_ASSESSED = "not_yet_assessed"


class SafeguardingPartnerKind(StrEnum):
    """The three safeguarding partners of an area (Children Act 2004 s16E(3))."""

    LOCAL_AUTHORITY = "local_authority"
    INTEGRATED_CARE_BOARD = "integrated_care_board"
    POLICE = "police"


class InformationReceived(Facts):
    """When one partner first received information about the incident: the earliest starts the exercise's clock."""

    partner: SafeguardingPartnerKind
    received_at: Instant


class Location(Facts):
    """Where it happened. The duty to notify turns on it (Children Act 2004 s16C(1)(a) and (b))."""

    in_england: StrictBool
    local_authority: LocalAuthorityCode | None = None
    description: Annotated[ShortText, Classified(Classification.IDENTIFYING)] | None = None
    postcode: Postcode | None = None


class AgencyInvolved(Facts):
    agency_type: AgencyType
    name: ShortText
    ods_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,10}$")] | None = None
    police_force: PoliceForce | None = None
    knew_the_child: StrictBool = Field(
        description="Whether this agency knew a child of the incident before it."
    )


class IncidentFacts(Facts):
    """One incident with one or more children."""

    occurred_on: Day
    occurred_at: Annotated[ClockTime | None, Field(description="Local time, where it is known.")] = None
    date_is_approximate: StrictBool = False
    location: Location
    setting: Setting
    nature: NatureOfNotification
    notification_limb: NotificationLimb
    abuse_or_neglect: Annotated[AbuseOrNeglect, Classified(Classification.SPECIAL_CATEGORY)]
    categories_of_abuse: Annotated[
        list[CategoryOfAbuse], AfterValidator(refuse_duplicates), Classified(Classification.SPECIAL_CATEGORY)
    ] = []
    cause_of_death: Annotated[CauseOfDeath | None, Classified(Classification.SPECIAL_CATEGORY)] = None
    perpetrator_relationships: Annotated[
        list[PerpetratorRelationship], AfterValidator(refuse_duplicates), Classified(Classification.CRIMINAL)
    ] = []
    summary: Narrative
    referral_source: ReferralSource | None = None
    authority_became_aware_at: Instant
    information_received: Annotated[list[InformationReceived], Field(min_length=1, max_length=20)]
    agencies: Annotated[list[AgencyInvolved], Field(max_length=50)] = []
    parallel_processes: Annotated[
        list[ParallelProcess], AfterValidator(refuse_duplicates), Classified(Classification.CRIMINAL)
    ] = []
    children: Annotated[list[ChildFacts], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _one_index_child(self) -> Self:
        if sum(child.index_child for child in self.children) != 1:
            raise PydanticCustomError("index_child", "exactly one child must be the index child")
        return self

    @model_validator(mode="after")
    def _children_are_told_apart(self) -> Self:
        known = [child.la_child_id for child in self.children if child.la_child_id]
        if len(set(known)) != len(known):
            raise PydanticCustomError("child_twice", "two children have the same la_child_id")
        return self

    @model_validator(mode="after")
    def _limb_fits_location(self) -> Self:
        if self.notification_limb == "s16c_1_a" and not self.location.in_england:
            raise PydanticCustomError(
                "limb_and_location", "s16C(1)(a) is for harm in the authority's area, which lies in England"
            )
        if self.notification_limb == "s16c_1_b" and self.location.in_england:
            raise PydanticCustomError("limb_and_location", "s16C(1)(b) is for harm outside England")
        return self

    @model_validator(mode="after")
    def _nobody_dies_before_the_incident(self) -> Self:
        if any(child.date_of_death and child.date_of_death < self.occurred_on for child in self.children):
            raise PydanticCustomError("death_before_incident", "a date_of_death lies before occurred_on")
        return self


def when_first_received(incident: IncidentFacts) -> datetime:
    """When the clock starts: the earliest time at which any one of the partners received the information."""
    return min(entry.received_at for entry in incident.information_received)


def when_all_received(incident: IncidentFacts) -> datetime | None:
    """When the last of the three safeguarding partners first received it; None until all have."""
    first: dict[SafeguardingPartnerKind, datetime] = {}
    for entry in incident.information_received:
        first[entry.partner] = min(first.get(entry.partner, entry.received_at), entry.received_at)
    return max(first.values()) if len(first) == len(SafeguardingPartnerKind) else None
