import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared_schemas.exchange.envelope import (
    Envelope,
    InvalidEnvelope,
    message_hash,
    new_salt,
    parse_envelope,
)
from shared_schemas.exchange.ijson import MalformedMessage
from tests.unit.exchange.vectors import (
    PUSH,
    PUSH_HASH,
    PUSH_ID,
    SUBJECT,
    WEBHOOK,
    WEBHOOK_MESSAGE_ID,
    push_with,
)

ATTRIBUTES = {
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "destination",
    "streamsequence",
    "seensequence",
    "salt",
    "data",
}


def push_attributes(**changes: Any) -> bytes:
    return json.dumps(json.loads(PUSH) | changes).encode()


def errors_of(body: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidEnvelope) as caught:
        parse_envelope(body)
    return caught.value.errors


def test_the_published_push_is_written_byte_for_byte() -> None:
    assert push_with() == PUSH
    assert len(PUSH) == 611
    assert message_hash(PUSH) == PUSH_HASH


def test_the_published_push_is_read() -> None:
    envelope = parse_envelope(PUSH)
    assert envelope.id == PUSH_ID
    assert envelope.source == "urn:uuid:01a05a43-fc00-7000-8000-00000000000a"
    assert envelope.destination == "urn:uuid:01a05a43-fc00-7000-8000-00000000000b"
    assert envelope.type == "local.notification.v1"
    assert envelope.subject == str(SUBJECT)
    assert envelope.time == datetime(2026, 11, 3, 9, 12, 33, 123_456, tzinfo=UTC)
    assert (envelope.streamsequence, envelope.seensequence, envelope.replaces) == (1, 0, None)
    assert envelope.data["children"] == [{"index_child": True, "sex": "female"}]
    with pytest.raises(ValidationError):
        envelope.type = "other"  # type: ignore[misc] # the test is that it is frozen


def test_the_published_webhook_is_read_and_its_zero_decimals_are_kept() -> None:
    envelope = parse_envelope(WEBHOOK)
    assert envelope.time == datetime(2026, 11, 18, 14, 3, 10, 500, tzinfo=UTC)
    assert (envelope.streamsequence, envelope.seensequence) == (2, 3)


def test_replaces_stands_between_seensequence_and_salt() -> None:
    body = push_with(replaces=WEBHOOK_MESSAGE_ID)
    names = list(json.loads(body))
    assert names[names.index("seensequence") : names.index("data")] == ["seensequence", "replaces", "salt"]
    assert parse_envelope(body).replaces == WEBHOOK_MESSAGE_ID


def test_a_message_of_the_protocol_is_about_the_link() -> None:
    assert parse_envelope(push_with(subject="link")).subject == "link"


def test_time_is_told_in_utc_whatever_zone_it_came_in() -> None:
    summer = datetime(2026, 7, 1, 12, 0, tzinfo=timezone(timedelta(hours=1)))
    assert b'"time":"2026-07-01T11:00:00.000000Z"' in push_with(time=summer)


@given(st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0")))
def test_any_text_crosses_on_one_line(narrative: str) -> None:
    body = push_with(data={"narrative": narrative})
    assert b"\n" not in body
    assert parse_envelope(body).data == {"narrative": narrative}


def test_unknown_attributes_are_ignored() -> None:
    assert parse_envelope(push_attributes(partition="7", comexample={"a": 1})) == parse_envelope(PUSH)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_each_attribute_must_be_there(name: str) -> None:
    attributes = json.loads(PUSH)
    del attributes[name]
    [(pointer, rule)] = errors_of(json.dumps(attributes).encode())
    assert pointer == f"/{name}"
    assert rule.startswith("is missing; it must be ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("specversion", "1.1"),
        ("specversion", 1.0),
        ("id", "01A1A0AE-8063-7C3E-9A41-5B0F6F1D2A01"),
        ("id", "01a1a0ae80637c3e9a415b0f6f1d2a01"),
        ("id", "01a1a0ae-8063-4c3e-9a41-5b0f6f1d2a01"),
        ("id", "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01\n"),
        ("id", 7),
        ("source", "01a05a43-fc00-7000-8000-00000000000a"),
        ("source", "URN:UUID:01a05a43-fc00-7000-8000-00000000000a"),
        ("destination", "urn:uuid:01A05A43-fc00-7000-8000-00000000000b"),
        ("destination", None),
        ("type", ""),
        ("type", "local"),
        ("type", "local.notification.v1\n"),
        ("type", "local." + "a" * 100),
        ("subject", "links"),
        ("subject", "urn:uuid:01a19d01-e880-7d4e-8f60-718293a4b5c6"),
        ("time", "2026-11-03T09:12:33Z"),
        ("time", "2026-11-03T09:12:33.123Z"),
        ("time", "2026-11-03T09:12:33.123456+00:00"),
        ("time", "2026-11-03 09:12:33.123456Z"),
        ("time", "2026-02-30T09:12:33.123456Z"),
        ("time", "2026-11-03T24:12:33.123456Z"),
        ("time", "\u0662026-11-03T09:12:33.123456Z"),
        ("time", 1793697154),
        ("datacontenttype", "application/json; charset=utf-8"),
        ("dataschema", "schemas/local.notification.v1.json"),
        ("dataschema", "https://local.example/a b"),
        ("dataschema", "https://local.example/" + "a" * 2048),
        ("streamsequence", 0),
        ("streamsequence", "1"),
        ("streamsequence", True),
        ("streamsequence", 1.0),
        ("streamsequence", 2**31),
        ("seensequence", -1),
        ("seensequence", None),
        ("replaces", "link"),
        ("replaces", "01a1a0ae-8063-4c3e-9a41-5b0f6f1d2a01"),
        ("salt", "AAECAwQFBgcICQoLDA0OD"),
        ("salt", "AAECAwQFBgcICQoLDA0ODw=="),
        ("salt", "AAECAwQFBgcICQoLDA0ODx"),
        ("salt", "AAECAwQFBgcICQoLDA0+Dw"),
        ("data", None),
        ("data", []),
        ("data", "{}"),
    ],
)
def test_each_attribute_has_one_form(name: str, value: object) -> None:
    [(pointer, rule)] = errors_of(push_attributes(**{name: value}))
    assert pointer == f"/{name}"
    assert rule == f"must be {Envelope.model_fields[name].description}"


