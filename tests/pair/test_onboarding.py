from tests.pair.wires import Pair


async def test_a_test_exchange_goes_there_and_comes_back(pair: Pair) -> None:
    (partnership,) = (await pair.secretariat.get("/v1/partnerships")).json()["items"]
    path = f"/v1/partnerships/{partnership['id']}/test-exchanges"
    started = await pair.secretariat.post(path)
    assert (started.status_code, started.json()["succeeded"]) == (201, False)
    await pair.drain()
    (test,) = (await pair.secretariat.get(path)).json()
    assert (test["receipted"], test["succeeded"]) == (True, True)
    assert test["answered_at"]
    cases = await pair.secretariat.get("/v1/cases")
    assert cases.json()["items"] == []
