from service_kit.identity import PrincipalKind
from tests.support.offices import NOTIFIER, child, etag_of, open_office
from tests.support.services import Service


async def test_a_second_person_authorises_and_it_is_sent(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    drafted = await east.draft(path)
    assert (drafted.status_code, drafted.json()["state"]) == (201, "draft")
    assert (await east.read(path))["stage"] == "notification_drafted"
    sent = await east.authorise(path)
    assert (sent.status_code, sent.json()["state"]) == (200, "sent")
    assert sent.json()["drafted_by"] == str(east.notifier.principal_id)
    assert sent.json()["authorised_by"] == str(east.authoriser.principal_id)
    case = await east.read(path)
    assert case["stage"] == "notified"
    (message,) = case["messages"]
    assert (message["message_id"], message["state"]) == (sent.json()["message_id"], "waiting")
    assert (message["type"], message["number"]) == ("local.notification.v1", 1)
    assert (await east.office.get(f"{path}/notification")).json() == [sent.json()]


async def test_nobody_authorises_what_they_drafted(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    both = await local.caller("notifier", "authoriser", organisation=east.code)
    await both.post(f"{path}/notification", {"notifier": NOTIFIER})
    refused = await both.post(f"{path}/notification/authorisation", headers=await east.if_match(path))
    assert (refused.status_code, refused.json()["code"]) == (403, "second-person-required")
    assert refused.json()["rule"] == "Four-eyes policy of this service"
    assert (await east.read(path))["messages"] == []
    # Drafting anew makes the new drafter the one who may not authorise, and frees the other.
    await east.draft(path)
    assert (
        await both.post(f"{path}/notification/authorisation", headers=await east.if_match(path))
    ).status_code == 200


async def test_a_second_key_of_the_same_person_is_no_second_person(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    first = await local.caller("notifier", organisation=east.code, name="Robin Doubleday")
    second = await local.caller("authoriser", organisation=east.code, name="Robin Doubleday")
    assert first.principal_id == second.principal_id
    await first.post(f"{path}/notification", {"notifier": NOTIFIER})
    refused = await second.post(f"{path}/notification/authorisation", headers=await east.if_match(path))
    assert refused.json()["code"] == "second-person-required"


async def test_no_system_authorises(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    await east.draft(path)
    system = await local.caller("authoriser", organisation=east.code, kind=PrincipalKind.SYSTEM)
    refused = await system.post(f"{path}/notification/authorisation", headers=await east.if_match(path))
    assert (refused.status_code, refused.json()["code"]) == (403, "second-person-required")


async def test_a_draft_of_facts_that_have_changed_is_not_sent(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    await east.draft(path)
    etag = (await east.office.get(path)).headers["ETag"]
    await east.office.patch(path, {"incident": {"setting": "hospital"}}, etag)
    refused = await east.authorise(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["allowed"] == ["draft_notification"]
    await east.draft(path)
    assert (await east.authorise(path)).status_code == 200


async def test_without_a_judgement_nothing_is_sent(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.draft(path)
    refused = await east.authorise(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert refused.json()["rule"] == "Children Act 2004 s16B(9)"


async def test_a_fact_recorded_after_the_judgement_can_still_refuse(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    etag = (await east.office.get(path)).headers["ETag"]
    children = [child(outcome="not_seriously_harmed")]
    await east.office.patch(path, {"incident": {"children": children}}, etag)
    await east.draft(path)
    refused = await east.authorise(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-a-serious-case")
    assert (await east.read(path))["messages"] == []


async def test_it_is_sent_once_and_never_changes(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.notified()
    for again in (await east.authorise(path), await east.draft(path)):
        assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
        assert again.json()["rule"] == "Children Act 2004 s16C(1)"
    assert len((await east.read(path))["messages"]) == 1


async def test_without_a_link_to_the_panel_nothing_is_recorded_as_sent(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.judge(path)
    await east.draft(path)
    refused = await east.authorise(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "move-not-allowed")
    assert (await east.office.get(f"{path}/notification")).json()[0]["state"] == "draft"


async def test_without_a_draft_there_is_nothing_to_authorise(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    refused = await east.authorise(path)
    assert (refused.status_code, refused.json()["allowed"]) == (409, ["draft_notification"])


async def test_nobody_authorises_facts_they_have_not_read(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    await east.draft(path)
    read = await east.if_match(path)
    await east.office.patch(path, {"incident": {"abuse_or_neglect": "known"}}, read["If-Match"])
    await east.draft(path)
    refused = await east.authoriser.post(f"{path}/notification/authorisation", headers=read)
    assert (refused.status_code, refused.json()["code"]) == (412, "precondition-failed")
    assert (await east.authorise(path)).status_code == 200


async def test_nobody_authorises_what_they_have_not_read(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.record()
    await east.judge(path)
    drafted = await east.draft(path)
    authorisation = f"{path}/notification/authorisation"
    unread = await east.authoriser.post(authorisation)
    assert (unread.status_code, unread.json()["code"]) == (428, "precondition-required")
    await east.draft(path)
    stale = await east.authoriser.post(authorisation, headers=etag_of(drafted))
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition-failed")
    assert (await east.read(path))["messages"] == []
