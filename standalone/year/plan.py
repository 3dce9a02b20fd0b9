"""What happens in the year: drawn from the published proportions, the same again for the same seed.

The year to 31 March 2026 had 357 notifications, of which 160 deaths, 188 of serious harm, 9 others, and 113 of children
looked after (Department for Education, serious incident notifications). What is not published is drawn evenly enough
to fill every row of the table; nothing here is about anybody.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared_schemas.reference import LocalAuthority, local_authorities

NATURES = (("child_death", 160), ("serious_harm", 188), ("other", 9))
NOTIFICATIONS = sum(number for _, number in NATURES)
LOOKED_AFTER = 113
PARTNERSHIPS = 130
LATE_RAPID_REVIEWS = 0.15
LOCAL_REVIEWS = 82
YEAR = 2026  # the reporting year that ends on 31 March of it
FIRST_DAY = date(YEAR - 1, 4, 1)
DAYS_AN_STEP = 7
STEPS = 52
DAYS_OF_AGE = ((0, 360, 30), (400, 2100, 25), (2200, 3900, 10), (4100, 5700, 25), (5900, 6500, 10))


@dataclass(frozen=True)
class Area:
    """A partnership of the year with its one or two authorities."""

    code: str
    name: str
    authorities: tuple[LocalAuthority, ...]


@dataclass(frozen=True)
class PlannedCase:
    """One incident of the year."""

    number: int
    area: Area
    authority: LocalAuthority
    nature: str
    step: int  # the week in which it is notified
    days_of_age: int
    sex: str
    ethnicity: str
    looked_after: bool
    is_late: bool  # its rapid review
    is_reviewed_locally: bool
    is_bruising: bool  # the recurrent theme that one improvement is traced from


def plan_areas() -> list[Area]:
    """Put 153 authorities into about 130 partnerships: two of a region are treated as a single area here and there (s16J)."""
    authorities = sorted(local_authorities(), key=lambda authority: (authority.region, authority.name))
    pairs = len(authorities) - PARTNERSHIPS
    areas: list[Area] = []
    while authorities:
        wants_two = pairs > 0 and len(authorities) > 1 and authorities[0].region == authorities[1].region
        members = tuple(authorities[: 2 if wants_two else 1])
        pairs -= len(members) - 1
        del authorities[: len(members)]
        names = " and ".join(member.name for member in members)
        code = "year-" + "-".join(member.dfe_code for member in members)
        areas.append(Area(code, f"{names} Safeguarding Children Partnership (invented)", members))
    return areas


def plan_cases(areas: Sequence[Area], seed: int, share: float = 1.0) -> list[PlannedCase]:
    """Draw the incidents of the year; ``share`` of them, for a shorter run."""
    chance = random.Random(seed)  # noqa: S311 -- a plan that can be had again
    natures = [nature for nature, number in NATURES for _ in range(number)]
    looked_after = [place < LOOKED_AFTER for place in range(NOTIFICATIONS)]
    reviewed = [place < LOCAL_REVIEWS for place in range(NOTIFICATIONS)]
    for drawn in (natures, looked_after, reviewed):
        chance.shuffle(drawn)
    count = max(6, round(NOTIFICATIONS * share))
    steps = sorted(chance.randrange(STEPS) for _ in range(count))
    return [
        _case(chance, number, areas, natures[number], steps[number], looked_after[number], reviewed[number])
        for number in range(count)
    ]


def day_of(step: int) -> date:
    """Give the day on which a week's work is done."""
    return FIRST_DAY + timedelta(days=step * DAYS_AN_STEP + 4)


def _case(
    chance: random.Random,
    number: int,
    areas: Sequence[Area],
    nature: str,
    step: int,
    looked_after: bool,
    reviewed: bool,
) -> PlannedCase:
    area = chance.choice(areas)
    youngest, oldest, _ = chance.choices(DAYS_OF_AGE, [weight for *_, weight in DAYS_OF_AGE])[0]
    return PlannedCase(
        number=number,
        area=area,
        authority=chance.choice(area.authorities),
        nature=nature,
        step=step,
        days_of_age=chance.randint(youngest, oldest),
        sex=chance.choices(("M", "F"), (58, 42))[0],
        ethnicity=chance.choice(("WBRI", "WBRI", "WBRI", "WOTH", "MWBC", "APKN", "BAFR", "OOTH", "NOBT")),
        looked_after=looked_after,
        is_late=chance.random() < LATE_RAPID_REVIEWS,
        is_reviewed_locally=reviewed,
        is_bruising=nature == "serious_harm" and youngest == 0,
    )
