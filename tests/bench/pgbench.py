"""pgbench with a script of ours: the database's own measure for a transaction."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from standalone.services import CHECKOUT
from tests.bench.load import LONGEST_SECONDS, Drawn
from tests.bench.transaction import Script

BASE_STEP = 1_000_000


class NoPgbench(Exception):
    """There is no pgbench beside PostgreSQL's programs or on PATH."""


def find_pgbench(tools: Path) -> str:
    """Find the program. Raises NoPgbench."""
    beside = tools / "pgbench"
    found = str(beside) if beside.exists() else shutil.which("pgbench")
    if found is None:
        raise NoPgbench("pgbench was found neither beside PostgreSQL's programs nor on PATH.")
    return found


def run_pgbench(program: str, url: str, script: Script, *, clients: int, each: int, run: int) -> Drawn:
    """Let ``clients`` do the script ``each`` times; ``run`` keeps the ids of one call apart from another's."""
    address = urlsplit(url)
    variables = {"counter": "0", "base": str(run * BASE_STEP), **script.variables}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "script.sql").write_text(script.text, encoding="utf-8")
        done = subprocess.run(
            [
                *(program, "--no-vacuum", "--protocol=prepared", "--log", f"--log-prefix={folder}/log"),
                *(f"--client={clients}", "--jobs=2", f"--transactions={each}"),
                *(f"--define={name}={value}" for name, value in variables.items()),
                *(f"--file={folder}/script.sql", f"--host={address.hostname}", f"--port={address.port}"),
                *(f"--username={address.username}", address.path.lstrip("/")),
            ],
            env={**os.environ, "PGPASSWORD": address.password or ""},
            check=True,
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
            timeout=LONGEST_SECONDS,
        )
        rate = re.search(r"^tps = ([0-9.]+) \(without", done.stdout, re.MULTILINE)
        assert rate is not None, done.stdout
        latencies = [
            int(line.split()[2]) / 1e6
            for log in Path(folder).glob("log*")
            for line in log.read_text().splitlines()
        ]
    return Drawn(len(latencies) / float(rate[1]), latencies)
