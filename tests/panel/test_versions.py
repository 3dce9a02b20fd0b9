"""A correction beside the first version: what differs, for those only who may read a case whole."""

from shared_schemas.messages import examples
from shared_schemas.messages.local import NOTIFICATION
from tests.panel.received import connect, incident
from tests.support.services import Service


async def test_each_difference_is_shown_with_both_values_and_audited(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    subject = await sender.notify()
    child = examples.INCIDENT["children"][0]
    second = incident(
        setting="hospital", children=[child, child | {"index_child": False, "la_child_id": "EX2"}]
    )
    third = incident(setting="foster_home", categories_of_abuse=[])
    await sender.send(NOTIFICATION, subject, version=2, incident=second, reason_for_version="correction")
    await sender.send(NOTIFICATION, subject, version=3, incident=third, reason_for_version="a_later_kind")
    answer = await secretariat.get("/v1/cases", params={"exchange_reference": str(subject)})
    path = f"/v1/cases/{answer.json()['items'][0]['id']}"
    changes = (await secretariat.get(f"{path}/notifications/2/changes")).json()
    assert (changes["version"], changes["beside"], changes["reason_for_version"]) == (2, 1, "correction")
    added, setting = changes["changes"]
    assert setting == {
        "pointer": "/incident/setting",
        "kind": "changed",
        "before": "family_home",
        "after": "hospital",
    }
    assert (added["pointer"], added["kind"], added["before"]) == ("/incident/children/1", "added", None)
    later = await secretariat.get(f"{path}/notifications/3/changes", params={"beside": 2})
    assert [(one["pointer"], one["kind"]) for one in later.json()["changes"]] == [
        ("/incident/categories_of_abuse", "removed"),
        ("/incident/children/1", "removed"),
        ("/incident/setting", "changed"),
    ]
    assert later.json()["reason_for_version"] == "a_later_kind"
    assert (await secretariat.get(f"{path}/notifications/1/changes")).json()["changes"] == []
    assert (await secretariat.get(f"{path}/notifications/4/changes")).status_code == 404
    analyst = await panel.caller("analyst")
    assert (await analyst.get(f"{path}/notifications/2/changes")).status_code == 403
    stranger = await panel.caller("secretariat", organisation="other")
    assert (await stranger.get(f"{path}/notifications/2/changes")).status_code == 404
    auditor = await panel.caller("auditor")
    entries = (await auditor.get("/v1/audit-entries", params={"limit": 50})).json()["items"]
    (entry, *_) = [one for one in entries if one["action"] == "notification.compared"]
    assert entry["detail"] == {"version": 1, "beside": 1}
