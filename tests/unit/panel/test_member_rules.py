from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel_service.meetings.models import MeetingState
from panel_service.meetings.rules import (
    MOVES,
    check_deciders_at,
    check_held_on,
    check_names_of_deciders,
    check_present,
    quorum_of,
    why_no_approval,
)
from panel_service.members.rules import Appointment, check_appointment, check_end, overlap, why_no_end
from service_kit.problems import ApiProblem

ANN, BEN = UUID(int=1), UUID(int=2)
DAY = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda number: DAY + timedelta(days=number))


def appointment(start: int, end: int | None, person: UUID = ANN, office: str = "member") -> Appointment:
    until = None if end is None else DAY + timedelta(days=end)
    return Appointment(person, office, DAY + timedelta(days=start), until)


@given(a=days, b=st.none() | days, c=days, d=st.none() | days)
def test_appointments_overlap_exactly_where_they_share_a_day(
    a: date, b: date | None, c: date, d: date | None
) -> None:
    if (b is not None and b < a) or (d is not None and d < c):
        return
    horizon = [DAY + timedelta(days=number) for number in range(62)]
    shared = [x for x in horizon if a <= x <= (b or horizon[-1]) and c <= x <= (d or horizon[-1])]
    one, other = Appointment(ANN, "member", a, b), Appointment(BEN, "member", c, d)
    assert overlap(one, other) == overlap(other, one) == bool(shared)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (appointment(0, 10), "appointed_already"),
        (appointment(10, 20, BEN, "chair"), "chair_already"),
    ],
)
def test_nobody_is_appointed_twice_and_there_is_one_chair(other: Appointment, code: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_appointment(appointment(5, 15, office="chair"), [other])
    assert refused.value.rule == "Children Act 2004 s16A"
    assert (refused.value.errors or [])[0].code == code


def test_one_appointment_may_follow_another() -> None:
    check_appointment(
        appointment(11, None, office="chair"), [appointment(0, 10, office="chair"), appointment(0, None, BEN)]
    )


@pytest.mark.parametrize(
    ("ended", "code"), [(-1, "before_appointed_from"), (20, "after_appointed_to"), (31, "date_in_the_future")]
)
def test_an_end_lies_within_the_term_and_not_in_the_future(ended: int, code: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_end(
            DAY + timedelta(days=ended),
            appointed_from=DAY,
            appointed_to=DAY + timedelta(days=10),
            today=DAY + timedelta(days=30),
        )
    assert (refused.value.errors or [])[0].code == code
    check_end(DAY, appointed_from=DAY, appointed_to=None, today=DAY)
    assert why_no_end(DAY, None) is None
    assert why_no_end(DAY, "resigned") is not None


def test_a_quorum_is_what_is_set_or_more_than_half() -> None:
    assert [quorum_of(None, number) for number in (0, 1, 2, 5, 6)] == [1, 1, 2, 3, 4]
    assert quorum_of(3, 12) == 3


def test_who_decides_was_present_and_is_not_recused() -> None:
    check_deciders_at([ANN], present=[ANN, BEN], recused=[BEN])
    for deciders, code in (([ANN, BEN], "recused"), ([UUID(int=3)], "not_present")):
        with pytest.raises(ApiProblem) as refused:
            check_deciders_at(deciders, present=[ANN, BEN], recused=[BEN])
        assert (refused.value.errors or [])[0].code == code
        assert refused.value.rule
    check_names_of_deciders(["A. Member"], ["B. Member"])
    with pytest.raises(ApiProblem):
        check_names_of_deciders(["a. member"], ["A. Member"])


def test_a_meeting_is_held_on_its_day_by_members_in_office() -> None:
    check_held_on(DAY, today=DAY)
    check_present([ANN], {ANN})
    with pytest.raises(ApiProblem):
        check_held_on(DAY + timedelta(days=1), today=DAY)
    with pytest.raises(ApiProblem):
        check_present([ANN], {BEN})


def test_every_state_of_a_meeting_has_its_moves() -> None:
    assert MOVES.keys() == set(MeetingState)
    assert MOVES[MeetingState.MINUTES_APPROVED] == ()
    assert why_no_approval("Minutes.") is None
    assert why_no_approval(None) is not None
