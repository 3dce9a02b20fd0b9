from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_schemas.exchange.identifiers import party_urn, party_uuid, read_uuid, read_uuid7
from shared_schemas.exchange.times import format_epoch, format_time, parse_epoch, parse_time
from tests.unit.exchange.vectors import PUSH_ID, SENDER

INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(st.uuids())
def test_a_partys_name_is_its_uuid_for_ever(party: UUID) -> None:
    assert party_uuid(party_urn(party)) == party


@pytest.mark.parametrize(
    "urn", ["", "urn:uuid:", str(SENDER), f"URN:UUID:{SENDER}", f"{party_urn(SENDER)}\n"]
)
def test_a_partys_name_has_one_spelling(urn: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        party_uuid(urn)


def test_a_message_id_is_of_version_7() -> None:
    assert read_uuid7(str(PUSH_ID)) == PUSH_ID
    with pytest.raises(ValueError, match="version 7"):
        read_uuid7("00000000-0000-4000-8000-000000000000")
    with pytest.raises(ValueError, match="canonical"):
        read_uuid("{01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01}")


@given(INSTANTS, INSTANTS)
def test_text_sorts_as_time(earlier: datetime, later: datetime) -> None:
    assert parse_time(format_time(earlier)) == earlier
    assert (format_time(earlier) < format_time(later)) == (earlier < later)


@given(INSTANTS.map(lambda instant: instant.replace(microsecond=0)))
def test_an_epoch_is_told_to_the_second(epoch: datetime) -> None:
    assert parse_epoch(format_epoch(epoch)) == epoch
    with pytest.raises(ValueError, match="to the second"):
        format_epoch(epoch.replace(microsecond=1))
    with pytest.raises(ValueError, match="wire's form"):
        parse_epoch(format_time(epoch))


@pytest.mark.parametrize("text", ["0000-01-01T00:00:00.000000Z", "2026-11-03T09:12:60.000000Z"])
def test_a_time_that_does_not_exist_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="no such date") as caught:
        parse_time(text)
    assert text not in str(caught.value)
