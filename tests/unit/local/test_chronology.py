from datetime import UTC, date, datetime, time
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from local_service.chronology.merging import MergedEntry, Provenance, ToldIn, merge_chronology

DAY = date(2025, 10, 2)


def entry(agency: str, on: date = DAY, at: time | None = None, *, approximate: bool = False) -> MergedEntry:
    told = Provenance(
        agency=agency,
        agency_type="other",
        told_in=ToldIn.AGENCY_SUMMARY,
        document_id=UUID(int=1),
        version=1,
        recorded_by=None,
        recorded_by_name="A. Writer",
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return MergedEntry(
        on=on, at=at, approximate=approximate, event="It was.", source=None, significance=None, told=told
    )


ENTRIES = st.builds(
    entry,
    st.sampled_from(["Health", "Police", "School"]),
    st.dates(date(2025, 1, 1), date(2025, 1, 5)),
    st.none() | st.times(),
    approximate=st.booleans(),
)


@given(st.lists(ENTRIES, max_size=30))
def test_nothing_is_lost_and_all_is_in_order(entries: list[MergedEntry]) -> None:
    days = merge_chronology(entries)
    merged = [one for day in days for one in day.entries]
    assert sorted(map(repr, merged)) == sorted(map(repr, entries))
    assert [day.on for day in days] == sorted({one.on for one in entries})
    for day in days:
        timed = [one.at for one in day.entries if one.at is not None]
        assert timed == sorted(timed)
        assert [one.at for one in day.entries[: len(day.entries) - len(timed)]] == [None] * (
            len(day.entries) - len(timed)
        )
        assert day.told_by_several == (len({one.told.agency for one in day.entries}) > 1)
        assert day.told_by_several or not (day.times_differ or day.exactness_differs)


def test_two_agencies_on_one_day_stand_beside_one_another() -> None:
    (day,) = merge_chronology([entry("Police", at=time(11)), entry("Health", at=time(10, 30))])
    assert (day.agencies, day.told_by_several, day.times_differ) == (["Health", "Police"], True, True)


def test_the_same_time_is_no_discrepancy_and_an_agencys_own_two_times_are_none() -> None:
    (same,) = merge_chronology([entry("Police", at=time(11)), entry("Health", at=time(11))])
    assert (same.told_by_several, same.times_differ) == (True, False)
    (own,) = merge_chronology([entry("Police", at=time(11)), entry("Police", at=time(12))])
    assert (own.told_by_several, own.times_differ) == (False, False)
    (untimed,) = merge_chronology([entry("Police"), entry("Health", at=time(12))])
    assert (untimed.told_by_several, untimed.times_differ) == (True, False)


def test_an_estimated_day_beside_a_sure_one_is_flagged() -> None:
    (day,) = merge_chronology([entry("Police"), entry("Health", approximate=True)])
    assert day.exactness_differs
