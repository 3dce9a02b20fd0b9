"""A child of an incident, under the names local authorities' systems already export."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StrictBool, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared_schemas.base import Day, Facts
from shared_schemas.classification import Classification, Classified
from shared_schemas.codes import (
    Disabilities,
    Ethnicity,
    HarmTypes,
    ImpairmentKind,
    ImpairmentSeverity,
    LegalStatus,
    PlacementType,
    SchoolStatus,
    Sex,
    SocialCareStatus,
    UpnUnknownReason,
)
from shared_schemas.reference import local_authority_by_dfe_code
from shared_schemas.text import PersonName


def _known_authority(value: str) -> str:
    if local_authority_by_dfe_code(value) is None:
        raise PydanticCustomError(
            "local_authority_unknown", "is not the DfE code of a local authority in England"
        )
    return value


LocalAuthorityCode = Annotated[
    str,
    AfterValidator(_known_authority),
    Field(description="The DfE's three-digit code of a local authority in England.", examples=["846"]),
]
IdentifyingDate = Annotated[Day, Classified(Classification.IDENTIFYING)]
Postcode = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2}$"
    ),
    Classified(Classification.IDENTIFYING),
]


class ChildOutcome(StrEnum):
    """What is recorded to have happened to the child (Children Act 2004 s16B(9)(b))."""

    DIED = "died"
    SERIOUSLY_HARMED = "seriously_harmed"
    NOT_SERIOUSLY_HARMED = "not_seriously_harmed"
    NOT_YET_KNOWN = "not_yet_known"


class Impairment(Facts):
    """Serious harm "includes serious or long-term impairment" (s16B(9)): either severity suffices, the list is open."""

    kind: Annotated[ImpairmentKind, Classified(Classification.SPECIAL_CATEGORY)]
    severity: Annotated[ImpairmentSeverity, Classified(Classification.SPECIAL_CATEGORY)]


class ChildFacts(Facts):
    """One child. Nothing is required but what the law turns on: whether this is the index child, and the outcome."""

    index_child: StrictBool = Field(
        description="The one child that published statistics count for this incident."
    )
    outcome: Annotated[ChildOutcome, Classified(Classification.SPECIAL_CATEGORY)]
    unborn: StrictBool = False
    la_child_id: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Za-z0-9]{1,20}$"),
        Classified(Classification.IDENTIFYING),
        Field(description="The local authority's own identifier of the child (LAchildID)."),
    ] = None
    nhs_number: Annotated[
        str | None,
        StringConstraints(pattern=r"^[0-9]{3} ?[0-9]{3} ?[0-9]{4}$"),
        Classified(Classification.IDENTIFYING),
    ] = None
    unique_pupil_number: Annotated[
        str | None,
        StringConstraints(pattern=r"^[A-Z][0-9]{11}[0-9A-Z]$"),
        Classified(Classification.IDENTIFYING),
    ] = None
    unique_pupil_number_unknown_reason: UpnUnknownReason | None = None
    first_name: PersonName | None = None
    surname: PersonName | None = None
    other_names: Annotated[list[PersonName], Field(max_length=20)] = []
    date_of_birth: IdentifyingDate | None = None
    expected_date_of_birth: IdentifyingDate | None = None
    date_of_death: IdentifyingDate | None = None
    sex: Sex | None = None
    ethnicity: Annotated[Ethnicity | None, Classified(Classification.SPECIAL_CATEGORY)] = None
    disabilities: Annotated[Disabilities, Classified(Classification.SPECIAL_CATEGORY)] = []
    postcode: Postcode | None = None
    local_authority_of_residence: LocalAuthorityCode | None = None
    uasc_flag: StrictBool | None = Field(default=None, description="Unaccompanied asylum-seeking child.")
    harm_types: Annotated[HarmTypes, Classified(Classification.SPECIAL_CATEGORY)] = []
    impairments: Annotated[list[Impairment], Field(max_length=20)] = []
    social_care_status: Annotated[
        list[SocialCareStatus], Field(max_length=20), Classified(Classification.SPECIAL_CATEGORY)
    ] = []
    legal_status: Annotated[LegalStatus | None, Classified(Classification.SPECIAL_CATEGORY)] = None
    placement_type: PlacementType | None = None
    school_status: SchoolStatus | None = None

    @model_validator(mode="after")
    def _dates_agree(self) -> Self:
        if self.date_of_death and self.date_of_birth and self.date_of_death < self.date_of_birth:
            raise PydanticCustomError("death_before_birth", "date_of_death lies before date_of_birth")
        if self.date_of_death and self.outcome != ChildOutcome.DIED:
            raise PydanticCustomError("death_without_outcome", "date_of_death needs the outcome died")
        if self.expected_date_of_birth and not self.unborn:
            raise PydanticCustomError(
                "expected_birth_of_born", "expected_date_of_birth is for an unborn child"
            )
        if self.unborn and self.date_of_birth:
            raise PydanticCustomError("birth_of_unborn", "an unborn child has no date_of_birth")
        if self.unborn and self.sex not in {None, "U"}:
            raise PydanticCustomError("sex_of_unborn", "the sex of an unborn child is U")
        return self
