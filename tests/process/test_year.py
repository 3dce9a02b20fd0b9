"""`make year`, a short one: it ends with 0 only if the table, every message and the traced improvement hold."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from standalone.postgres import EmbeddedCluster
from standalone.services import CHECKOUT

pytestmark = pytest.mark.process

YEAR_SECONDS = 400


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    found = EmbeddedCluster(tmp_path / "year")
    yield found
    found.remove()


@pytest.mark.timeout(YEAR_SECONDS + 20)
def test_a_short_year_holds(cluster: EmbeddedCluster) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "standalone",
            "year",
            "--share",
            "0.02",
            "--state-dir",
            str(cluster.state_dir),
        ],
        cwd=CHECKOUT,
        env={name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=YEAR_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "All of it holds." in done.stdout
    assert done.stdout.count("0 not accounted for") == 4
