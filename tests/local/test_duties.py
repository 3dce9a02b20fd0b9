import pytest

from tests.support.offices import open_office
from tests.support.services import Service


async def test_five_working_days_after_receipt_skip_weekend_and_bank_holidays(local: Service) -> None:
    east = await open_office(local)
    # The police, the first of the partners, received the information on Monday 22 December 2025.
    path = await east.record()
    duty = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()
    assert (duty["due_on"], duty["status"], duty["met_on"]) == ("2025-12-31", "overdue", None)
    explained = duty["explanation"]
    assert explained["anchor_event"] == "information_received"
    assert (explained["anchor_at"], explained["anchor_date"]) == ("2025-12-22T10:00:00Z", "2025-12-22")
    assert (explained["amount"], explained["unit"]) == (5, "working_days")
    assert [entry["day"] for entry in explained["not_counted"]] == [
        "2025-12-25",
        "2025-12-26",
        "2025-12-27",
        "2025-12-28",
    ]
    assert all((explained["provision"], explained["source"], explained["sentence"]))


@pytest.mark.parametrize(
    ("received_at", "due_on"),
    [
        ("2025-11-20T09:00:00Z", "2025-11-27"),  # a Thursday, over one weekend
        ("2025-11-22T09:00:00Z", "2025-11-28"),  # a Saturday: day 0 may be any day
        ("2025-07-13T23:30:00Z", "2025-07-21"),  # half past midnight of the 14th in London
        ("2025-04-17T09:00:00Z", "2025-04-28"),  # Maundy Thursday, over Easter
    ],
)
async def test_due_dates_by_hand(local: Service, received_at: str, due_on: str) -> None:
    east = await open_office(local)
    path = await east.record(
        occurred_on="2025-04-01",
        information_received=[{"partner": "police", "received_at": received_at}],
        children=[
            {"index_child": True, "outcome": "seriously_harmed", "date_of_birth": "2025-01-01"},
        ],
    )
    duty = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()
    assert duty["due_on"] == due_on


async def test_completion_meets_it_late_and_the_case_shows_both(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    await east.start_review(path)
    await east.complete_review(path)
    duties = {duty["code"]: duty for duty in (await east.office.get(f"{path}/duties")).json()}
    assert duties["rapid_review_completion"]["status"] == "met_late"
    assert duties["rapid_review_completion"]["met_on"]
    shown = {duty["code"]: duty["status"] for duty in (await east.read(path))["duties"]}
    assert shown == {code: duty["status"] for code, duty in duties.items()}


async def test_a_corrected_receipt_moves_the_date(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    received = [{"partner": "integrated_care_board", "received_at": "2025-12-19T10:00:00Z"}]
    await east.office.patch(path, {"incident": {"information_received": received}}, '"v1"')
    duty = (await east.office.get(f"{path}/duties/rapid_review_completion")).json()
    assert duty["due_on"] == "2025-12-30"


async def test_a_duty_that_the_rule_set_has_not_is_not_found(local: Service) -> None:
    east = await open_office(local)
    path = await east.record()
    answer = await east.office.get(f"{path}/duties/local_review_publication")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
