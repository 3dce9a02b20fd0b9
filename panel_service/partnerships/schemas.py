from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from panel_service.partnerships.models import MemberKind, SuccessionKind
from shared_schemas.base import Day, Facts
from shared_schemas.reference import local_authority_by_dfe_code, police_force
from shared_schemas.text import Narrative, Reference, ShortText

MEMBER: dict[str, Any] = {
    "kind": "local_authority",
    "code": "846",
    "name": "Brighton and Hove",
    "valid_from": "2019-09-29",
}
OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{2,64}$")]


class MemberGiven(Facts):
    """An organisation's part in a partnership. Codes: DfE's of an authority, ODS of a board, slug of a force."""

    model_config = Facts.model_config | ConfigDict(json_schema_extra={"examples": [MEMBER]})

    kind: MemberKind
    code: OdsCode
    name: ShortText
    acts_for: Annotated[
        OdsCode | None,
        Field(description="The code of a member of the same kind that it acts for (Children Act 2004 s16J)."),
    ] = None
    valid_from: Day
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _code_is_known(self) -> Self:
        if self.kind is MemberKind.LOCAL_AUTHORITY and local_authority_by_dfe_code(self.code) is None:
            raise PydanticCustomError(
                "local_authority_unknown", "code is not the DfE code of a local authority"
            )
        if self.kind is MemberKind.POLICE and police_force(self.code) is None:
            raise PydanticCustomError(
                "police_force_unknown", "code is not the slug of a police force in England"
            )
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise PydanticCustomError("ends_before_it_begins", "valid_to lies before valid_from")
        return self


class PartnershipCreate(Facts):
    """A partnership to register, before it has a link or without one."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "eastshire",
                    "name": "Eastshire Safeguarding Children Partnership",
                    "valid_from": "2019-09-29",
                    "members": [MEMBER],
                }
            ]
        }
    )

    code: Reference
    name: ShortText
    valid_from: Day
    members: Annotated[list[MemberGiven], Field(max_length=60)] = []


class MembershipEnd(Facts):
    """The last day of a membership."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={"examples": [{"valid_to": "2026-03-31"}]}
    )

    valid_to: Day


class SuccessionCreate(Facts):
    """Which partnership comes after this one."""

    model_config = Facts.model_config | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "successor_id": "01a05a43-fc00-7000-8000-0000000000f1",
                    "kind": "merger",
                    "on_day": "2026-04-01",
                    "reasons": "The two areas agreed to be treated as one (Children Act 2004 s16J).",
                }
            ]
        }
    )

    successor_id: UUID
    kind: SuccessionKind
    on_day: Annotated[
        Day, Field(description="The successor's first day; the predecessor's last is the day before.")
    ]
    reasons: Narrative


class MemberRead(BaseModel):
    """An organisation's part in a partnership."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: MemberKind
    code: str
    name: str
    acts_for: str | None
    valid_from: date
    valid_to: date | None


class SuccessionRead(BaseModel):
    """One partnership that came after another; both stay on record."""

    model_config = ConfigDict(from_attributes=True)

    predecessor_id: UUID
    successor_id: UUID
    kind: SuccessionKind
    on_day: date
    reasons: str


class PartnershipRead(BaseModel):
    """A safeguarding partnership (Children Act 2004 s16E) as the Panel knows it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    code: str
    name: str
    party: UUID | None = Field(description="Who it is on the exchange: `urn:uuid:{party}`.")
    link_id: UUID | None = Field(
        description="Null while it has no link: it then writes by form, e-mail or post."
    )
    valid_from: date | None
    valid_to: date | None
    created_at: datetime


class PartnershipWhole(PartnershipRead):
    """A partnership with its members and with what came before and after it."""

    members: list[MemberRead]
    successions: list[SuccessionRead]


class TestExchangeRead(BaseModel):
    """A test message and its answer."""

    __test__ = False

    id: UUID
    partnership_id: UUID
    started_at: datetime
    message_id: UUID
    receipted: bool = Field(description="Whether the partnership's signed receipt is stored here.")
    answered_at: datetime | None
    succeeded: bool = Field(description="Receipted and answered: the way there and back works.")
