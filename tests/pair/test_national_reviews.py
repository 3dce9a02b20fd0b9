"""A national review crosses: the partners propose it, and are told of each step, without a word of anybody else's case."""

import json

from shared_schemas.messages.national_reviews import PROPOSAL_EXAMPLE
from tests.pair.test_journey import decide, reviewed
from tests.pair.wires import Pair
from tests.panel.national import PUBLISHED, Course, propose

STEPS = [
    "decided",
    "scoping",
    "reviewers_selected",
    "recommended",
    "confirmed",
    "in_progress",
    "draft",
    "quality_assured",
    "final",
    "copied_to_secretary_of_state",
    "published",
    "closed",
]


async def test_a_proposal_reaches_the_panel_and_each_step_comes_back(pair: Pair) -> None:
    path = await reviewed(pair)
    assert (
        await pair.east.office.post(f"{path}/national-reviews/proposal", PROPOSAL_EXAMPLE)
    ).status_code == 201
    await pair.drain()
    at_panel = await pair.at_panel(path)
    (proposal,) = (await pair.secretariat.get(f"{at_panel}/national-review-proposals")).json()
    assert (proposal["version"], proposal["body"]["criteria"]) == (1, ["reg_3_a", "reg_3_c"])
    await decide(pair, at_panel, outcome="national_review")
    course = Course(pair.secretariat, (await propose(pair.secretariat, at_panel)).headers["Location"])
    await pair.drain()
    assert (await pair.east.office.get(f"{path}/national-reviews")).json()["national_reviews"] == []
    await course.copied()
    await course.done("/publication", PUBLISHED)
    await course.done("/closure", {"on": "2025-06-02", "reasons": "Done."})
    await pair.drain()
    (thread,) = (await pair.east.office.get(f"{path}/national-reviews")).json()["national_reviews"]
    assert [step["step"] for step in thread["steps"]] == STEPS
    assert (thread["published"], thread["closed"], thread["form"]) == (True, True, "single_case")
    assert thread["steps"][-2]["told"]["available_until_min"] == "2028-05-20"
    told = json.dumps(thread)
    assert "A. Reviewer" not in told
    messages = (await pair.secretariat.get(at_panel)).json()["messages"]
    assert {message["state"] for message in messages} == {"applied", "delivered"}
    names = {entry["action"] for entry in await pair.east.audit(path)}
    assert {"national_review.opened", "national_review.updated", "national_review.published"} <= names


async def test_two_cases_of_one_theme_are_each_told_and_name_no_other(pair: Pair) -> None:
    paths = [await reviewed(pair) for _ in range(2)]
    cases = [await pair.at_panel(path) for path in paths]
    for at_panel in cases:
        await decide(pair, at_panel, outcome="thematic_candidate")
    answer = await propose(pair.secretariat, *cases)
    course = Course(pair.secretariat, answer.headers["Location"])
    await course.decided()
    await pair.drain()
    for path, other in zip(paths, reversed(cases), strict=True):
        (thread,) = (await pair.east.office.get(f"{path}/national-reviews")).json()["national_reviews"]
        assert (thread["form"], thread["latest_step"]) == ("thematic", "scoping")
        assert other.rsplit("/", 1)[1] not in json.dumps(thread)
