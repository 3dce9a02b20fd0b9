"""The short form of `make campaign`: it ends with 0 only if every invariant holds after heal and drain."""

import subprocess
import sys
from pathlib import Path

import pytest

from standalone.services import CHECKOUT

pytestmark = pytest.mark.process

CAMPAIGN_SECONDS = 900  # a bound for a machine that does much else; a minute or two on two idle cores


@pytest.mark.timeout(CAMPAIGN_SECONDS + 20)
def test_the_smoke_of_the_campaign_holds(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign", "--smoke", "--keep", str(tmp_path / "kept")],
        check=False,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=CAMPAIGN_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("0 lost, 0 applied twice, 0 phantom")
    assert "F2" in done.stdout
