from collections import Counter

from standalone.year.plan import (
    LOCAL_REVIEWS,
    LOOKED_AFTER,
    NATURES,
    NOTIFICATIONS,
    PARTNERSHIPS,
    STEPS,
    YEAR,
    day_of,
    plan_areas,
    plan_cases,
)
from standalone.year.story import plan_work


def test_every_authority_is_in_one_of_130_partnerships() -> None:
    areas = plan_areas()
    codes = [authority.dfe_code for area in areas for authority in area.authorities]
    assert (len(areas), len(codes), len(set(codes))) == (PARTNERSHIPS, 153, 153)
    assert all(len({authority.region for authority in area.authorities}) == 1 for area in areas)


def test_the_year_has_the_published_proportions() -> None:
    cases = plan_cases(plan_areas(), 2026)
    assert len(cases) == NOTIFICATIONS == 357
    assert Counter(case.nature for case in cases) == dict(NATURES)
    assert sum(case.looked_after for case in cases) == LOOKED_AFTER
    assert sum(case.is_reviewed_locally for case in cases) == LOCAL_REVIEWS
    assert all(case.authority in case.area.authorities for case in cases)
    assert cases == plan_cases(plan_areas(), 2026)
    assert cases != plan_cases(plan_areas(), 2027)


def test_every_notification_lies_in_the_reporting_year() -> None:
    days = [day_of(step) for step in range(STEPS)]
    assert (days[0].year, days[0].month) == (YEAR - 1, 4)
    assert (days[-1].year, days[-1].month) == (YEAR, 3)
    assert plan_work([]) == {}
