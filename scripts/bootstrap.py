"""Make the virtual environment from a hashed lock. Standard library only: nothing is installed yet.

The stamps under `.venv/practice-review-exchange` say which checkout the environment belongs to and
which locks it holds: a changed lock is installed over it, a moved checkout gets a new environment. An
environment that somebody else made at `.venv` is taken over, not thrown away.
"""

# A script, not a package; it starts programs that it names itself, and talks to the person at the terminal.
# ruff: noqa: INP001, S603, T201

import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path.cwd().resolve()
VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "practice-review-exchange"
# What each lock holds besides itself: the development packages include those of the runner.
HOLDS = {"standalone": ("standalone",), "dev": ("dev", "standalone")}


def main(wanted: str) -> None:
    """Install the packages of `requirements-WANTED.lock`; a second starter waits for the first."""
    with Path(".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_current(wanted):
            return
        if not is_usable():
            make_environment()
        print(f"Installing the packages of requirements-{wanted}.lock ...", flush=True)
        install(Path(f"requirements-{wanted}.lock"))
        put_checkout_on_path()
        STAMPS.mkdir(exist_ok=True)
        (STAMPS / "checkout").write_text(f"{CHECKOUT}\n", encoding="utf-8")
        for name in HOLDS[wanted]:
            shutil.copyfile(f"requirements-{name}.lock", STAMPS / f"{name}.lock")


def is_current(wanted: str) -> bool:
    """Whether another starter has just done what is wanted."""
    stamp = STAMPS / f"{wanted}.lock"
    return (
        is_usable()
        and stamp.exists()
        and stamp.read_bytes() == Path(f"requirements-{wanted}.lock").read_bytes()
    )


def is_usable() -> bool:
    """Whether there is an environment at `.venv`, not of another checkout, with a new enough Python that starts."""
    stamp = STAMPS / "checkout"
    if stamp.exists() and stamp.read_text(encoding="utf-8").strip() != str(CHECKOUT):
        return False
    ask = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        return subprocess.run([PYTHON, "-c", ask], check=False).returncode == 0
    except OSError:
        return False


def make_environment() -> None:
    """Make `.venv` afresh, with uv where it is on PATH, else with what Python brings."""
    print("Making the virtual environment in .venv ...", flush=True)
    if VENV.exists():
        shutil.rmtree(VENV)
    if shutil.which("uv") is None or not run("uv", "venv", "--quiet", "--python", sys.executable, str(VENV)):
        if importlib.util.find_spec("ensurepip") is None:
            stop(
                f"{sys.executable} has no ensurepip: install it (Debian, Ubuntu: apt install python3-venv), or uv."
            )
        venv.create(VENV, with_pip=True, symlinks=True, clear=True)


def install(lock: Path) -> None:
    """Install exactly what the lock names, each file checked against its hash."""
    options = ("--quiet", "--require-hashes", "-r", str(lock))
    if shutil.which("uv") and run("uv", "pip", "install", "--python", str(PYTHON), *options):
        return
    if not run(str(PYTHON), "-m", "pip", "--version", quiet=True):
        run(str(PYTHON), "-m", "ensurepip")
    pip = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input")
    if not run(str(PYTHON), *pip, *options):
        stop(f"The packages of {lock} could not be installed; pip's words above say why.")


def put_checkout_on_path() -> None:
    """The packages lie at the checkout's root: a .pth file makes them importable from any folder."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run([PYTHON, "-c", ask], check=True, capture_output=True, text=True)
    (Path(answer.stdout.strip()) / "practice-review-exchange.pth").write_text(
        f"{CHECKOUT}\n", encoding="utf-8"
    )


def run(*command: str, quiet: bool = False) -> bool:
    """Run it and say whether it managed."""
    # A virtual environment that happens to be active must not be the one that uv or pip writes to.
    environment = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}
    }
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, check=False, env=environment, stdout=output, stderr=output).returncode == 0


def stop(sentence: str) -> None:
    """End with one plain sentence."""
    sys.exit(sentence)


if __name__ == "__main__":
    main(sys.argv[1])
