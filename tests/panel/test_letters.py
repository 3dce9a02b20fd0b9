from datetime import UTC, datetime
from typing import Any

from tests.panel.received import connect
from tests.panel.test_decisions import path_of, record, release, reviewed, sent_about
from tests.panel.test_queries import named
from tests.support.services import Service


def view(**changes: Any) -> dict[str, Any]:
    today = f"{datetime.now(UTC).date()}"
    return {"kind": "not_a_serious_case", "reasons": "The harm seems slight.", "formed_on": today, **changes}


async def test_a_letter_tells_a_released_decision_once_another_person_signs(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    chair = await panel.caller("chair")
    subject, path = await reviewed(sender, secretariat)
    recorded = await record(secretariat, path)
    early = await secretariat.post(f"{path}/letters", {"decision_version": 1})
    assert (early.status_code, early.json()["allowed"]) == (409, ["release_decision"])
    await release(chair, recorded)
    draft = await secretariat.post(
        f"{path}/letters", {"decision_version": 1, "remarks": "A good chronology."}
    )
    assert draft.status_code == 201, draft.text
    text = draft.json()["text"]
    assert "a local review may be more appropriate" in text
    assert "reg 11(d)" in text
    assert "A good chronology." in text
    signature = f"{draft.headers['Location']}/signature"
    own = await secretariat.post(signature, headers={"If-Match": draft.headers["ETag"]})
    assert (own.status_code, own.json()["code"]) == (403, "second-person-required")
    changed = await chair.patch(draft.headers["Location"], {"text": f"{text}\n\nThank you."}, '"v1"')
    assert changed.status_code == 200
    # Now the chair wrote last, so the chair cannot sign.
    assert (await chair.post(signature, headers={"If-Match": '"v2"'})).status_code == 403
    assert (await secretariat.post(signature, headers={"If-Match": '"v1"'})).status_code == 412
    signed = await secretariat.post(signature, headers={"If-Match": '"v2"'})
    assert (signed.status_code, signed.json()["state"]) == (200, "issued")
    again = await secretariat.post(signature, headers={"If-Match": '"v3"'})
    assert (again.status_code, again.json()["code"]) == (409, "move-not-allowed")
    message_type, data = (await sent_about(panel, sender, subject))[-1]
    assert (message_type, data["decision_version"]) == ("panel.letter.issued.v1", 1)
    assert data["text"].endswith("Thank you.")


async def test_a_view_lifts_nothing_and_is_told_in_a_letter(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    chair = await panel.caller("chair")
    subject = await sender.notify(incident=named())
    path = await path_of(secretariat, subject)
    before = (await secretariat.get(path)).json()
    stale = await secretariat.post(f"{path}/views", view(), headers={"If-Match": '"v7"'})
    assert stale.status_code == 412
    future = await secretariat.post(
        f"{path}/views", view(formed_on="2999-01-01"), headers={"If-Match": '"v1"'}
    )
    assert future.json()["errors"][0]["code"] == "date_in_the_future"
    recorded = await secretariat.post(f"{path}/views", view(), headers={"If-Match": '"v1"'})
    assert recorded.status_code == 201
    after = (await secretariat.get(path)).json()
    assert (after["state"], after["timeliness"]["duties"]) == (
        before["state"],
        before["timeliness"]["duties"],
    )
    assert await sent_about(panel, sender, subject) == []
    named_in = await secretariat.post(
        f"{path}/letters", {"view_id": recorded.json()["id"], "remarks": "Rosalind is well."}
    )
    assert named_in.json()["errors"][0]["pointer"] == "/remarks"
    draft = await secretariat.post(f"{path}/letters", {"view_id": recorded.json()["id"]})
    assert "does not lift the local authority's duty" in draft.json()["text"]
    both = await secretariat.post(
        f"{path}/letters", {"view_id": recorded.json()["id"], "decision_version": 1}
    )
    assert both.status_code == 422
    signed = await chair.post(
        f"{draft.headers['Location']}/signature", headers={"If-Match": draft.headers["ETag"]}
    )
    assert signed.status_code == 200
    ((_, data),) = await sent_about(panel, sender, subject)
    assert (data["view"], data["decision_version"]) == ("not_a_serious_case", None)
    assert len((await chair.get(f"{path}/views")).json()) == 1


async def test_who_may_write_and_sign(panel: Service) -> None:
    sender, secretariat = await connect(panel), await panel.caller("secretariat")
    path = await path_of(secretariat, await sender.notify())
    recorded = await secretariat.post(f"{path}/views", view(), headers={"If-Match": '"v1"'})
    about = {"view_id": recorded.json()["id"]}
    member = await panel.caller("member")
    assert (await member.post(f"{path}/letters", about)).status_code == 403
    assert (await member.post(f"{path}/views", view(), headers={"If-Match": '"v2"'})).status_code == 403
    stranger = await panel.caller("chair", organisation="other")
    assert (await stranger.post(f"{path}/letters", about)).status_code == 404
    draft = await secretariat.post(f"{path}/letters", about)
    assert (
        await stranger.post(f"{draft.headers['Location']}/signature", headers={"If-Match": '"v1"'})
    ).status_code == 404
