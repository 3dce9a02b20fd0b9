"""Finding the model checker, or fetching Debian's package of it without installing anything on the machine."""

import shutil
import subprocess
import sys
from pathlib import Path

KEPT = Path(sys.prefix, "spin")
SECONDS = 180


class SpinMissing(RuntimeError):
    """Spin is not on this machine and cannot be had; the words say why."""


def find_spin() -> Path:
    """Give spin's path: on PATH, or unpacked from Debian's package into the virtual environment.

    Raises ``SpinMissing``.
    """
    found = shutil.which("spin")
    if found is not None:
        return Path(found)
    unpacked = KEPT / "usr" / "bin" / "spin"
    if not unpacked.exists():
        _unpack()
    return unpacked


def _unpack() -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise SpinMissing("spin is not on PATH; install your system's package of it")
    lists = KEPT / "lists"
    (lists / "partial").mkdir(parents=True, exist_ok=True)
    # Lists and cache of its own, so that neither root nor a change to the system is needed.
    own = [f"-oDir::State::Lists={lists}", f"-oDir::Cache={KEPT}/cache", "-oDebug::NoLocking=1"]
    try:
        for words in (["update"], ["download", "spin"]):
            _run("apt-get", "-qq", *own, *words)
        for package in KEPT.glob("spin_*.deb"):
            _run("dpkg-deb", "-x", str(package), str(KEPT))
    except (subprocess.SubprocessError, OSError):
        raise SpinMissing("spin is not on PATH and Debian's package of it cannot be reached") from None
    finally:
        shutil.rmtree(lists, ignore_errors=True)


def _run(*command: str) -> None:
    subprocess.run(command, cwd=KEPT, check=True, capture_output=True, timeout=SECONDS)
