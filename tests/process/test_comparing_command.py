"""`exchange reconcile` on the command line: a table of what was found, and an exit that says whether all was equal."""

import subprocess
import sys

import pytest

from standalone.services import CHECKOUT
from tests.process.pair import PairProcesses

pytestmark = pytest.mark.process


def reconcile(pair: PairProcesses, service: str, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", f"{service}_service", "exchange", "reconcile", *words],
        cwd=CHECKOUT,
        env={**pair.specs[f"{service}-worker"].environment, "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout


def test_what_is_equal_and_what_differs_is_told_and_healed(pair: PairProcesses) -> None:
    code, output = reconcile(pair, "local")
    assert (code, "NOT EQUAL" in output, "equal" in output) == (0, False, True), output
    code, output = reconcile(pair, "local", "--link", "00000000-0000-4000-8000-000000000000")
    assert (code, "unknown, closed, or its counterpart cannot be asked" in output) == (1, True), output
    # The Panel's side says nothing any more: nothing was compared, and the command says so.
    pair.kill("panel-api")
    code, output = reconcile(pair, "local", "--all-days")
    assert (code, "not compared" in output, "Traceback" in output) == (1, True, False), output
