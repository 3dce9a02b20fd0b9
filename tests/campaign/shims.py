"""The two shims that stand between a process and its C library, compiled where there is a compiler."""

import shutil
import subprocess
from pathlib import Path

from tests.campaign.course import Skipped

SOURCES = Path(__file__).parent


def compile_shim(name: str, folder: Path) -> Path:
    """Compile `shim_{name}.c`. Raises Skipped without a C compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise Skipped("no C compiler for the shim that stands in for libfaketime and a dying disk")
    made = folder / f"shim_{name}.so"
    if not made.exists():
        source = SOURCES / f"shim_{name}.c"
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise Skipped(f"the shim cannot be compiled: {done.stderr.splitlines()[0]}")
        made.chmod(0o755)
    return made
