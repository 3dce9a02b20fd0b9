from tests.support.offices import open_office
from tests.support.services import Service


async def test_one_thread_from_the_incident_to_what_is_due(local: Service) -> None:
    east = await open_office(local, linked=True)
    path = await east.notified()
    items = (await east.office.get(f"{path}/timeline")).json()["items"]
    codes = [item["code"] for item in items]
    assert codes[:4] == ["incident", "information_received", "authority_became_aware", "information_received"]
    assert items[1]["title"] == "The police received the information"
    assert items[1]["at"] == "2025-12-22T10:00:00Z"
    # The due date stands on its day, between what had happened and what was done long after it.
    due = codes.index("rapid_review_completion")
    assert (items[due]["on"], items[due]["status"]) == ("2025-12-31", "overdue")
    assert items[due]["provision"].startswith("Consultation on Working Together 2017")
    happened = [item["code"] for item in items[due:] if item["kind"] == "event"]
    assert happened == [
        "case.recorded",
        "assessment.judged",
        "notification.drafted",
        "notification.authorised",
    ]
    assert [item["status"] for item in items if item["kind"] == "message"] == ["waiting"]
    provisions = {item["code"]: item["provision"] for item in items}
    assert provisions["notification.authorised"] == "Children Act 2004 s16C(1)"
    words = {item["code"]: item["title"] for item in items}
    assert words["notification.authorised"] == "The notification was authorised and sent to the Panel"


async def test_it_is_audited_and_only_the_organisations_own(local: Service) -> None:
    east, west = await open_office(local), await open_office(local)
    path = await east.record()
    assert (await west.office.get(f"{path}/timeline")).status_code == 404
    agency = await local.caller("agency", organisation=east.code)
    assert (await agency.get(f"{path}/timeline")).status_code == 403
    assert (await east.office.get(f"{path}/timeline")).json()["complete"] is True
    assert (await east.audit(path))[0]["action"] == "timeline.read"
