from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel


@dataclass(frozen=True)
class CataloguedMessage:
    """A message type as people read about it."""

    name: str
    summary: str
    description: str
    body: type[BaseModel]
    example: Mapping[str, Any]
