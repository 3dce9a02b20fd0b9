"""A SIGKILL at any moment costs time, never a message, and nothing takes effect twice."""

import json

import pytest

from tests.process.journey import Journey, begin
from tests.process.pair import PairProcesses
from tests.process.proxy import Between

pytestmark = pytest.mark.process

EVERYTHING = ("local-api", "local-worker", "panel-api", "panel-worker", "postgres")


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_kill_right_after_each_answer_loses_nothing(pair: PairProcesses, name: str) -> None:
    journey = begin(pair)
    for step, sender, count in (
        (journey.notify, "local", 1),
        (journey.complete_rapid_review, "local", 2),
        (journey.decide, "panel", 1),
    ):
        step()
        pair.kill(name)
        pair.start_again(name)
        journey.wait_delivered(sender, count)
    journey.assert_crossed_once(from_local=2, from_panel=1)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_kill_while_the_receipt_is_on_its_way_applies_nothing_twice(pair: PairProcesses, name: str) -> None:
    proxy = pair.proxies["panel"]
    journey = begin(pair)
    with proxy.holding(Between.HOLD_ANSWER):
        journey.notify()
        assert proxy.held.wait(10)
        pair.kill(name)
    pair.start_again(name)
    journey.wait_delivered("local", 1)
    journey.assert_crossed_once(from_local=1)
    _assert_one_receipt(journey, at_least=1)


@pytest.mark.parametrize("name", ["local-worker", "panel-api", "postgres"])
def test_a_kill_while_a_message_is_on_its_way_delivers_it_later(pair: PairProcesses, name: str) -> None:
    proxy = pair.proxies["panel"]
    journey = begin(pair)
    with proxy.holding(Between.HOLD_REQUEST):
        journey.notify()
        assert proxy.held.wait(10)
        pair.kill(name)
    pair.start_again(name)
    journey.wait_delivered("local", 1)
    journey.assert_crossed_once(from_local=1)


def test_an_answer_lost_after_the_commit_is_given_again_word_for_word(pair: PairProcesses) -> None:
    proxy = pair.proxies["panel"]
    journey = begin(pair)
    proxy.does = Between.LOSE_ANSWER
    journey.notify()
    pair.wait_for(lambda: proxy.answers, "the Panel's answer")
    pair.wait_for(lambda: journey.sent("local")[0]["attempts"] >= 1, "the failed attempt", hurry=False)
    assert journey.sent("local")[0]["state"] != "delivered"
    assert [row["state"] for row in journey.received("panel")] == ["applied"]
    proxy.does = Between.PASS
    journey.wait_delivered("local", 1)
    journey.assert_crossed_once(from_local=1)
    _assert_one_receipt(journey, at_least=2)


def _assert_one_receipt(journey: Journey, *, at_least: int) -> None:
    """Every answer to the case's first message names the reference of the one that was stored."""
    message = journey.sent("local")[0]
    answers = [
        body
        for message_id, status, body in journey.pair.proxies["panel"].answers
        if message_id == str(message["id"]) and 200 <= status < 300
    ]
    assert len(answers) >= at_least
    for body in answers:
        assert message["receipt_reference"] in json.loads(body)["receipt"]
        assert message["hash"] in json.loads(body)["receipt"]
