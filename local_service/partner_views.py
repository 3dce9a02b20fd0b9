"""The three safeguarding partners' views on a step that all of them should agree to."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from service_kit.problems import ApiProblem
from shared_schemas.base import Facts
from shared_schemas.codes import PartnerView
from shared_schemas.incidents import SafeguardingPartnerKind
from shared_schemas.problems import ProblemError
from shared_schemas.text import Narrative

ALL_SHOULD_AGREE = "Panel's frequently asked questions: all three partners should agree (guidance)"


class PartnerViewGiven(Facts):
    """What one partner thinks; a dissent, and a view that was not given, say why."""

    partner: SafeguardingPartnerKind
    view: PartnerView
    reasons: Narrative | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.view != "agree" and self.reasons is None:
            raise PydanticCustomError("view_without_reasons", "a view other than agree needs reasons")
        return self


PartnerViews = Annotated[
    list[PartnerViewGiven],
    Field(
        max_length=30,
        description="Each of the three partners at least once; a combined area may have several of a kind.",
    ),
]
EXAMPLE: list[Any] = [
    {"partner": "local_authority", "view": "agree"},
    {"partner": "integrated_care_board", "view": "agree"},
    {"partner": "police", "view": "not_given", "reasons": "Asked on 3 November; no answer by 6 November."},
]


def partners_without_view(views: Sequence[PartnerViewGiven]) -> list[SafeguardingPartnerKind]:
    """Give the partners of whom nothing is said: neither agreement, nor dissent, nor why there is no view (guidance)."""
    heard = {entry.partner for entry in views}
    return [partner for partner in SafeguardingPartnerKind if partner not in heard]


def check_views(views: Sequence[PartnerViewGiven]) -> None:
    """Refuse (409 ``incomplete``) what does not say of each partner (s16E(3)) whether it agrees. A dissent is no bar."""
    missing = partners_without_view(views)
    if missing:
        raise ApiProblem(
            "incomplete",
            f"The view of {len(missing)} safeguarding partner(s) is missing: agreement, dissent, or why none was given.",
            rule=ALL_SHOULD_AGREE,
            errors=[
                ProblemError(
                    pointer="/views",
                    code=f"view_of_{partner}_missing",
                    detail="Each partner's view is needed.",
                )
                for partner in missing
            ],
        )
