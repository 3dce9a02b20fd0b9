"""A peer that is away, slow or talks nonsense delays its messages; it neither receives, loses nor kills one."""

import time
from pathlib import Path

import pytest

from standalone.incident import rapid_review_sections, serious_incident
from tests.process.half_sent import HalfSentRequest
from tests.process.journey import Journey, begin
from tests.process.pair import PairProcesses
from tests.process.proxy import DRIP, Between

pytestmark = pytest.mark.process

# Until an idle service has surely read the head of a request; nobody outside can see that it has.
BEGUN_SECONDS = 0.5
HTML = b"<html><body>Sign in to this network</body></html>"
# What a captive portal, a redirecting gateway, a broken proxy or a stranger may say.
NONSENSE = {
    "a page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n" + HTML,
    "a receipt that is none": b'HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n{"receipt": "I have it"}',
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "a refusal that is no problem": b"HTTP/1.1 422 Unprocessable\r\nConnection: close\r\n\r\n" + HTML,
    "not found": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "no HTTP": b"\x00\x16\x03\x01 garbage",
    "nothing": b"",
    "a drip": DRIP,
}


def test_nonsense_never_delivers_nor_kills_and_the_peer_recovers(pair: PairProcesses) -> None:
    proxy = pair.proxies["panel"]
    proxy.does, proxy.words = Between.ANSWER_ITSELF, b""
    journey = begin(pair)
    proxy.let_go.clear()
    journey.notify()
    for what, words in NONSENSE.items():
        proxy.words, proxy.dripping = words, what == "a drip"
        _wait_for_more_attempts(journey, what, at_least=2)
        assert journey.sent("local")[0]["state"] in {"pending", "leased"}, what
        assert journey.sent("local")[0]["receipt"] is None, what
    proxy.reset()
    journey.wait_delivered("local", 1)
    journey.assert_crossed_once(from_local=1)


def test_what_waited_for_a_peer_that_was_away_arrives_in_its_order(pair: PairProcesses) -> None:
    journey = begin(pair)
    assert pair.end("panel-api") == 0
    journey.notify()
    journey.complete_rapid_review()
    _wait_for_more_attempts(journey, "no connection", at_least=1)
    # The second is not tried before the first: a receiver is never asked to hold what it need not.
    assert [row["attempts"] > 0 for row in journey.sent("local")] == [True, False]
    pair.start_again("panel-api")
    journey.wait_delivered("local", 2)
    journey.assert_crossed_once(from_local=2)
    first, second = journey.received("panel")
    assert first["stored_at"] < second["stored_at"]


def test_two_workers_side_by_side_deliver_each_message_once(pair: PairProcesses) -> None:
    pair.start_second_worker("local")
    pair.start_second_worker("panel")
    journeys = [begin(pair) for _ in range(4)]
    for journey in journeys:
        journey.notify()
        journey.complete_rapid_review()
    for journey in journeys:
        journey.wait_delivered("local", 2)
        journey.decide()
    for journey in journeys:
        journey.wait_delivered("panel", 1)
        journey.assert_crossed_once(from_local=2, from_panel=1)
    # A lease is held by one worker: nothing is posted beside the attempts that were recorded.
    posted = [message for message, _, _ in pair.proxies["panel"].answers]
    sent = [row for journey in journeys for row in journey.sent("local")]
    assert [row["number"] for row in sent if posted.count(str(row["id"])) > row["attempts"]] == []
    pair.end_second_workers()


def test_a_worker_told_to_end_finishes_what_is_in_flight(pair: PairProcesses) -> None:
    proxy = pair.proxies["panel"]
    journey = begin(pair)
    with proxy.holding(Between.HOLD_ANSWER):
        journey.notify()
        assert proxy.held.wait(10)
        pair.ask_to_end("local-worker")
        pair.wait_for(lambda: pair.refuses_connections("local-worker"), "its end to begin", hurry=False)
    assert pair.processes["local-worker"].wait(30) == 0
    assert [row["state"] for row in journey.sent("local")] == ["delivered"]
    journey.assert_crossed_once(from_local=1)


def test_an_api_told_to_end_answers_the_request_it_has_begun(pair: PairProcesses) -> None:
    body = {"incident": serious_incident(begin(pair).now)}
    with HalfSentRequest(pair.cast.office, "/v1/cases", body) as request:
        time.sleep(BEGUN_SECONDS)
        pair.ask_to_end("local-api")
        pair.wait_for(lambda: pair.refuses_connections("local-api"), "no new connections", hurry=False)
        request.send_the_rest()
        assert request.status() == 201
    assert pair.processes["local-api"].wait(30) == 0


def test_words_about_people_are_in_no_log(pair: PairProcesses) -> None:
    canaries = [f"Canary{number}x7Qz" for number in range(4)]
    now = begin(pair).now
    incident = serious_incident(now)
    incident["children"][0] |= {"first_name": canaries[0], "surname": canaries[1]}
    incident["summary"] = f"{canaries[2]} was hurt."
    first, second = rapid_review_sections(now)
    first["circumstances"]["narrative"] = f"{canaries[3]} moved twice."
    journey = begin(pair, incident)
    journey.notify()
    pair.kill("postgres")
    pair.start_again("postgres")
    journey.complete_rapid_review((first, second))
    journey.wait_delivered("local", 2)
    journey.decide()
    journey.wait_delivered("panel", 1)
    crossed = b"".join(row["body"] for row in journey.received("panel"))
    assert [canary for canary in canaries if canary.encode() in crossed]
    logs = sorted(pair.logs.iterdir())
    assert {"local-api.log", "panel-worker.log", "postgres.log"} <= {path.name for path in logs}
    assert [(path.name, canary) for path in logs for canary in canaries if _holds(path, canary)] == []


def _wait_for_more_attempts(journey: Journey, what: str, *, at_least: int) -> None:
    before = journey.sent("local")[0]["attempts"]
    journey.pair.wait_for(lambda: journey.sent("local")[0]["attempts"] >= before + at_least, what)


def _holds(path: Path, words: str) -> bool:
    return words.encode() in path.read_bytes()
