"""Documents that are written in parts."""

from collections.abc import Mapping
from typing import Any


def merge_parts(recorded: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Put the parts given in the place of those recorded; a part given as None is taken away, the others stay."""
    return {name: value for name, value in {**recorded, **given}.items() if value is not None}
