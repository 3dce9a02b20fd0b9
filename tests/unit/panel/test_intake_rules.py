from typing import Any

import pytest

from panel_service.intake.rules import is_next_version, may_receive_local_review, unknown_codes
from service_kit.exchange.message_types import read_data
from shared_schemas.messages.examples import NOTIFICATION
from shared_schemas.messages.local import NotificationBody


@pytest.mark.parametrize(
    ("known", "version", "fits"),
    [([], 1, True), ([], 2, False), ([1], 2, True), ([1], 1, False), ([1], 3, False), ([1, 2], 3, True)],
)
def test_a_version_follows_the_last(known: list[int], version: int, *, fits: bool) -> None:
    assert is_next_version(known, version) is fits


@pytest.mark.parametrize(
    ("decisions", "fits"),
    [([], True), ([True], True), ([False], False), ([False, True], True), ([True, False], False)],
)
def test_a_report_is_taken_unless_the_last_decision_was_against_a_review(
    decisions: list[bool], *, fits: bool
) -> None:
    assert may_receive_local_review(decisions) is fits


def with_setting(code: str) -> NotificationBody:
    data: dict[str, Any] = {**NOTIFICATION, "incident": {**NOTIFICATION["incident"], "setting": code}}
    body = read_data(NotificationBody, data)
    assert isinstance(body, NotificationBody)
    return body


def test_a_code_of_a_newer_release_is_kept_and_pointed_to() -> None:
    body = with_setting("space_station")
    assert body.incident.setting == "space_station"
    assert unknown_codes(NotificationBody, body) == ["/incident/setting"]


def test_known_codes_are_not_pointed_to() -> None:
    assert unknown_codes(NotificationBody, with_setting("family_home")) == []
