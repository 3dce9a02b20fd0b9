"""The campaign's checks notice what they are there for: a check that cannot fail shows nothing."""

import dataclasses
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tests.campaign.boundaries import distinct
from tests.campaign.crash_check import compare
from tests.campaign.invariants import Findings, check_held
from tests.campaign.snapshot import Held, Received, Sent

LINK = uuid4()
NOTIFICATION = "local.notification.v1"
AT = datetime(2026, 11, 3, 9, 12, tzinfo=UTC)


def sides(count: int = 2) -> dict[str, Held]:
    ids = [uuid4() for _ in range(count)]
    sent = {
        id_: Sent(id_, LINK, "case", number, NOTIFICATION, f"hash{number}", "delivered", True, False)
        for number, id_ in enumerate(ids, start=1)
    }
    received = {
        id_: Received(
            id_,
            LINK,
            "case",
            number,
            NOTIFICATION,
            f"hash{number}",
            "applied",
            AT + timedelta(seconds=number),
        )
        for number, id_ in enumerate(ids, start=1)
    }
    local = Held(
        sent,
        {},
        Counter({("exchange.delivered", id_): 1 for id_ in ids}),
        dict.fromkeys(ids, NOTIFICATION),
        {},
    )
    panel = Held(
        {}, received, Counter({("exchange.applied", id_): 1 for id_ in ids}), {}, dict.fromkeys(ids, 1)
    )
    return {"local": local, "panel": panel}


def found_in(held: dict[str, Held]) -> Findings:
    found = Findings()
    check_held(found, held, None, frozenset())
    return found


def first(held: dict[str, Held]) -> UUID:
    return next(iter(held["local"].sent))


def test_what_crossed_as_it_should_breaks_nothing() -> None:
    found = found_in(sides())
    assert not found.broken
    assert (found.lost, found.twice, found.phantom) == (0, 0, 0)


def test_a_lost_message_is_noticed() -> None:
    held = sides()
    del held["panel"].received[first(held)]
    del held["panel"].effects[first(held)]
    found = found_in(held)
    assert found.lost == 1
    assert {"I3", "I6"} <= found.broken.keys()


def test_a_message_in_effect_twice_is_noticed() -> None:
    held = sides()
    held["panel"].audit["exchange.applied", first(held)] += 1
    assert found_in(held).twice == 1


def test_a_phantom_is_noticed_at_either_side() -> None:
    held = sides()
    gone = first(held)
    del held["local"].sent[gone], held["local"].sent_by[gone]
    found = found_in(held)
    assert found.phantom == 1
    assert "I5" in found.broken
    held = sides()
    del held["local"].sent_by[first(held)]
    assert "I2" in found_in(held).broken


def test_other_bytes_and_another_order_are_noticed() -> None:
    held = sides()
    id_ = first(held)
    received = held["panel"].received
    received[id_] = dataclasses.replace(received[id_], hash="other", applied_at=AT + timedelta(hours=1))
    assert {"I3", "I6"} <= found_in(held).broken.keys()


def test_what_waits_or_lacks_its_receipt_or_its_audit_entry_is_noticed() -> None:
    for changed in ({"state": "pending"}, {"state": "dead"}, {"receipted": False}):
        held = sides()
        sent = held["local"].sent
        sent[first(held)] = dataclasses.replace(sent[first(held)], **changed)
        assert found_in(held).broken, changed
    held = sides()
    held["local"].audit.clear()
    assert "I8" in found_in(held).broken


def test_a_journey_that_ends_otherwise_after_a_crash_is_noticed() -> None:
    message = ("id", "hash", "delivered")
    wanted = {
        "local sent": [message],
        "local received": [],
        "panel sent": [],
        "panel received": [("id", "hash", "applied")],
        "panel.cases": 1,
    }
    assert compare(wanted, wanted)["broken"] == []
    assert compare(wanted, wanted | {"panel received": []})["lost"] == 1
    assert compare(wanted, wanted | {"local sent": []})["phantom"] == 1
    assert compare(wanted, wanted | {"panel.cases": 2})["twice"] == 1
    assert compare(wanted, wanted | {"panel.cases": 0})["lost"] == 1
    assert compare(wanted, wanted | {"local sent": [("id", "hash", "pending")]})["broken"]


def test_boundaries_are_left_out_only_where_nothing_leaves_the_process_between_them() -> None:
    names = [
        "local api: before SELECT",
        "local api: after SELECT",
        "local api: before INSERT",
        "local api: after INSERT",
        "local api: before COMMIT",
        "local api: after COMMIT",
        "local worker: before SELECT",
        "local worker: after SELECT",
        "local: before POST messages",
    ]
    assert distinct(names) == [1, 2, 4, 6, 7, 8, 9]
