"""What came before its time, and what a rule set aside, as staff see it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from panel_service.intake.waiting_router import why_it_waits
from service_kit.administration import owner_session
from tests.panel.received import Sender, connect
from tests.support.services import Service


async def hold(sender: Sender, number: int, state: str = "held", problem: str | None = None) -> UUID:
    """Put a message into the inbound store as the exchange would; nothing of its stream was applied."""
    message = uuid4()
    values = {
        "organisation": sender.organisation_id,
        "stream": uuid4(),
        "link": sender.link,
        "subject": str(uuid4()),
        "id": message,
        "number": number,
        "state": state,
        "problem": problem,
    }
    async with owner_session(sender.panel.settings) as session:
        await session.execute(
            text(
                "INSERT INTO inbound_streams (organisation_id, id, link_id, subject) "
                "VALUES (:organisation, :stream, :link, :subject)"
            ),
            values,
        )
        await session.execute(
            text(
                "INSERT INTO inbound_messages (organisation_id, id, link_id, stream_id, subject, number, seen, chain_id, "
                "type, body, hash, headers, reference, stored_at, state, problem) VALUES (:organisation, :id, :link, "
                ":stream, :subject, :number, 0, :id, 'local.rapid_review.v1', 'the secret', 'h', '{}', 'r', "
                "now() - interval '1 hour', :state, :problem)"
            ),
            values,
        )
    return message


def of(sender: Sender, listed: dict[str, Any]) -> dict[str, Any]:
    """What is listed of one sender's link: other tests leave theirs in the same organisation."""
    return {item["message_id"]: item for item in listed["items"] if item["link_id"] == str(sender.link)}


async def test_each_is_listed_with_whose_it_is_how_old_and_why(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    early = await hold(sender, 3)
    aside = await hold(sender, 1, "set_aside", "contradicts-record")
    await hold(sender, 1, "applied")
    answer = await secretariat.get("/v1/intake/waiting")
    assert answer.status_code == 200
    found = of(sender, answer.json())
    assert set(found) == {str(early), str(aside)}
    waits = found[str(early)]
    assert (waits["state"], waits["why"], waits["next_expected"]) == ("waiting", "earlier_message_missing", 1)
    assert (waits["type"], waits["link_id"]) == ("local.rapid_review.v1", str(sender.link))
    assert waits["partnership_name"] == "Eastshire Safeguarding Children Partnership"
    assert 3600 <= waits["age_seconds"] < 7200
    assert (found[str(aside)]["state"], found[str(aside)]["why"]) == ("set_aside", "contradicts-record")
    assert "the secret" not in answer.text
    for only, message in ((True, aside), (False, early)):
        answer = await secretariat.get("/v1/intake/waiting", params={"set_aside": only})
        assert list(of(sender, answer.json())) == [str(message)]


async def test_who_may_see_it(panel: Service) -> None:
    sender = await connect(panel)
    await hold(sender, 3)
    assert (await (await panel.caller("member")).get("/v1/intake/waiting")).status_code == 403
    stranger = await panel.caller("secretariat", organisation="other")
    assert (await stranger.get("/v1/intake/waiting")).json()["items"] == []


@pytest.mark.parametrize(
    ("state", "number", "problem", "why"),
    [
        ("held", 2, None, "earlier_message_missing"),
        ("held", 1, None, "about_to_be_applied"),
        ("held", 1, "TypeError", "could_not_be_applied"),
        ("set_aside", 1, "contradicts-record", "contradicts-record"),
    ],
)
def test_why_a_message_waits(state: str, number: int, problem: str | None, why: str) -> None:
    assert why_it_waits(state, number, 0, problem) == why
