from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from service_kit.tables import NAMING_CONVENTION, TYPE_MAP


class LocalBase(DeclarativeBase):
    """The tables that only the local service has."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = TYPE_MAP
