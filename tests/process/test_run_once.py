"""`make run ARGS=--once`, as a person on a fresh machine would do it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from standalone.postgres import EmbeddedCluster
from standalone.services import CHECKOUT

pytestmark = pytest.mark.process

RUN_SECONDS = 300


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[EmbeddedCluster]:
    """What the run makes of its folder: its data may lie elsewhere, and are deleted afterwards."""
    found = EmbeddedCluster(tmp_path / "state")
    yield found
    found.remove()


@pytest.mark.timeout(2 * RUN_SECONDS + 20)
def test_the_main_job_is_confirmed_and_again_on_the_same_data(cluster: EmbeddedCluster) -> None:
    for _ in range(2):
        done = _run_once(cluster.state_dir)
        assert done.returncode == 0, done.stdout[-3000:]
        assert "Every step was confirmed from the receiving side." in done.stdout
        # Nobody holds the folder any more, and the server has been shut down in order.
        assert (cluster.state_dir / "lock").read_text() == ""
        assert (cluster.data / "PG_VERSION").exists()
        assert not (cluster.data / "postmaster.pid").exists()


def _run_once(state_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "standalone", "run", "--once", "--state-dir", str(state_dir)],
        cwd=CHECKOUT,
        env={name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
