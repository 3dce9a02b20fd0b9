"""What every table shares: naming of constraints, key columns, and the base of the kit's own tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from service_kit.ids import new_id

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

TYPE_MAP: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    str: Text,
    dict[str, Any]: JSONB,
    list[Any]: JSONB,
}


class KitBase(DeclarativeBase):
    """Tables both services have; each service keeps its own in a base of its own."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = TYPE_MAP


class Organisation(KitBase):
    """A tenant. Its id is also the party it is on every link: ``urn:uuid:{id}``."""

    __tablename__ = "organisations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class OwnedRow:
    """The key of a row that belongs to one organisation: the tenant stands in every key and foreign key."""

    @declared_attr
    @classmethod
    def organisation_id(cls) -> Mapped[UUID]:
        """Name the tenant: made anew for each table, since a copy would look for it in that table's own metadata."""
        return mapped_column(ForeignKey(Organisation.id), primary_key=True, sort_order=-2)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id, sort_order=-1)


class AddedOnlyRow(OwnedRow):
    """A row that is only ever added: nobody is granted UPDATE or DELETE on its table."""


def one_of(column: str, values: type[Any]) -> CheckConstraint:
    """Hold a text column to the values of a ``StrEnum``, in the database itself."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
