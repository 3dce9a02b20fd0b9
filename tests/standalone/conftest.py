from collections.abc import Iterator
from pathlib import Path

import pytest

from standalone.postgres import EmbeddedCluster


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    """A throwaway server, stopped and deleted afterwards."""
    made = EmbeddedCluster(tmp_path / "state")
    made.start(fsync=False)
    yield made
    made.remove()