def test_every_wrong_attribute_is_named_and_no_value_is_told() -> None:
    changes = dict.fromkeys(ATTRIBUTES, "SECRET") | {"SECRETNAME": 1}
    with pytest.raises(InvalidEnvelope) as caught:
        parse_envelope(push_attributes(**changes))
    assert {pointer for pointer, _ in caught.value.errors} == {f"/{name}" for name in ATTRIBUTES}
    assert "SECRET" not in repr(caught.value.errors) + repr(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("body", [b"[]", b"null", b'"a"', b"1"])
def test_a_message_is_an_object(body: bytes) -> None:
    assert errors_of(body) == [("", "must be a JSON object")]


@pytest.mark.parametrize(
    "body",
    [
        PUSH[:-1],
        PUSH + b"\n",
        PUSH.replace(b',"type"', b',\n"type"'),
        b"\xef\xbb\xbf" + PUSH,
        PUSH.replace(b'"seensequence":0', b'"seensequence":0,"seensequence":0'),
        PUSH.replace(b'"version":1', b'"version":9007199254740992'),
        PUSH.replace(b'"version":1', b'"version":' + b"[" * 31 + b"]" * 31),
        b"[" * 100_000,
    ],
)
def test_bytes_that_are_no_line_of_i_json_are_malformed(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_envelope(body)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"data": {"a": float("nan")}}, MalformedMessage),
        ({"data": {"a": "\ud800"}}, MalformedMessage),
        ({"data": {"a": "\0"}}, MalformedMessage),
        ({"data": {"a": 2**53}}, MalformedMessage),
        ({"data": {"a": "x" * 2**20}}, MalformedMessage),
        ({"streamsequence": 0}, InvalidEnvelope),
        ({"salt": ""}, InvalidEnvelope),
        ({"message_type": "Notification"}, InvalidEnvelope),
        ({"message_id": UUID(int=0)}, InvalidEnvelope),
        ({"time": datetime(2026, 11, 3)}, ValueError),  # noqa: DTZ001 -- the test is that it is refused
    ],
)
def test_nothing_is_written_that_a_receiver_would_refuse(
    change: dict[str, Any], fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        push_with(**change)


def test_a_salt_is_fresh_and_of_the_wire_form() -> None:
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", salt) for salt in salts)
    assert parse_envelope(push_with(salt=new_salt())).id == PUSH_ID


@given(st.binary())
def test_no_bytes_raise_anything_but_the_two_faults(body: bytes) -> None:
    with pytest.raises((MalformedMessage, InvalidEnvelope)):
        parse_envelope(body)


@given(st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), st.none() | st.text() | st.integers(-9, 9)))
def test_an_envelope_of_garbage_is_judged_without_a_crash(changes: dict[str, object]) -> None:
    body = push_attributes(**changes)
    try:
        parse_envelope(body)
    except (MalformedMessage, InvalidEnvelope):
        return
    assert all(
        json.loads(PUSH)[name] == value or name.endswith("sequence") for name, value in changes.items()
    )
