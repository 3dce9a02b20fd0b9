"""Running spin on the model: every reachable state, in a folder of its own."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.model.spin import SpinMissing

MODEL = Path(__file__).with_name("exchange.pml")
# What each rule is in the product: leases.py and results.py; conflicts.py; storing.py; storing.py; apply.py.
WITHOUT = ("TOKEN", "CHAIN", "ONE_A_NUMBER", "DEDUPLICATION", "ORDER")
SECONDS = 300
DEPTH = 200_000


@dataclass(frozen=True)
class Verdict:
    """Whether no reachable state breaks an assertion or is stuck; ``fault`` is spin's word for the first that does."""

    holds: bool
    states: int
    fault: str | None


def check(spin: Path, *, without: str | None = None) -> Verdict:
    """Search the model's whole state space, with one rule taken away where it is named.

    Raises ``SpinMissing`` without a C compiler: spin writes a verifier in C.
    """
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SpinMissing("there is no C compiler for the verifier that spin writes")
    with tempfile.TemporaryDirectory(prefix="exchange-model-") as folder:
        defines = [f"-DWITHOUT_{without}"] if without else []
        _run(folder, str(spin), *defines, "-a", str(MODEL))
        _run(folder, compiler, "-w", "-O2", "-DSAFETY", "-o", "pan", "pan.c")
        told = _run(folder, "./pan", f"-m{DEPTH}", "-w23")
    found = re.search(r"errors: (\d+)", told)
    states = re.search(r"(\d+(?:\.\d+)?(?:e\+\d+)?) states, stored", told)
    if found is None or states is None or "max search depth too small" in told:
        raise RuntimeError(f"the verifier did not come to an end:\n{told[-2000:]}")
    fault = re.search(r"pan:1: (.+?) \(at depth", told)
    return Verdict(found[1] == "0", int(float(states[1])), fault[1] if fault else None)


def _run(folder: str, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout
