"""A case as callers give it."""

from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from local_service.cases.examples import INCIDENT
from local_service.identifiers import NhsNumber, UniquePupilNumber
from shared_schemas.base import ClockTime, Day, Facts, Instant
from shared_schemas.children import ChildFacts
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import (
    CategoryOfAbuse,
    CauseOfDeath,
    NatureOfNotification,
    NotificationLimb,
    ParallelProcess,
    PerpetratorRelationship,
    ReferralSource,
    Setting,
    SourceSystem,
)
from shared_schemas.incidents import (
    AbuseOrNeglect,
    AgencyInvolved,
    IncidentFacts,
    InformationReceived,
    Location,
)
from shared_schemas.text import Narrative, Reference


class LocalChild(ChildFacts):
    """A child, whose numbers are held to their check digits here, where they can still be mended."""

    id: Annotated[
        UUID | None,
        Field(
            description="Given by this service. In a change: which recorded child this is; one without an id, whose "
            "la_child_id is not recorded on the case either, is new."
        ),
    ] = None
    nhs_number: NhsNumber | None = None
    unique_pupil_number: UniquePupilNumber | None = None


class LocalIncident(IncidentFacts):
    """An incident as it is recorded here."""

    children: Annotated[list[LocalChild], Field(min_length=1, max_length=50)]  # type: ignore[assignment]  # narrows it


class Source(Facts):
    """What the case is called in the system it came from; unique in an organisation."""

    source_system: SourceSystem
    reference: Reference


class CaseCreate(Facts):
    """A case to be recorded."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": {"source_system": "mosaic", "reference": "SI-2026-0017"}, "incident": INCIDENT}
            ]
        }
    )

    source: Source | None = None
    incident: LocalIncident


class CasePut(Facts):
    """A case as its source system has it now, whole."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [{"incident": INCIDENT}]})

    incident: LocalIncident


class IncidentPatch(Facts):
    """The members to replace, each whole; those left out stay, and null takes away what need not be there."""

    occurred_on: Day | None = None
    occurred_at: ClockTime | None = None
    date_is_approximate: StrictBool | None = None
    location: Location | None = None
    setting: Setting | None = None
    nature: NatureOfNotification | None = None
    notification_limb: NotificationLimb | None = None
    abuse_or_neglect: Annotated[AbuseOrNeglect | None, Classified(Classification.SPECIAL_CATEGORY)] = None
    categories_of_abuse: Annotated[
        list[CategoryOfAbuse] | None, Classified(Classification.SPECIAL_CATEGORY)
    ] = None
    cause_of_death: Annotated[CauseOfDeath | None, Classified(Classification.SPECIAL_CATEGORY)] = None
    perpetrator_relationships: Annotated[
        list[PerpetratorRelationship] | None, Classified(Classification.CRIMINAL)
    ] = None
    summary: Narrative | None = None
    referral_source: ReferralSource | None = None
    authority_became_aware_at: Instant | None = None
    information_received: list[InformationReceived] | None = None
    agencies: list[AgencyInvolved] | None = None
    parallel_processes: Annotated[list[ParallelProcess] | None, Classified(Classification.CRIMINAL)] = None
    children: list[LocalChild] | None = None


class CasePatch(Facts):
    """A change of a case's facts."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [{"incident": {"abuse_or_neglect": "known", "categories_of_abuse": ["PHY", "NEG"]}}]
        }
    )

    incident: IncidentPatch
