from collections.abc import Iterator

import pytest

from tests.process.pair import PairProcesses


@pytest.fixture(scope="module")
def running_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PairProcesses]:
    """One pair a file; its tests keep apart by cases of their own."""
    made = PairProcesses(tmp_path_factory.mktemp("pair"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def pair(running_pair: PairProcesses) -> PairProcesses:
    """The pair as it should be, whatever the test before did to it."""
    running_pair.heal()
    return running_pair
