"""Whether what a partnership sent can take effect, from what is recorded already."""

from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from service_kit.problems import json_pointer


def is_next_version(known: Sequence[int], version: int) -> bool:
    """Whether a version of a notification follows the last: the first opens the case, none is skipped or repeated."""
    return version == max(known, default=0) + 1


def may_receive_local_review(decisions: Sequence[bool]) -> bool:
    """Whether a completed local review fits what was told before: the last decision was not to do without one.

    The partners must give the Panel the report (Children Act 2004 s16F(3)); that they tell of the decision first
    is guidance. So a report without any decision told is taken, and only one that contradicts the last is not.
    """
    return not decisions or decisions[-1]


def unknown_codes(body: type[BaseModel], data: BaseModel) -> list[str]:
    """Point to each code that is on no list of this release: kept as it came, and shown as unknown."""
    try:
        body.model_validate_json(data.model_dump_json(), extra="ignore")
    except ValidationError as error:
        return [
            json_pointer(fault["loc"])
            for fault in error.errors(include_input=False, include_url=False)
            if fault["type"] == "code_not_on_list"
        ]
    return []
